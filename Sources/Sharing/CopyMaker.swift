package import Identity
internal import Age
internal import Minisign
internal import Opening
package import Records
package import Roster
package import Sealing
package import Sodium

/// Makes the copy that a grant allows: signed, sealed into the record as spent, then encrypted for the one team.
package struct CopyMaker: Sendable {
    private let roster: VerifiedRoster
    private let sealer: TranscriptSealer
    private let random: any RandomSource
    private let now: Timestamp

    /// A share bundle, ready to be written.
    package struct Bundle: Sendable {
        /// Its name.
        package let id: BundleID
        /// The age file.
        package let file: [UInt8]
        /// Whether it is the copy of an earlier use of the same consent.
        package let isRepeat: Bool
        /// How many lines it holds.
        package let lineCount: Int
        /// The act that is sealed for it, exactly, to be marked in the ledger before the bundle is given away.
        package let act: [UInt8]
    }

    /// A maker of copies out of the vault that `sealer` writes.
    package init(roster: VerifiedRoster, sealer: TranscriptSealer, random: any RandomSource, now: Timestamp) {
        self.roster = roster
        self.sealer = sealer
        self.random = random
        self.now = now
    }

    /// Uses the grant up: the finished statement is sealed into the conversation before the bundle exists, so that one yes gives one copy.
    package func makeCopy(_ grant: consuming Grant, by owner: borrowing PersonalIdentity, as holder: Holder) throws(SharingError) -> Bundle
    {
        let transcript = grant.transcript
        guard !transcript.isEmpty else { throw SharingError(.incomplete, "the consent covers no message that may be passed on") }
        let bundle = BundleID(consentLine: grant.line)
        let contents: BundleContents
        let act: [UInt8]
        if let spent = grant.spent {
            act = try Self.line(of: spent)
            contents = BundleContents(
                statement: Array(spent.statement.utf8), signature: Array(spent.signature.utf8), consent: grant.line, transcript: transcript)
        } else {
            contents = try signed(grant, bundle: bundle, transcript: transcript, by: owner)
            act = try seal(contents, bundle: bundle, grant: grant, by: owner, as: holder)
        }
        let recipients = try Self.recipients(of: contents, in: grant.addressee)
        do {
            let file = try Age.encrypt(contents.archive.rawSpan, to: recipients, random: random)
            let count = transcript.count { $0 == UInt8(ascii: "\n") }
            return Bundle(id: bundle, file: file, isRepeat: grant.spent != nil, lineCount: count, act: act)
        } catch {
            throw SharingError(.failed, "the bundle could not be encrypted: \(error)")
        }
    }

    private func signed(
        _ grant: borrowing Grant, bundle: BundleID, transcript: [UInt8], by owner: borrowing PersonalIdentity
    ) throws(SharingError) -> BundleContents {
        guard let retainUntil = Day(text: grant.consent.copy_expires) else { throw .notGenuine }
        let statement = Statement(
            bundle: bundle, senderName: owner.name, senderKey: MinisignPublicKey(owner.signingKey.publicKey),
            recipients: Set(grant.addressee.recipients.map(\.text)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) },
            rosterNumber: roster.number, rosterDigest: roster.digest,
            conversation: grant.conversation.id, events: grant.consent.scope.from...max(grant.consent.scope.from, grant.consent.scope.to),
            files: [
                Statement.File(name: BundleContents.consentName, contents: grant.line),
                Statement.File(name: BundleContents.transcriptName, contents: transcript),
            ],
            purpose: grant.consent.purpose, retainUntil: retainUntil, created: now)
        do {
            let text = try statement.text()
            let signature = MinisignSignature.sign(text.rawSpan, with: owner.signingKey, trustedComment: Statement.context)
            return BundleContents(statement: text, signature: signature.fileBytes, consent: grant.line, transcript: transcript)
        } catch {
            throw SharingError(.incomplete, "the statement of the copy cannot be written: \(error)")
        }
    }

    private func seal(
        _ contents: BundleContents, bundle: BundleID, grant: borrowing Grant, by owner: borrowing PersonalIdentity, as holder: Holder
    ) throws(SharingError) -> [UInt8] {
        do {
            let act = SpentConsent(
                consent: grant.consent.id, bundle: bundle.description, statement: String(decoding: contents.statement, as: UTF8.self),
                signature: String(decoding: contents.signature, as: UTF8.self))
            let line = try Self.line(of: act)
            try sealer.append(
                [PartRecord(.act, line)], to: grant.conversation.id, expiring: grant.conversation.expiry,
                after: grant.conversation.ends, for: holder, signer: owner.signingKey)
            return line
        } catch {
            throw SharingError(.failed, "the copy was not made, because its use of the consent could not be recorded: \(error)")
        }
    }

    private static func line(of act: SpentConsent) throws(SharingError) -> [UInt8] {
        do throws(RecordsError) { return try CanonicalJSON.line(act) } catch {
            throw SharingError(.failed, "the copy was not made, because its act cannot be written: \(error)")
        }
    }

    /// The recipients that the statement names, each of them still one of the team's.
    private static func recipients(of contents: BundleContents, in addressee: Addressee) throws(SharingError) -> [AgeRecipient] {
        guard let statement = Statement(parsing: contents.statement),
            Set(statement.recipients).isSubset(of: addressee.recipients.map(\.text))
        else { throw SharingError(.otherTeam, "the team's key has changed since the copy was made: ask again with its card of today") }
        do {
            return try statement.recipients.map { text throws(AgeError) in try AgeRecipient(text) }
        } catch {
            throw SharingError(.otherTeam, "the team's age recipient is not one: ask it for a new card")
        }
    }
}
