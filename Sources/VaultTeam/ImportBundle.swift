internal import ArgumentParser
internal import Console
internal import Keeper
internal import Minisign
internal import PersonalConsole
internal import Records
internal import Roster
internal import Sharing
internal import Sodium
internal import System

struct ImportBundle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take a copy that was shared with your team into its vault.",
        discussion: """
            Decrypts and checks everything before anything is kept: that the bundle is genuine, addressed to your team, and agreed to. The \
            signed acknowledgement goes to FILE.ack and FILE.ack.minisig, or where --ack says; send both back. The same bundle again is not \
            stored twice. Prints the conversation's id in your vault.

            Example:
              vault-team import copy.age --vault /srv/team-vault --identity ~/team
            """)

    @Argument(help: ArgumentHelp("The bundle.", valueName: "file"), completion: .file()) var file: String
    @Option(name: .customLong("ack"), help: ArgumentHelp("Where to write the acknowledgement.", valueName: "file"), completion: .file())
    var acknowledgement: String?
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let conversation: String
        let bundle: String
        let lines: Int
        let kept_until: String
        let repeated: Bool
    }

    func run() throws {
        let session = try person.begin(as: Teams.self)
        let path = self.acknowledgement ?? "\(file).ack"
        try checkAcknowledgement(path, session.fileSystem)
        let bytes = try session.fileSystem.readFile(file, limitBytes: Limits.bundleBytes)
        let progress = Progress(waitingFor: "decrypting and checking the bundle")
        let bundle = try verify(UnverifiedBundle(bytes), session)
        let importer = CopyImporter(store: session.store, sealer: session.sealer, reader: session.reader, now: session.now)
        let (acknowledgement, isRepeat) = try importer.importCopy(bundle, by: session.owner, as: session.holder)
        try session.keeper.mark(
            MarkOrder(
                .acknowledgement, of: LeafName(expiry: bundle.statement.retainUntil, conversation: bundle.conversation),
                digest: BLAKE2b.hash(acknowledgement.act, digestBytes: 32)))
        _ = consume progress
        try session.fileSystem.replaceDurably("\(path).minisig", acknowledgement.signature.rawSpan, mode: 0o644)
        try session.fileSystem.replaceDurably(path, acknowledgement.text.rawSpan, mode: 0o644)
        let row = Row(
            conversation: bundle.conversation.description, bundle: bundle.statement.bundle.description, lines: bundle.lines.count,
            kept_until: bundle.statement.retainUntil.description, repeated: isRepeat)
        Output.note(
            "\(isRepeat ? "Imported before, not stored again" : "Imported"): \(row.lines) lines from \(bundle.statement.senderName), kept until \(row.kept_until); send back \(path) and \(path).minisig"
        )
        if output.json { try Output.json(row) } else { try Output.line(row.conversation) }
    }

    /// An acknowledgement of before may be replaced, by the same words; nothing else.
    private func checkAcknowledgement(_ path: String, _ fileSystem: DiskFileSystem) throws {
        guard try fileSystem.status(path) != nil else {
            return try NewFiles.check([path], option: "--ack", fileSystem: fileSystem)
        }
        let found = try? fileSystem.readFile(path, limitBytes: Limits.signedTextBytes)
        guard let found, found.starts(with: Array("\(Acknowledgement.context)\n".utf8)) else {
            throw ConsoleError(
                .exists,
                "\(path) exists already and is no acknowledgement: it is not overwritten, and nothing was done; choose another --ack")
        }
    }

    /// Tries the rosters of those whose bundles are accepted; the refusal that says most is told.
    private func verify(_ bundle: UnverifiedBundle, _ session: borrowing PersonSession) throws -> VerifiedBundle {
        let today = try session.keeper.today()
        let partners = Partners(fileSystem: session.fileSystem, layout: session.layout, identity: person.identity)
        var refusal = SharingError(
            .unknownSender, "no organisation's bundles are accepted yet: run 'vault-team trust' with its rosters first")
        for roster in try partners.rosters() {
            do {
                return try bundle.verified(for: session.owner, sender: roster, today: today)
            } catch {
                refusal = error
                if error.code == .notForYou || error.code == .notGenuine || error.code == .expired { break }
            }
        }
        throw refusal
    }
}
