internal import ArgumentParser
internal import Console
internal import Identity
internal import Keeper
internal import Minisign
internal import Opening
internal import PersonalConsole
internal import RecordStore
internal import Records
internal import Roster
internal import Sealing
internal import Sharing
internal import Sodium
internal import SodiumIdentity
internal import System

struct Share: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the one copy that a consent allows, encrypted for the team that was agreed to.",
        discussion: """
            One yes, one copy: that the consent is used is sealed into the record first, and running it again after a crash gives the same \
            copy, never a second one. The team opens the bundle with 'vault-team import', or with age, tar, minisign and sha256sum. Prints \
            the bundle's id.

            Example:
              vault-worker share 9a07…41 --out copy.age \\
                --vault /srv/vault --identity ~/anna
            """)

    @Argument(help: "The consent's id, as 'consent' printed it.") var consent: String
    @Option(name: .customLong("out"), help: ArgumentHelp("Where to write the bundle.", valueName: "file"), completion: .file()) var path:
        String
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let bundle: String
        let team: String
        let lines: Int
        let retain_until: String
        let repeated: Bool
    }

    func validate() throws {
        guard ActID(text: consent) != nil else {
            throw ValidationError("a consent id has 32 lower-case hexadecimal digits, as 'consent' printed it")
        }
    }

    func run() throws {
        guard let id = ActID(text: consent) else { return }
        let session = try person.begin(as: Workers.self)
        try NewFiles.check([path], option: "--out", fileSystem: session.fileSystem)
        let today = try session.keeper.today()
        let conversation = try find(id, session)
        let grant = try Grant(id, in: conversation, roster: session.roster, today: today)
        let agreed = grant.consent
        let maker = CopyMaker(roster: session.roster, sealer: session.sealer, random: SystemRandom(), now: session.now)
        let bundle = try maker.makeCopy(grant, by: session.owner, as: session.holder)
        // Before it can go to anybody: a copy that is given away stands in the ledger, for those who can open the conversation.
        try session.keeper.mark(
            MarkOrder(
                .copy, of: LeafName(expiry: conversation.expiry, conversation: conversation.id),
                digest: BLAKE2b.hash(bundle.act, digestBytes: 32)))
        try session.fileSystem.writeDurably(path, bundle.file.rawSpan, mode: 0o600)
        let row = Row(
            bundle: bundle.id.description, team: agreed.recipient.team, lines: bundle.lineCount, retain_until: agreed.copy_expires,
            repeated: bundle.isRepeat)
        Output.note(
            "\(bundle.isRepeat ? "The same copy again" : "A copy") of \(row.lines) lines for \(row.team), to be kept until \(row.retain_until): \(path)"
        )
        if output.json { try Output.json(row) } else { try Output.line(row.bundle) }
    }

    /// The conversation in which the consent is recorded. There is no index: acts stand in further parts, so only conversations of several
    /// parts are opened.
    private func find(_ id: ActID, _ session: borrowing PersonSession) throws -> OpenedConversation {
        let reader = session.reader
        let summaries = try reader.conversations(of: session.holder.keyID).found.filter { $0.parts.count > 1 }
        var found: OpenedConversation?
        var failure: OpeningError?
        var progress = Progress("looking for the consent", of: summaries.count)
        var done = 0
        reader.examine(summaries, reader: session.owner.record) {
            Grant.isRecorded(id, in: $0) ? $0 : nil
        } receive: { _, result in
            done += 1
            progress.update(done)
            switch result {
            case .success(let conversation): found = conversation
            case .failure(let error): failure = failure ?? error
            }
            return found == nil
        }
        if let found { return found }
        // It may be recorded in one that cannot be opened.
        if let failure { throw failure }
        throw SharingError(.noConsent, "no consent with that id is recorded in your conversations: nothing goes to anybody without one")
    }
}
