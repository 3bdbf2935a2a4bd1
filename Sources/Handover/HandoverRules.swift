package import Records
package import Roster
internal import Sodium

/// A handover as its signers made it, not yet recorded; nothing is believed of it.
package struct ProposedHandover: Hashable, Sendable {
    /// The first lead's text; nil on the holder's word.
    package let peel: SignedDocument?
    /// The statement.
    package let statement: SignedDocument

    /// What was signed.
    package init(peel: SignedDocument?, statement: SignedDocument) {
        self.peel = peel
        self.statement = statement
    }
}

/// Who may hand a record over, at one moment: the same rules for the keeper that records it and for whoever reads it later.
package struct HandoverRules: Sendable {
    private let roster: VerifiedRoster
    private let moment: Timestamp
    private let isEntitled: @Sendable (Member) -> Bool

    /// The roles that hold conversations.
    private static let holders: Set<Role> = [.worker, .lead]

    /// For the keeper, which asks who is in force now.
    package init(recordingIn roster: VerifiedRoster, at moment: Timestamp) {
        self.roster = roster
        self.moment = moment
        isEntitled = { $0.isInForce }
    }

    /// For a reader, who asks who was in the roster on the day on which the keeper recorded it, the day of retirement included.
    init(recordedIn roster: VerifiedRoster, at moment: Timestamp) {
        self.roster = roster
        self.moment = moment
        let day = moment.day
        isEntitled = { $0.couldSign(on: day) }
    }

    /// Checks everything that can be known without the record: who signed, for whom, in which vault, in time.
    package func check(_ proposed: ProposedHandover) throws(HandoverError) -> HandoverStatement {
        let statement = try HandoverStatement(parsing: proposed.statement)
        try check(statement.terms)
        switch statement.terms.authority {
        case .holder(let key):
            guard proposed.peel == nil else { throw HandoverError(.refused) }
            _ = try signer(of: proposed.statement, HandoverStatement.form, key: key, roles: Self.holders)
        case .leads(let first, let second):
            guard let peel = proposed.peel else { throw HandoverError(.refused) }
            let (firstCard, _) = try check(peel)
            let secondCard = try signer(of: proposed.statement, HandoverStatement.form, key: second, roles: [.lead])
            guard first != second, firstCard.signerID != secondCard.signerID, firstCard.name != secondCard.name else {
                throw HandoverError(.repeatedSigner)
            }
            let agreed = try PeelStatement(parsing: peel)
            guard statement.peel == agreed.digest, statement.terms.agree(with: agreed.terms) else { throw HandoverError(.refused) }
        }
        return statement
    }

    /// Checks the first lead's text alone, as the second lead does before anything is opened.
    package func check(_ peel: SignedDocument) throws(HandoverError) -> (signer: Card, statement: PeelStatement) {
        let statement = try PeelStatement(parsing: peel)
        guard case .leads(let first, _) = statement.terms.authority else { throw HandoverError(.refused) }
        try check(statement.terms)
        return (try signer(of: peel, PeelStatement.form, key: first, roles: [.lead]), statement)
    }

    private func check(_ terms: HandoverTerms) throws(HandoverError) {
        guard terms.vault == roster.vault else { throw HandoverError(.otherVault) }
        guard moment < terms.expires else { throw HandoverError(.expired) }
        guard terms.expires <= moment.adding(days: Approval.longestLifeDays) else { throw HandoverError(.expiresTooLate) }
        let recipients = roster.members.filter { $0.card.keyID == terms.recipient && Self.holders.contains($0.card.role) }
        guard recipients.contains(where: isEntitled) else { throw HandoverError(.unknownRecipient) }
    }

    /// The card of whoever has this record key in one of these roles, and signed the document.
    private func signer(
        of document: SignedDocument, _ form: SignedText.Form, key: KeyID, roles: Set<Role>
    ) throws(HandoverError) -> Card {
        let signers = roster.members.filter { $0.card.keyID == key && document.isSigned(by: $0.card, as: form) }
        guard !signers.isEmpty else { throw HandoverError(.refused) }
        let inRole = signers.filter { roles.contains($0.card.role) }
        guard !inRole.isEmpty else { throw HandoverError(.notEntitled) }
        guard let signer = inRole.last(where: isEntitled) else { throw HandoverError(.retired) }
        return signer.card
    }
}

extension HandoverStatement {
    /// Checks that it is of the part with this header, and that those who signed it may hand this part on.
    ///
    /// - Parameters:
    ///   - header: the part's, as it lies there; the key of the part proves it, not this.
    ///   - holder: who holds the part before; nil where nobody does yet.
    ///   - isFirst: whether it was handed to nobody before: two leads begin anew, from the header.
    package func checkRight(over header: PartHeader, heldBy holder: KeyID?, isFirst: Bool) throws(HandoverError) {
        guard terms.conversation == header.conversation, terms.expiry == header.expiry, item(of: header.part) != nil else {
            throw HandoverError(.refused)
        }
        switch terms.authority {
        case .holder(let key):
            guard key == holder else { throw HandoverError(.notHeld) }
        case .leads(let first, let second):
            guard isFirst else { throw HandoverError(.refused) }
            guard header.leadPairs.contains(where: { $0.first == first && $0.second == second }) else {
                throw HandoverError(.notPrepared)
            }
        }
    }

    /// What it says of a part; nil where it is not of it.
    func item(of part: PartID) -> HandoverTerms.Item? {
        terms.items.first { $0.part == part }
    }
}
