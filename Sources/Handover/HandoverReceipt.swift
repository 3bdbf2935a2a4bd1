package import Records
package import Roster
package import Sodium

/// The keeper's word that a handover stands in the ledger, and since when.
///
/// It says nothing to anybody who has not the conversation's leaf: the mark is salted with it.
package struct HandoverReceipt: Hashable, Sendable {
    /// The ledger's entry.
    package let entry: Int
    /// What the entry holds for the statement.
    package let mark: LedgerMark
    /// When the keeper wrote it down; the entry has the day alone.
    package let at: Timestamp

    /// The act's name, in the ledger too.
    package static let act = ConversationAct.handover.rawValue

    private static let form = SignedText.Form(
        context: "transcript-vault recorded 1",
        fields: [.init("vault"), .init("act"), .init("entry"), .init("mark"), .init("at")])

    /// A receipt for an entry that is durable in the ledger.
    package init(entry: Int, mark: LedgerMark, at moment: Timestamp) {
        self.entry = entry
        self.mark = mark
        at = moment.wholeSeconds
    }

    /// Signs it as the keeper of a vault.
    package func sign(for vault: VaultID, by keeper: borrowing SigningKey) throws(HandoverError) -> SignedDocument {
        let lines: [SignedText.Line] = [
            .init("vault", vault.description), .init("act", Self.act), .init("entry", "\(entry)"), .init("mark", mark.description),
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
        mark = try text.value("mark") { LedgerMark(text: $0) }
        at = try text.value("at") { Timestamp(canonical: $0) }
        let day = at.day
        let keepers = roster.members.filter { $0.card.role == .keeper && $0.couldSign(on: day) }
        guard keepers.contains(where: { document.isSigned(by: $0.card, as: Self.form) }) else { throw HandoverError(.refused) }
    }
}
