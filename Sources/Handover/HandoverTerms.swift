package import Records
internal import Roster
internal import Sodium

/// What is handed over, to whom, why, and on whose word: what both signed texts of a handover say. See `Docs/Spec/Handover.md`.
package struct HandoverTerms: Hashable, Sendable {
    /// A part, and the box in which its secret goes on.
    package struct Item: Hashable, Sendable {
        /// The part.
        package let part: PartID
        /// BLAKE2b-256 of the box.
        package let boxDigest: [UInt8]

        /// A part and a box of its secret.
        package init(part: PartID, box: [UInt8]) {
            self.part = part
            boxDigest = BLAKE2b.hash(box)
        }

        init?(line: String) {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 2, let part = PartID(text: words[0]), let digest = Hex.decode(String(words[1])), digest.count == 32 else {
                return nil
            }
            self.part = part
            boxDigest = digest
        }

        var line: String { "\(part) \(Hex.encode(boxDigest))" }
    }

    /// On whose word.
    package enum Authority: Hashable, Sendable {
        /// Of the present holder, named by the record key.
        case holder(KeyID)
        /// Of two leads; the first is the one with the smaller key id, who peels.
        case leads(first: KeyID, second: KeyID)

        init?(line: String) {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            let keys = words.dropFirst().compactMap { KeyID(text: $0) }
            guard keys.count == words.count - 1 else { return nil }
            switch (words.first, keys.count) {
            case ("holder", 1): self = .holder(keys[0])
            case ("leads", 2) where keys[0] < keys[1]: self = .leads(first: keys[0], second: keys[1])
            default: return nil
            }
        }

        var line: String {
            switch self {
            case .holder(let key): "holder \(key)"
            case .leads(let first, let second): "leads \(first) \(second)"
            }
        }
    }

    /// The vault.
    package let vault: VaultID
    /// The conversation.
    package let conversation: ConversationID
    /// The last day on which it may be opened; a handover changes nothing about it.
    package let expiry: Day
    /// The parts, 1 to 64, ascending.
    package let items: [Item]
    /// The new holder's record key.
    package let recipient: KeyID
    /// Why.
    package let reason: HandoverReason
    /// On whose word.
    package let authority: Authority
    /// From this moment on it is not recorded any more.
    package let expires: Timestamp

    /// Terms; the items in any order.
    package init(
        vault: VaultID, conversation: ConversationID, expiry: Day, items: [Item], recipient: KeyID, reason: HandoverReason,
        authority: Authority, expires: Timestamp
    ) {
        self.vault = vault
        self.conversation = conversation
        self.expiry = expiry
        self.items = items.sorted { $0.part < $1.part }
        self.recipient = recipient
        self.reason = reason
        self.authority = authority
        self.expires = expires.wholeSeconds
    }

    /// How the form of a text with these terms looks, with fields of its own before the last.
    static func form(context: String, _ own: [SignedText.Field] = []) -> SignedText.Form {
        SignedText.Form(
            context: context,
            fields: [
                .init("vault"), .init("conversation"), .init("expiry"), .init("part", 1...Limits.handoverParts), .init("to"),
                .init("reason"), .init("by"),
            ] + own + [.init("expires")])
    }

    /// The lines of a text with these terms.
    func lines(_ own: [SignedText.Line] = []) -> [SignedText.Line] {
        [
            .init("vault", vault.description), .init("conversation", conversation.description), .init("expiry", expiry.description),
        ] + items.map { .init("part", $0.line) } + [
            .init("to", recipient.description), .init("reason", reason.rawValue), .init("by", authority.line),
        ] + own + [.init("expires", expires.description)]
    }

    /// The terms that a text says; throws `refused` where it says none.
    init(_ text: SignedText) throws(HandoverError) {
        let lines = text.values(of: "part")
        items = lines.compactMap(Item.init(line:))
        guard items.count == lines.count, zip(items, items.dropFirst()).allSatisfy({ $0.part < $1.part }) else {
            throw HandoverError(.refused)
        }
        vault = try text.value("vault") { VaultID(text: $0) }
        conversation = try text.value("conversation") { ConversationID(text: $0) }
        expiry = try text.value("expiry") { Day(text: $0) }
        recipient = try text.value("to") { KeyID(text: $0) }
        reason = try text.value("reason", HandoverReason.init(rawValue:))
        authority = try text.value("by", Authority.init(line:))
        expires = try text.value("expires") { Timestamp(canonical: $0) }
    }

    /// The same terms, to be recorded before a moment if that is earlier.
    package func expiring(noLaterThan moment: Timestamp?) -> HandoverTerms {
        HandoverTerms(
            vault: vault, conversation: conversation, expiry: expiry, items: items, recipient: recipient, reason: reason,
            authority: authority, expires: min(expires, moment ?? expires))
    }

    /// Whether these are the terms to which another text agreed, for the same parts; the boxes are others.
    func agree(with other: HandoverTerms) -> Bool {
        vault == other.vault && conversation == other.conversation && expiry == other.expiry && recipient == other.recipient
            && reason == other.reason && authority == other.authority && items.map(\.part) == other.items.map(\.part)
    }
}
