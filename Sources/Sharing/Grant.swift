package import Opening
package import Records
package import Roster
internal import Sodium

/// The right to make one copy. It is had only from a recorded consent that stands, and making the copy consumes it.
package struct Grant: ~Copyable, Sendable {
    /// The consent.
    package let consent: Consent
    /// Its exact line.
    package let line: [UInt8]
    /// The conversation it was recorded in.
    package let conversation: OpenedConversation
    /// To whom the copy goes.
    package let addressee: Addressee
    /// What was sealed when the consent was used before; then the same copy is made again, never a second one.
    let spent: SpentConsent?

    /// Checks that the consent named `id` stands in `conversation` and may be used on `today`.
    ///
    /// Throws `noConsent`, `notGiven`, `noRealName` or `otherTeam`.
    package init(_ id: ActID, in conversation: OpenedConversation, roster: VerifiedRoster, today: Day) throws(SharingError) {
        let acts = RecordedActs(conversation.acts)
        guard let (consent, line) = acts.consents.last(where: { $0.consent.id == id.description }),
            consent.conversation == conversation.id.description
        else { throw SharingError(.noConsent, "no consent with that id is recorded in this conversation") }
        let successor = acts.consents.first { $0.consent.previous == RecordedActs.digest(line) }
        guard consent.state == .given, successor == nil else {
            throw SharingError(.notGiven, "the consent does not stand: it was refused or taken back")
        }
        guard Consent.isRealName(consent.real_name) else {
            throw SharingError(.noRealName, "the consent has no real name: no copy is made for a team without one")
        }
        let spent = acts.spent.first { $0.consent == consent.id }
        // One yes, one copy: the same answer cannot be recorded twice and used twice.
        let sameAnswer = acts.consents.filter { $0.consent.evidence.answered_digest == consent.evidence.answered_digest }.map(\.consent.id)
        guard !acts.spent.contains(where: { $0.consent != consent.id && sameAnswer.contains($0.consent) }) else {
            throw SharingError(.notGiven, "this answer was used for another copy already: ask again")
        }
        try Self.checkEvidence(consent, conversation)
        guard let validUntil = Day(text: consent.valid_until), let copyExpires = Day(text: consent.copy_expires), copyExpires >= today,
            validUntil >= today || spent != nil
        else { throw SharingError(.notGiven, "the consent's time is over: ask again") }
        guard let member = roster.member(named: consent.recipient.team), member.card.role == .team,
            member.card.digest.description == consent.recipient.card
        else {
            throw SharingError(.otherTeam, "the team's card is not the one that was agreed to: ask again with its card of today")
        }
        do {
            addressee = try roster.addressee(named: consent.recipient.team, on: today)
        } catch {
            throw SharingError(.otherTeam, "the team has no key for today: ask it to renew its card")
        }
        self.consent = consent
        self.line = line
        self.conversation = conversation
        self.spent = spent
    }

    /// Whether a consent of this id is recorded in `conversation`, usable or not.
    package static func isRecorded(_ id: ActID, in conversation: OpenedConversation) -> Bool {
        RecordedActs(conversation.acts).consents.contains { $0.consent.id == id.description }
    }

    /// The question and the answer stand in the conversation as they did, nothing is missing, and the lines are those that were agreed to.
    private static func checkEvidence(_ consent: Consent, _ conversation: OpenedConversation) throws(SharingError) {
        let digests = Set(conversation.lines.map { Hex.encode(BLAKE2b.hash($0)) })
        guard consent.scope.hasItsForm, conversation.isWhole, digests.contains(consent.evidence.asked_digest),
            digests.contains(consent.evidence.answered_digest),
            Hex.encode(BLAKE2b.hash(transcript(of: consent, in: conversation))) == consent.scope.digest
        else {
            throw SharingError(
                .notGiven, "the conversation is no longer as it was when the yes was recorded: nothing is passed on; ask the custodian")
        }
    }

    private static func transcript(of consent: Consent, in conversation: OpenedConversation) -> [UInt8] {
        let scope = consent.scope
        return Consent.Scope.transcript(
            of: conversation.lines, from: scope.from, to: scope.to, redacted: scope.redacted, includesInternal: scope.includes_internal)
    }

    /// The lines that the consent covers, exactly, each with its line feed.
    var transcript: [UInt8] { Self.transcript(of: consent, in: conversation) }
}
