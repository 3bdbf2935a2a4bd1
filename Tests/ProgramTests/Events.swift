import Foundation

/// An event line as a platform would send it, without its LF.
struct Event {
    var conversation = "c"
    var kind = "message"
    var id: String?
    var text: String? = "hello"
    var at: String?
    var role = "visitor"
    var name: String?

    var line: String {
        var value: [String: Any] = [
            "v": 1, "kind": kind, "conversation": conversation, "author": ["role": role, "name": name as Any? ?? NSNull()],
        ]
        if let id { value["id"] = id }
        if let at { value["at"] = at }
        if let text { value["body"] = ["type": "text", "text": text] }
        let data = try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// The line that ends a conversation.
    static func end(_ conversation: String) -> String { Event(conversation: conversation, kind: "end", text: nil).line }

    /// RFC 3339, so many days from now.
    static func time(days: Int) -> String {
        let formatter = ISO8601DateFormatter()
        return formatter.string(from: Date(timeIntervalSinceNow: Double(days) * 86_400))
    }
}

extension [String] {
    /// The lines with their LFs.
    var lines: Data { Data(map { $0 + "\n" }.joined().utf8) }
}
