internal import ArgumentParser
internal import Console
internal import Keeper
internal import Minisign
internal import Records
internal import Roster
internal import Sealing
internal import Sodium
internal import System
internal import UnattendedIdentity

struct Seal: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Seal finished conversations from event lines.",
        discussion: """
            Reads one JSON event a line and seals each conversation for one worker. Prints a conversation's id when all of it is durable. A line \
            that is refused is named by its number, and the rest is sealed; then the exit code is 1. A conversation without an end event is \
            sealed too, when the input ends.

            Examples:
              vault-service seal finished.jsonl --worker anna \\
                --identity /etc/transcript-vault/service
              zcat finished.jsonl.gz | vault-service seal - --worker anna \\
                --identity /etc/transcript-vault/service
            """)

    @Argument(help: ArgumentHelp("Event lines; '-' is standard input.", valueName: "file.jsonl"), completion: .file()) var file: String
    @Option(help: ArgumentHelp("The worker who held the chats, by name in the roster.", valueName: "name")) var worker: String
    @Option(help: ArgumentHelp("The service's identity file.", valueName: "file"), completion: .file()) var identity: String
    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let fileSystem = DiskFileSystem()
        let service = try readIdentity(fileSystem)
        let pinned = try PinnedRoster(vault.layout, beside: identity, fileSystem: fileSystem)
        let roster = pinned.roster
        _ = try roster.owner(named: service.name, role: .service, recordKey: nil, signingKey: service.signingKey.publicKey)
        let holder = try holder(in: roster)
        let input = try Terminal.openForReading(file)
        defer { input.close() }
        let keeper = KeeperClient(socket: keeper.socket, vault: roster.vault)
        // Asked before a line is read, so that a keeper that is not there stops nothing half way.
        _ = try keeper.today()
        try pinned.trust()
        let sealer = TranscriptSealer(
            fileSystem: fileSystem, layout: vault.layout, leaves: keeper, roster: roster, random: SystemRandom())
        sealer.removeLeftovers()
        var job = SealJob(sealer: sealer, retention: roster.policy.defaultRetention, holder: holder, json: output.json)
        try job.run(input.number, as: service)
    }

    private func readIdentity(_ fileSystem: DiskFileSystem) throws -> UnattendedIdentity {
        do throws(UnattendedIdentityError) {
            return try UnattendedIdentity(path: identity, fileSystem: fileSystem)
        } catch {
            guard case .file(let cause) = error, cause.code == .notFound else { throw error }
            throw ConsoleError(
                .noIdentity,
                "there is no identity file at that path: name the service's with --identity, or make it with 'vault-service identity'")
        }
    }

    /// Whoever held the chats: a team has a record key, too, and gets nothing but what a young person agrees to.
    private func holder(in roster: VerifiedRoster) throws -> Holder {
        guard let member = roster.member(named: worker), member.card.role == .worker || member.card.role == .lead,
            let holder = try? roster.holder(named: worker)
        else {
            throw ConsoleError(.unknownName, "there is no worker of that name in the roster: nothing was sealed; see 'vault-admin roster'")
        }
        return holder
    }
}
