internal import Age
package import Identity
internal import Minisign
package import Records
package import Roster
internal import Sodium
internal import SodiumIdentity

/// A share bundle as it came, of which nothing is believed.
package struct UnverifiedBundle: Sendable {
    private let file: [UInt8]

    /// The bytes of a bundle's file.
    package init(_ file: [UInt8]) {
        self.file = file
    }

    /// Decrypts all of it, then checks everything that can be checked; only then is there a bundle that can be read or kept.
    ///
    /// - Parameters:
    ///   - owner: the team's identity.
    ///   - sender: the sending organisation's roster, as this team has pinned it.
    ///   - today: the team's keeper's day.
    /// - Throws: `notForYou`, `notGenuine`, `unknownSender`, `newerRoster` or `expired`.
    package func verified(
        for owner: borrowing PersonalIdentity, sender: VerifiedRoster, today: Day
    ) throws(SharingError) -> VerifiedBundle {
        let (archive, stanzas) = try decrypt(owner)
        guard let contents = BundleContents(archive: archive), let statement = Statement(parsing: contents.statement) else {
            throw .notGenuine
        }
        try checkSignature(contents, statement, sender)
        guard statement.recipients.contains(owner.age.recipient.description) else {
            throw SharingError(.notForYou, "the bundle was made for another team and passed on: it is not yours to keep")
        }
        // As many stanzas as recipients listed: nobody else was given a key to it.
        guard stanzas == statement.recipients.count else { throw .notGenuine }
        let files = [
            Statement.File(name: BundleContents.consentName, contents: contents.consent),
            Statement.File(name: BundleContents.transcriptName, contents: contents.transcript),
        ]
        guard statement.files == files, statement.bundle == BundleID(consentLine: contents.consent) else { throw .notGenuine }
        let consent = try checkConsent(contents, statement, owner, sender)
        let lines = try transcriptLines(contents.transcript, within: consent.scope)
        // A day's grace: two machines' clocks differ.
        guard statement.created.day <= today.adding(days: 1) else { throw .notGenuine }
        guard statement.retainUntil >= today else {
            throw SharingError(.expired, "the copy could be kept until \(statement.retainUntil): its time is over, it is not stored")
        }
        return VerifiedBundle(statement: statement, contents: contents, consent: consent, lines: lines)
    }

    private func decrypt(_ owner: borrowing PersonalIdentity) throws(SharingError) -> (archive: [UInt8], stanzas: Int) {
        do {
            let opened = try Age.open(file.rawSpan, with: owner.age, expecting: .binary)
            guard opened.header.x25519Count == opened.header.stanzas.count else { throw SharingError.notGenuine }
            return (opened.plaintext, opened.header.x25519Count)
        } catch let error as AgeError where error.code == .noMatch {
            throw SharingError(.notForYou, "the bundle is not encrypted for you: only the team that was agreed to can open it")
        } catch {
            throw .notGenuine
        }
    }

    private static let newerRoster = SharingError(
        .newerRoster,
        "the bundle was signed under a newer roster than the one pinned here: get the sender's rosters and run 'vault-team trust'")

    private func checkSignature(_ contents: BundleContents, _ statement: Statement, _ sender: VerifiedRoster) throws(SharingError) {
        let signer = sender.member(signer: Card.id(of: statement.senderKey.key.bytes), on: statement.created.day)
        guard let signer, signer.card.name == statement.senderName, signer.card.role == .worker || signer.card.role == .lead else {
            // Perhaps somebody who was enrolled since: a newer roster would tell.
            if statement.rosterNumber > sender.number { throw Self.newerRoster }
            throw SharingError(.unknownSender, "the bundle is not signed by a worker whom the sender's roster knows")
        }
        guard statement.rosterNumber <= sender.number else { throw Self.newerRoster }
        if statement.rosterNumber == sender.number, statement.rosterDigest != sender.digest { throw .notGenuine }
        do {
            try MinisignSignature(file: contents.signature).verify(
                contents.statement.rawSpan, with: signer.card.signingKey, expecting: Statement.context)
        } catch {
            throw .notGenuine
        }
    }

    /// The consent must say the same as the statement, and name this very team.
    private func checkConsent(
        _ contents: BundleContents, _ statement: Statement, _ owner: borrowing PersonalIdentity, _ sender: VerifiedRoster
    ) throws(SharingError) -> Consent {
        guard let consent = RecordedActs([contents.consent]).consents.first?.consent, consent.state == .given,
            Consent.isRealName(consent.real_name), consent.conversation == statement.conversation.description,
            consent.copy_expires == statement.retainUntil.description, consent.purpose == statement.purpose,
            consent.scope.from == statement.events.lowerBound, consent.scope.to == statement.events.upperBound,
            consent.scope.digest == Hex.encode(BLAKE2b.hash(contents.transcript)), let given = Timestamp(text: consent.given_at),
            let validUntil = Day(text: consent.valid_until), given <= statement.created, statement.created.day <= validUntil
        else { throw .notGenuine }
        let agreed = sender.members.first { $0.card.digest.description == consent.recipient.card }?.card
        guard agreed?.recordKey == owner.record.publicKey, agreed?.signingKey.key == owner.signingKey.publicKey else {
            throw SharingError(.notForYou, "the consent names another team: the bundle is not yours to keep")
        }
        // Nobody but the team that was agreed to: the name in the consent is its card's, and so is every recipient.
        guard let agreed, agreed.role == .team, agreed.name == consent.recipient.team,
            Set(statement.recipients).isSubset(of: agreed.recipients.map(\.text))
        else { throw .notGenuine }
        return consent
    }

    private func transcriptLines(_ transcript: [UInt8], within scope: Consent.Scope) throws(SharingError) -> [[UInt8]] {
        guard transcript.last == UInt8(ascii: "\n") else { throw .notGenuine }
        let lines = transcript.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        guard scope.hasItsForm, lines.count <= scope.to - scope.from + 1 - scope.redacted.count else { throw .notGenuine }
        for line in lines {
            guard let event = try? EventLine(line), scope.includes_internal || !event.isInternal else { throw .notGenuine }
        }
        return lines
    }
}

/// A share bundle that is genuine, addressed to whoever holds it, and agreed to.
package struct VerifiedBundle: Sendable {
    /// What the sender signed.
    package let statement: Statement
    /// The yes.
    package let consent: Consent
    /// The lines passed on, byte for byte.
    package let lines: [[UInt8]]
    let contents: BundleContents

    fileprivate init(statement: Statement, contents: BundleContents, consent: Consent, lines: [[UInt8]]) {
        self.statement = statement
        self.contents = contents
        self.consent = consent
        self.lines = lines
    }

    /// The conversation that the copy becomes in the team's own vault: the same for the same bundle, so that a repeat is recognised.
    package var conversation: ConversationID {
        ConversationID(statement.bundle.bytes) ?? .zero
    }
}
