internal import Minisign
package import Records
package import Sodium

extension VerifiedRoster {
    /// Everybody in force, in the order of enrolment.
    package var membersInForce: [Member] { members.filter(\.isInForce) }

    /// Whoever in force has this name; nil where nobody has.
    package func member(named name: String) -> Member? {
        members.first { $0.card.name == name && $0.isInForce }
    }

    /// Whoever could sign with this key on `day`: in force, or retired on that very day. Nil means that the signature does not count.
    package func member(signer: KeyID, on day: Day) -> Member? {
        members.last { $0.card.signerID == signer && $0.couldSign(on: day) }
    }

    /// Whoever in force has this record key; nil where nobody has.
    package func member(keyID: KeyID) -> Member? {
        members.first { $0.card.keyID == keyID && $0.isInForce }
    }

    /// The latest card that ever had this signing key; nil where none had.
    package func card(signer: KeyID) -> Card? {
        members.last { $0.card.signerID == signer }?.card
    }

    /// The latest card that ever had this record key; nil where none had.
    package func card(keyID: KeyID) -> Card? {
        members.last { $0.card.keyID == keyID }?.card
    }

    /// The keeper in force; nil where none is enrolled yet.
    package var keeper: Member? { members.first { $0.card.role == .keeper && $0.isInForce } }

    /// The signing keys of every keeper that there ever was: what the ledger is verified with.
    package var keeperKeys: [SigningPublicKey] { members.filter { $0.card.role == .keeper }.map(\.card.signingKey.key) }

    /// The safeguarding leads in force, by key id.
    package var leads: [Holder] {
        membersInForce.filter { $0.card.role == .lead }.compactMap { Holder($0.card) }.sorted { $0.keyID < $1.keyID }
    }

    /// Every two leads in force, sorted by key ids as a part's header has them; none where there are fewer than three leads.
    package var leadPairs: [LeadPair] {
        let leads = leads
        guard leads.count >= Limits.leadsForPairs else { return [] }
        return leads.indices.flatMap { first in
            leads.indices[(first + 1)...].map { LeadPair(first: leads[first], second: leads[$0]) }
        }
    }

    /// Whom to seal to by name; throws `notInRoster` where nobody of that name is in force, or it is a program without a record key.
    package func holder(named name: String) throws(RosterError) -> Holder {
        guard let holder = member(named: name).flatMap({ Holder($0.card) }) else { throw RosterError(.notInRoster) }
        return holder
    }

    /// Whom to send a copy to on `day` by name; throws `notInRoster` where nobody of that name is in force, or none of its recipients is of
    /// that day.
    package func addressee(named name: String, on day: Day) throws(RosterError) -> Addressee {
        guard let addressee = member(named: name).flatMap({ Addressee($0.card, on: day) }) else { throw RosterError(.notInRoster) }
        return addressee
    }

    /// The entry of the identity at hand, by its keys; throws `notInRoster` where its name is not in force, `notYourCard` where the card of
    /// that name has another role or other keys, as it would if somebody had put theirs in its place.
    package func owner(
        named name: String,
        role: Role,
        recordKey: BoxPublicKey?,
        signingKey: SigningPublicKey
    ) throws(RosterError) -> Member {
        guard let member = member(named: name) else { throw RosterError(.notInRoster) }
        guard member.card.role == role, member.card.recordKey == recordKey, member.card.signingKey.key == signingKey else {
            throw RosterError(.notYourCard)
        }
        return member
    }

    /// Checks that `approvals` are enough for an act of the keeper, each of them for it, and gives the people who signed them.
    ///
    /// Whether the request was given out, and is not yet spent, is the keeper's to know.
    package func check(_ approvals: [UnverifiedApproval], answer question: ApprovalQuestion, at moment: Timestamp) throws(RosterError)
        -> [Member]
    {
        try Approvers(vault: vault, members: members, moment: moment).check(approvals, answer: question)
    }
}
