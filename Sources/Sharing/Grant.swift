package import Opening
package import Records
package import Roster

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

    /// The lines that the consent covers, exactly, each with its line feed.
    var transcript: [UInt8] {
        let scope = consent.scope
        let redacted = Set(scope.redacted)
        var bytes: [UInt8] = []
        for (index, line) in conversation.lines.enumerated() {
            guard (scope.from...max(scope.from, scope.to)).contains(index + 1), !redacted.contains(index + 1) else { continue }
            // A line that cannot be read cannot be shown to be meant for the young person: it stays.
            guard let event = try? EventLine(line), scope.includes_internal || !event.isInternal else { continue }
            bytes += line + [UInt8(ascii: "\n")]
        }
        return bytes
    }
}
