import HandingOver
import Handover
import Identity
import Keeper
import Opening
import Ledger
import Records
import Roster
import Sodium
import SodiumSeal
import System
import TestVault

/// Somebody who puts handovers together by hand, out of whatever they have.
struct HandoverForger {
    let vault: TestVault
    let part: StolenPart

    /// A forger of handovers of the one part of a conversation.
    init(_ vault: TestVault, of id: ConversationID) throws {
        self.vault = vault
        part = try vault.steal(id)
    }

    /// A box for somebody with anything in it.
    func box(_ content: [UInt8], for person: TestVault.Person) -> [UInt8] {
        SealedBox.seal(content.rawSpan, to: vault.recordKey(of: person))
    }

    func keyID(_ person: TestVault.Person) -> KeyID { Card.id(of: vault.recordKey(of: person).bytes) }

    /// Terms as they would be right, but for what is changed.
    func terms(
        box: [UInt8], to recipient: TestVault.Person, on authority: HandoverTerms.Authority, vault other: VaultID? = nil,
        conversation: ConversationID? = nil, expiry: Day? = nil, part another: PartID? = nil, reason: HandoverReason = .illness,
        expires: Timestamp? = nil
    ) throws -> HandoverTerms {
        HandoverTerms(
            vault: other ?? vault.roster.vault, conversation: conversation ?? part.header.conversation,
            expiry: expiry ?? part.header.expiry,
            items: [.init(part: another ?? part.header.part, box: box)], recipient: keyID(recipient), reason: reason, authority: authority,
            expires: try expires ?? vault.now.adding(days: 1))
    }

    /// The first lead's yes, signed by whoever is at hand.
    func peel(_ terms: HandoverTerms, signedBy person: TestVault.Person) throws -> SignedDocument {
        try vault.with(person) { (owner: borrowing PersonalIdentity) throws in try PeelStatement.sign(terms, by: owner.signingKey) }
    }

    /// The statement, signed by whoever is at hand.
    func proposal(_ terms: HandoverTerms, after peel: SignedDocument?, signedBy person: TestVault.Person) throws -> ProposedHandover {
        let agreed = try peel.map { try PeelStatement(parsing: $0) }
        let statement = try vault.with(person) { (owner: borrowing PersonalIdentity) throws in
            try HandoverStatement.sign(terms, after: agreed, by: owner.signingKey)
        }
        return ProposedHandover(peel: peel, statement: statement)
    }

    /// A handover on two leads' word, each text signed by whoever is named.
    func byLeads(
        _ first: TestVault.Person, _ second: TestVault.Person, signedBy signers: (TestVault.Person, TestVault.Person), box: [UInt8],
        to recipient: TestVault.Person, expires: Timestamp? = nil
    ) throws -> ProposedHandover {
        let terms = try terms(box: box, to: recipient, on: .leads(first: keyID(first), second: keyID(second)), expires: expires)
        return try proposal(terms, after: peel(terms, signedBy: signers.0), signedBy: signers.1)
    }

    /// A handover on a holder's word.
    func byHolder(
        _ holder: TestVault.Person, signedBy signer: TestVault.Person, box: [UInt8], to recipient: TestVault.Person
    ) throws -> ProposedHandover {
        try proposal(terms(box: box, to: recipient, on: .holder(keyID(holder))), after: nil, signedBy: signer)
    }

    /// What the honest keeper says to it: nil where it records it.
    func refusalByKeeper(_ proposed: ProposedHandover) throws -> KeeperError.Code? {
        let register = try vault.register
        let entries = vault.ledger.count
        do {
            _ = try register.record(HandoverOrder(proposed).json)
            return nil
        } catch let error as KeeperError {
            guard vault.ledger.count == entries else { throw error }
            return error.code
        }
    }

    /// The file, with the receipt of a keeper who signs whatever it is asked.
    func file(_ proposed: ProposedHandover, box: [UInt8], after steps: [HandoverStep] = [], at moment: Timestamp? = nil) throws -> [UInt8] {
        let mark = LedgeredAct(.handover, text: Array(proposed.statement.text.utf8)).mark(leaf: secret(part.leaf))
        let receipt = try HandoverReceipt(entry: 7, mark: mark, at: moment ?? vault.now).sign(for: vault.roster.vault, by: vault.keeper)
        return try HandoverFile(box: box, steps: steps + [HandoverStep(proposed, receipt: receipt)]).bytes
    }

    /// What the opener says to somebody with this handover; nil where it opens.
    func refusal(_ handover: [UInt8]?, as person: TestVault.Person) -> OpeningError.Code? {
        vault.refusal(of: part.file, leaf: part.leaf, as: person, handover: handover)
    }
}

/// The code with which a handover fails; nil where it does not.
func handoverCode(_ body: () throws -> Void) throws -> HandingOverError.Code? {
    do {
        try body()
        return nil
    } catch let error as HandingOverError {
        guard !error.message.contains("\n"), error.message.count > 20 else { throw error }
        return error.code
    }
}
