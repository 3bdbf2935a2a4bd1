/// The few fields of an event line that are needed; the line itself is kept as it was received, byte for byte.
package struct EventLine: Sendable {
    /// What happened.
    package enum Kind: String, Sendable {
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
    package enum Role: String, Sendable {
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
        guard (try? UTF8Span(validating: line.span)) != nil else { throw RecordsError(.malformed, "the line is not valid UTF-8") }
        let fields = try EventFields(line)
        guard let kind = Kind(rawValue: fields.kind) else { throw RecordsError(.malformed, "the event's kind is none that exists") }
        guard !fields.conversation.isEmpty, fields.conversation.utf8.count <= Self.conversationBytes else {
            throw RecordsError(.malformed, "the event's conversation is empty or longer than 1024 bytes")
        }
        let moment = fields.at ?? fields.receivedAt
        let at = moment.flatMap { Timestamp(text: $0) }
        guard (moment == nil) == (at == nil) else { throw RecordsError(.malformed, "the event's time is not an RFC 3339 time") }
        self.kind = kind
        self.at = at
        conversation = fields.conversation
        id = fields.id
        role = fields.role.flatMap(Role.init(rawValue:)) ?? .unknown
        name = fields.name
        text = fields.text
        replaces = fields.replaces
        // Anything but "all" is not for everybody: a word that is not known must not let a note out.
        isInternal = (fields.visibility ?? "all") != "all"
    }

    /// The longest name of a conversation, in bytes of UTF-8.
    private static let conversationBytes = 1024
}
