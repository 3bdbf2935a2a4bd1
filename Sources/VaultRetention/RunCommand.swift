import ArgumentParser
import Console
import FoundationEssentials
import Keeper
import Logging
import Retention
import System
import UnattendedIdentity

/// Runs the keeper.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the keeper: hand out leaves over its socket, draw pages, tear off the days that are over.",
        discussion: """
            Runs in the foreground and prints a line that begins with 'ready' once it answers. It asks the kernel which user is at the other end \
            of the socket; its own user may always ask everything, every other only what --allow or --allow-file says.

            SIGTERM and SIGINT end it when the act under way is done; SIGHUP makes it look for a newer roster and read --allow-file again, \
            and say what has changed. Started by a service manager it takes the socket that is handed over, and tells when it is ready, \
            alive, reloading or stopping, as systemd's protocol has it.

            Example:
              vault-retention run --vault /srv/vault \\
                --cell /srv/cell-a/vault --cell /srv/cell-b/vault \\
                --allow 1001:seal --allow 1002:read,seal
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var cells: CellOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var access: AccessOptions
    @OptionGroup var logs: LogOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: .customLong("metrics-file"),
        help: ArgumentHelp("Write metrics here twice a minute, in the text format of Prometheus.", valueName: "file"))
    var metricsFile: String?

    @Option(
        name: .customLong("replica"),
        help: ArgumentHelp(
            "A directory for a copy of the calendar, made with 'vault-retention add-replica'; give each. Without a cell nothing in it opens.",
            valueName: "dir"))
    var replicas: [String] = []

    private struct Ready: Encodable {
        let socket: String
        let vault: String
    }

    func run() throws {
        // First of all, so that every thread started later leaves the signals to this one.
        let signals = SignalWatcher()
        // What holds cells does not go on where a core of it could be dumped.
        try ProcessHardening.apply()
        let log = logs.logger
        let isLocked = ProcessHardening.lockMemory()
        let place = cells.place(vault, replicas: replicas, log: log)
        let reachable = place.reaching(CellPresence(place.cells, fileSystem: place.fileSystem))
        // Where none can be reached, looking tells why.
        let identity = try OwnIdentity.read(reachable.cells.isEmpty ? place : reachable)
        let allowed = try access.read(place.fileSystem)
        let environment = ProcessInfo.processInfo.environment
        let inherited = try LocalSocketListener.inherited(environment: environment)
        let retention = try RetentionKeeper(opening: place, key: identity.signingKey)
        retention.attendCalendar()
        let desk = KeeperDesk(retention, access: allowed)
        let server =
            if let inherited { try KeeperServer(desk, on: inherited, log: log) } else {
                try KeeperServer(desk, socket: keeper.socket, log: log)
            }
        // Told now, so that a refusal above is one line alone.
        if !isLocked { log.tell(.notice, .start, "not all memory could be locked: secrets are, by themselves; see RLIMIT_MEMLOCK") }
        for warning in retention.status().warnings { log.tell(.warning, .warning, warning) }
        let metrics = metricsFile.map { MetricsFile(path: $0, fileSystem: place.fileSystem) }
        let manager = ServiceManager(environment: environment)
        let daemon = Daemon(
            retention: retention, server: server, duties: Duties(retention, metrics: metrics, manager: manager, log: log),
            reloading: Reloading(retention, desk: desk, manager: manager, log: log) { [access] () throws(RetentionError) in
                try access.read(place.fileSystem)
            }, manager: manager, announce: { try announce(socket: server.socket, vault: retention.status().vault) }, log: log)
        try daemon.live(signals)
    }

    private func announce(socket: String, vault: String) throws {
        if output.json {
            try Output.json(Ready(socket: socket, vault: vault))
        } else {
            try Output.line("ready: the keeper answers at \(socket)")
        }
    }
}
