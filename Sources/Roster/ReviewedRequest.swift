package import Records

/// A request that was held against the roster and put into words: only from this is an approval made.
package struct ReviewedRequest: Sendable {
    /// The request.
    package let request: Request
    /// What would be approved, in plain English, a sentence or two a line: to be shown before anything is signed.
    package let words: [String]
    /// The approval that answers it, built from the parsed values and not yet signed.
    package let approval: Approval
}

extension Request {
    /// Holds the request against the roster of today and puts it into words.
    ///
    /// Throws `otherVault`, `otherRequest`, `expired`, `expiresTooLate`, `notInRoster`, `unsupported`.
    package func review(in roster: VerifiedRoster, at moment: Timestamp) throws(RosterError) -> ReviewedRequest {
        guard vault == roster.vault else { throw RosterError(.otherVault) }
        guard !act.changesRoster || id == roster.changeID else { throw RosterError(.otherRequest) }
        guard moment < expires else { throw RosterError(.expired) }
        guard expires <= moment.adding(days: Approval.longestLifeDays) else { throw RosterError(.expiresTooLate) }
        let head = "This asks for your approval in the vault of \(roster.organisation) (\(vault))."
        let tail = "Your approval counts for this one request only, and until \(expires)."
        let approval = try Approval(answering: self)
        return ReviewedRequest(request: self, words: [head] + (try sentences(in: roster)) + [tail], approval: approval)
    }

    private func sentences(in roster: VerifiedRoster) throws(RosterError) -> [String] {
        switch act {
        case .enrol:
            return cards.map { Self.enrolment(of: $0, in: roster) }
                + ["Compare each card's number with its owner, face to face or by a voice that you know, before you say yes."]
        case .retire:
            return try retirements(in: roster)
        case .sweep:
            return targets.map { "Everything that expires before \($0) is destroyed and cannot be brought back." }
        case .erase, .hold, .release, .changeClass:
            return conversationSentences(in: roster)
        case .removeCell:
            throw RosterError(.unsupported)
        }
    }

    private static func enrolment(of card: Card, in roster: VerifiedRoster) -> String {
        let replaces = roster.member(named: card.name) != nil
        let means =
            switch card.role {
            case .worker: "New records can be sealed to this person, who can open those."
            case .lead:
                "Together with another lead this person can open every record made from then on, and approve requests like this one."
            case .team: "Copies that a young person agrees to can be sent to this team."
            case .service: "This program can seal new conversations in the vault's name."
            case .keeper: "This program holds the calendar of keys, and what it says of destruction counts."
            }
        return "Enrol the \(card.role.rawValue) \(card.name), card number \(card.fingerprint). \(means)"
            + (replaces ? " The card of this name that is in force now must be retired first." : "")
    }

    private func retirements(in roster: VerifiedRoster) throws(RosterError) -> [String] {
        var sentences: [String] = []
        for target in targets {
            guard let member = roster.members.first(where: { $0.card.digest.description == target && $0.isInForce }) else {
                throw RosterError(.notInRoster)
            }
            sentences.append(
                "Retire the \(member.card.role.rawValue) \(member.card.name), card number \(member.card.fingerprint). Nothing more is sealed or "
                    + "sent to this card, and what it signs from the next day on does not count. What was sealed to it before can still be opened with it."
            )
        }
        return sentences
    }
}
