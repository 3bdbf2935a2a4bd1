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

            Example: vault-service seal finished.jsonl --worker anna --identity /etc/transcript-vault/service
            """)

    @Argument(help: ArgumentHelp("Event lines; '-' is standard input.", valueName: "file.jsonl")) var file: String
    @Option(help: ArgumentHelp("The worker who held the chats, by name in the roster.", valueName: "name")) var worker: String
    @Option(help: ArgumentHelp("The service's identity file.", valueName: "file")) var identity: String
    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let fileSystem = DiskFileSystem()
        let roster = try PinnedRoster.load(vault.layout, pin: PinnedRoster.pinPath(beside: identity), fileSystem: fileSystem)
        let service = try UnattendedIdentity(path: identity, fileSystem: fileSystem)
        _ = try roster.owner(named: service.name, role: .service, recordKey: nil, signingKey: service.signingKey.publicKey)
        let holder: Holder
        do {
            holder = try roster.holder(named: worker)
        } catch {
            throw ConsoleError("there is no worker \"\(worker)\" in the roster: nothing was sealed; see 'vault-admin roster'")
        }
        let sealer = TranscriptSealer(
            fileSystem: fileSystem, layout: vault.layout, leaves: KeeperClient(socket: keeper.socket, vault: roster.vault), roster: roster,
            random: SystemRandom())
        let input = try Terminal.openForReading(file)
        defer { input.close() }
        var job = SealJob(sealer: sealer, retention: roster.policy.defaultRetention, holder: holder, json: output.json)
        try job.run(input.number, as: service)
    }
}
