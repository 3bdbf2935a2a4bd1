internal import Opening
internal import PersonalConsole
internal import Records
internal import Searching

/// A conversation in which something was found, as it is shown.
struct FoundConversation: Sendable {
    private let id: ConversationID
    private let expiry: Day
    private let passages: [Passage]

    init(_ conversation: OpenedConversation, _ passages: [Passage]) {
        id = conversation.id
        expiry = conversation.expiry
        self.passages = passages
    }

    /// As text for people, who see control characters and do not obey them.
    var text: String {
        let passages = passages.map { $0.lines.map(Self.shown).joined() }
        return "Conversation \(id), kept until \(expiry)\n\(passages.joined(separator: "   --\n"))\n"
    }

    private static func shown(_ line: Passage.Line) -> String {
        let number = String(line.number)
        let margin = (line.isMatch ? " > " : "   ") + String(repeating: " ", count: max(0, 4 - number.count)) + number + "  "
        // Further lines stand behind the margin as well, so that none of them can be taken for another event.
        let indent = String(repeating: " ", count: margin.count)
        return margin
            + ReadableText.paragraph(line.event).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n\(indent)")
            + "\n"
    }

    /// As machines read it, the texts exact.
    var row: Row {
        Row(
            conversation: id.description, kept_until: expiry.description,
            passages: passages.map { passage in
                passage.lines.map { line in
                    let event = line.event
                    return Row.Line(
                        line: line.number, match: line.isMatch, at: event.at?.description, kind: event.kind.rawValue,
                        role: event.role.rawValue, name: event.name, text: event.text, among_workers: event.isInternal)
                }
            })
    }

    struct Row: Encodable {
        struct Line: Encodable {
            let line: Int
            let match: Bool
            let at: String?
            let kind: String
            let role: String
            let name: String?
            let text: String?
            let among_workers: Bool
        }
        let conversation: String
        let kept_until: String
        let passages: [[Line]]
    }
}
