package import Records

/// An act about a conversation that the keeper is asked to mark in the ledger: its digest, not its text.
///
/// The text is sealed into the conversation before. See `Docs/Spec/Ledger.md`.
package struct MarkOrder: Hashable, Sendable {
    /// The acts that people tell of; of its own the keeper tells by itself, and a handover is recorded with who signed it.
    package static let kinds: Set<ConversationAct> = [.copy, .acknowledgement, .withdrawal, .disclosure]

    /// What kind of act it is.
    package let kind: ConversationAct
    /// The conversation, and its expiry day.
    package let name: LeafName
    /// BLAKE2b-256 of the act's exact text.
    package let digest: [UInt8]

    private static let maximumBytes = 1024
    private static let digestBytes = 32

    private struct Document: Codable {
        let act: ConversationAct
        let conversation: String
        let digest: String
        let expiry: String
    }

    private struct Answer: Codable {
        let entry: Int
    }

    /// An order.
    package init(_ kind: ConversationAct, of name: LeafName, digest: [UInt8]) {
        self.kind = kind
        self.name = name
        self.digest = digest
    }

    /// The order in canonical JSON; nil for anything else, a handover's among them.
    package init?(json: [UInt8]) {
        guard let document = try? CanonicalJSON.value(Document.self, fromLine: json, limitBytes: Self.maximumBytes),
            Self.kinds.contains(document.act), let conversation = ConversationID(text: document.conversation),
            let expiry = Day(text: document.expiry), let digest = Hex.decode(document.digest), digest.count == Self.digestBytes
        else { return nil }
        self.init(document.act, of: LeafName(expiry: expiry, conversation: conversation), digest: digest)
    }

    /// The canonical JSON.
    package var json: [UInt8] {
        get throws(RecordsError) {
            try CanonicalJSON.line(
                Document(
                    act: kind, conversation: name.conversation.description, digest: Hex.encode(digest), expiry: name.expiry.description))
        }
    }

    /// The keeper's answer: the number of the ledger's entry.
    package static func answer(entry: Int) throws(RecordsError) -> [UInt8] {
        try CanonicalJSON.line(Answer(entry: entry))
    }

    /// The number in the keeper's answer.
    static func entry(answer: [UInt8]) throws(RecordsError) -> Int {
        try CanonicalJSON.value(Answer.self, fromLine: answer, limitBytes: maximumBytes).entry
    }
}

extension KeeperClient {
    /// Has an act about a conversation marked in the ledger; told again, it is the same entry. Returns its number.
    @discardableResult
    package func mark(_ order: MarkOrder) throws(KeeperError) -> Int {
        guard let json = try? order.json else { throw .malformedAnswer }
        let answer = try record(json)
        guard let entry = try? MarkOrder.entry(answer: answer) else { throw .malformedAnswer }
        return entry
    }
}
