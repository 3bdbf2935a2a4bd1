package import Opening
package import Records

/// A conversation as text for people.
package enum ReadableText {
    /// One paragraph an event, those with identical bytes once.
    package static func of(_ conversation: OpenedConversation) -> String {
        var text = "Conversation \(conversation.id), kept until \(conversation.expiry)\n\n"
        for line in conversation.linesOnce {
            guard let event = try? EventLine(line) else { continue }
            text += paragraph(event) + "\n"
        }
        return text
    }

    /// One event.
    package static func paragraph(_ event: EventLine) -> String {
        let time = event.at.map { "\($0)  " } ?? ""
        let who = event.name.map { "\(visible($0)) (\(event.role.rawValue))" } ?? event.role.rawValue
        let what: String =
            switch event.kind {
            case .message: event.text.map(indented) ?? "[not text]"
            case .edit: "[changed to] \(indented(event.text ?? ""))"
            case .delete: "[took a message back]"
            case .reaction: "[reacted] \(indented(event.text ?? ""))"
            case .participant: "[came or went]"
            case .end: "[the conversation ended]"
            case .other: "[something else]"
            }
        return "\(time)\(who)\(event.isInternal ? ", among workers" : ""): \(what)"
    }

    /// The text with its further lines indented, so that none of them can be taken for another event.
    private static func indented(_ text: String) -> String {
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { visible(String($0.last == "\r" ? $0.dropLast() : $0)) }.joined(separator: "\n    ")
    }

    /// One line of text with control characters shown, not obeyed: what somebody typed must not command the reader's terminal.
    static func visible(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09: shown.unicodeScalars.append(scalar)
            case 0x00...0x1F: shown += "^" + String(UnicodeScalar(UInt8(scalar.value + 0x40)))
            case 0x7F: shown += "^?"
            case 0x80...0x9F, 0x2028...0x202E, 0x2066...0x2069: shown += "<U+\(String(scalar.value, radix: 16, uppercase: true))>"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
