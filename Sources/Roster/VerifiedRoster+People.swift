package import Minisign
package import Records
package import Sodium

extension VerifiedRoster {
    /// Everybody in force on `day`, in the order of enrolment.
    package func members(inForceOn day: Day) -> [Member] {
        members.filter { $0.isInForce(on: day) }
    }

    /// Whoever has this name on `day`; nil where nobody in force has.
    package func member(named name: String, on day: Day) -> Member? {
        members.first { $0.card.name == name && $0.isInForce(on: day) }
    }

    /// Whoever had this record key at any time; the latest entry where there are several.
    package func member(keyID: KeyID) -> Member? {
        members.last { $0.card.keyID == keyID }
    }

    /// Whoever had this signing key at any time; the latest entry where there are several.
    package func member(signerID: KeyID) -> Member? {
        members.last { $0.card.signerID == signerID }
    }

    /// Whoever could sign with this key on `day`: in force, or retired on that very day. Nil means that the signature does not count.
    package func signer(_ signerID: KeyID, on day: Day) -> Member? {
        members.last { $0.card.signerID == signerID && $0.couldSign(on: day) }
    }

    /// The keeper in force on `day`; nil where none is enrolled yet.
    package func keeper(on day: Day) -> Member? {
        members.first { $0.card.role == .keeper && $0.isInForce(on: day) }
    }

    /// The safeguarding leads in force on `day`, by key id.
    package func leads(on day: Day) -> [Holder] {
        members(inForceOn: day).filter { $0.card.role == .lead }.compactMap { Holder($0.card) }.sorted { $0.keyID < $1.keyID }
    }

    /// Every two leads in force on `day`, sorted by key ids as a part's header has them; none where there are fewer than three leads.
    package func leadPairs(on day: Day) -> [LeadPair] {
        let leads = leads(on: day)
        guard leads.count >= Limits.leadsForPairs else { return [] }
        return leads.indices.flatMap { first in
            leads.indices[(first + 1)...].map { LeadPair(first: leads[first], second: leads[$0]) }
        }
    }

    /// Whom to seal to by name; throws `notInRoster` where nobody of that name is in force, or it is a program without a record key.
    package func holder(named name: String, on day: Day) throws(RosterError) -> Holder {
        guard let holder = member(named: name, on: day).flatMap({ Holder($0.card) }) else { throw RosterError(.notInRoster) }
        return holder
    }

    /// Whom to send a copy to by name; throws `notInRoster` where nobody of that name is in force, or none of its recipients is of today.
    package func addressee(named name: String, on day: Day) throws(RosterError) -> Addressee {
        guard let addressee = member(named: name, on: day).flatMap({ Addressee($0.card, on: day) }) else { throw RosterError(.notInRoster) }
        return addressee
    }

    /// The entry of the identity at hand, by its keys; throws `notInRoster` where its name is not in force, `notYourCard` where the card of
    /// that name has another role or other keys, as it would if somebody had put theirs in its place.
    package func owner(
        named name: String, role: Role, recordKey: BoxPublicKey?, signingKey: SigningPublicKey, on day: Day
    ) throws(RosterError) -> Member {
        guard let member = member(named: name, on: day) else { throw RosterError(.notInRoster) }
        guard member.card.role == role, member.card.recordKey == recordKey, member.card.signingKey.key == signingKey else {
            throw RosterError(.notYourCard)
        }
        return member
    }

    /// Checks that `approvals` are enough for an act of the keeper, each of them for it, and gives the people who signed them.
    ///
    /// Whether the request was given out, and is not yet spent, is the keeper's to know.
    package func check(_ approvals: [UnverifiedApproval], answer question: ApprovalQuestion, at moment: Timestamp) throws(RosterError) -> [Member] {
        try Approvers(vault: vault, members: members, moment: moment).check(approvals, answer: question)
    }
}
