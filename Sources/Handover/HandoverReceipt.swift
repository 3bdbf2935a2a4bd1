package import Records
package import Roster
package import Sodium

/// The keeper's word that a handover stands in the ledger, and since when.
///
/// It says nothing to anybody who has not the conversation's leaf: the digest is salted with it.
package struct HandoverReceipt: Hashable, Sendable {
    /// The ledger's entry.
    package let entry: Int
    /// What the entry holds: the salted digest of the statement.
    package let digest: [UInt8]
    /// When the keeper wrote it down.
    package let at: Timestamp

    /// The act's name, in the ledger too.
    package static let act = "handover"

    private static let form = SignedText.Form(
        context: "transcript-vault recorded 1",
        fields: [.init("vault"), .init("act"), .init("entry"), .init("digest"), .init("at")])

    /// A receipt for an entry that is durable in the ledger.
    package init(entry: Int, digest: [UInt8], at moment: Timestamp) {
        self.entry = entry
        self.digest = digest
        at = moment.wholeSeconds
    }

    /// Signs it as the keeper of a vault.
    package func sign(for vault: VaultID, by keeper: borrowing SigningKey) throws(HandoverError) -> SignedDocument {
        let lines: [SignedText.Line] = [
            .init("vault", vault.description), .init("act", Self.act), .init("entry", "\(entry)"), .init("digest", Hex.encode(digest)),
            .init("at", at.description),
        ]
        return SignedDocument(try .handover(Self.form, lines), of: Self.form, by: keeper)
    }

    /// What a receipt says that a keeper of the roster's vault signed; throws `refused` otherwise.
    ///
    /// Whoever was a keeper on the day it names counts, the day of retirement included.
    package init(verifying document: SignedDocument, in roster: VerifiedRoster) throws(HandoverError) {
        let text = try document.parsed(as: Self.form)
        guard try text.value("vault", { VaultID(text: $0) }) == roster.vault, text.value(of: "act") == Self.act else {
            throw HandoverError(.refused)
        }
        entry = try text.value("entry") { number in Int(number).flatMap { $0 > 0 && "\($0)" == number ? $0 : nil } }
        digest = try text.value("digest") { Hex.decode($0).flatMap { $0.count == 32 ? $0 : nil } }
        at = try text.value("at") { Timestamp(canonical: $0) }
        let day = at.day
        let keepers = roster.members.filter { $0.card.role == .keeper && $0.couldSign(on: day) }
        guard keepers.contains(where: { document.isSigned(by: $0.card, as: Self.form) }) else { throw HandoverError(.refused) }
    }
}

/// The digest under which something about a conversation stands in the ledger.
package enum SaltedDigest {
    private static let context = Array("transcript-vault/v1/ledger\0".utf8)

    /// BLAKE2b-256 of salt ‖ `bytes`; the salt is BLAKE2b-256, keyed with the conversation's leaf, of the context and the entry's number.
    ///
    /// With the leaf the salt dies, and the entry is noise: nobody can find out any more what it is about by trying.
    package static func of(_ bytes: [UInt8], entry: Int, leaf: borrowing SecretBytes) -> [UInt8] {
        var message = context
        message.append(littleEndian: UInt64(entry))
        return BLAKE2b.hash(BLAKE2b.keyedHash(message.rawSpan, key: leaf) + bytes)
    }
}
