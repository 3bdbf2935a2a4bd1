internal import FoundationEssentials

/// The few fields of an event line that are needed; the line itself is kept as it was received, byte for byte.
package struct EventLine: Sendable {
    /// What happened.
    package enum Kind: String, Sendable, Decodable {
        /// Something was said.
        case message
        /// Something said was changed.
        case edit
        /// Something said was taken back.
        case delete
        /// A reaction.
        case reaction
        /// Somebody came or went.
        case participant
        /// The conversation ended.
        case end
        /// Anything else the platform tells.
        case other
    }

    /// Who said it.
    package enum Role: String, Sendable, Decodable {
        /// The young person.
        case visitor
        /// The worker.
        case worker
        /// A program.
        case bot
        /// The platform.
        case system
        /// Not known.
        case unknown
    }

    /// What happened.
    package let kind: Kind
    /// The platform's name of the conversation.
    package let conversation: String
    /// The platform's name of the event; nil where it gives none.
    package let id: String?
    /// When it happened: `at`, or where the platform has none, `received_at`.
    package let at: Timestamp?
    /// Who did it.
    package let role: Role
    /// The name they used; nil where none is known. Nobody needs to give a real one.
    package let name: String?
    /// What was said; nil where it is not text.
    package let text: String?
    /// The platform's name of the event that this one takes the place of; nil where it takes none's.
    package let replaces: String?
    /// Whether it was meant for workers alone.
    package let isInternal: Bool

    /// Reads the needed fields of one line; the message says which rule it breaks, never what it says.
    package init(_ line: [UInt8]) throws(RecordsError) {
        guard line.count <= Limits.lineBytes else { throw RecordsError(.tooLarge, "the event is longer than 1 MiB") }
        guard String(validating: line, as: UTF8.self) != nil else { throw RecordsError(.malformed, "the line is not valid UTF-8") }
        let fields: Fields
        do {
            fields = try JSONDecoder().decode(Fields.self, from: Data(line))
        } catch {
            throw RecordsError(.malformed, Self.explain(error))
        }
        guard JSONLine.isObject(line) else { throw RecordsError(.malformed, Self.notAnObject) }
        guard fields.v == 1 else { throw RecordsError(.unsupportedVersion, "the event is of another version than 1") }
        guard let kind = Kind(rawValue: fields.kind) else { throw RecordsError(.malformed, "the event's kind is none that exists") }
        guard !fields.conversation.isEmpty, fields.conversation.utf8.count <= Self.conversationBytes else {
            throw RecordsError(.malformed, "the event's conversation is empty or longer than 1024 bytes")
        }
        let moment = fields.at ?? fields.received_at
        let at = moment.flatMap { Timestamp(text: $0) }
        guard (moment == nil) == (at == nil) else { throw RecordsError(.malformed, "the event's time is not an RFC 3339 time") }
        self.kind = kind
        self.at = at
        conversation = fields.conversation
        id = fields.id
        role = fields.author?.role.flatMap(Role.init(rawValue:)) ?? .unknown
        name = fields.author?.name
        text = fields.body?.text
        replaces = fields.relation?.replaces
        // Anything but "all" is not for everybody: a word that is not known must not let a note out.
        isInternal = (fields.visibility ?? "all") != "all"
    }

    /// The longest name of a conversation, in bytes of UTF-8.
    private static let conversationBytes = 1024

    private struct Fields: Decodable {
        struct Author: Decodable {
            let role: String?
            let name: String?
        }
        struct Body: Decodable {
            let text: String?
        }
        /// Read where it can be: a platform's own idea of a relation must not lose the message.
        struct Relation: Decodable {
            let replaces: String?

            enum CodingKeys: CodingKey { case replaces }

            init(from decoder: any Decoder) {
                replaces = try? decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .replaces)
            }
        }
        let v: Int
        let kind: String
        let conversation: String
        let id: String?
        let at: String?
        let received_at: String?
        let author: Author?
        let visibility: String?
        let body: Body?
        let relation: Relation?
    }

    private static let notAnObject = "the line is not a JSON object"

    /// Says which rule a line breaks, without repeating any of it.
    private static func explain(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "the event lacks the field \"\(key.stringValue)\""
        case DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty,
            DecodingError.valueNotFound(_, let context) where !context.codingPath.isEmpty:
            "the event's field \"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has the wrong type"
        default: notAnObject
        }
    }
}
