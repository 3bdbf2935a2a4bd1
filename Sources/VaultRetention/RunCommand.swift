import ArgumentParser
import Console
import Keeper
import Logging
import Retention
import Roster
import Synchronization
import System
import UnattendedIdentity

/// Runs the keeper.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Keep the calendar: hand out leaves over the socket, draw pages, tear off the days that are over.",
        discussion: """
            Runs in the foreground and prints 'ready' on standard output once it answers. It asks the kernel which user is at the other end \
            of the socket; its own user may always ask everything, every other only what --allow says.

              vault-retention run --cell /srv/cell-a/vault --cell /srv/cell-b/vault --allow 1001:seal --allow 1002:read,seal

            SIGTERM and SIGINT end it when the act under way is done; SIGHUP makes it look for a newer roster.
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var cells: CellOptions
    @OptionGroup var keeper: KeeperOptions

    @Option(
        name: .customLong("allow"),
        help: ArgumentHelp("Let a user ask: a user id, and of seal, read and act what it may do.", valueName: "uid:seal,read,act"))
    var allowed: [KeeperAccess.Grant] = []

    @Option(
        name: .customLong("replica"),
        help: ArgumentHelp(
            "A directory for a copy of the calendar, made with 'vault-retention add-replica'; give each. Without a cell nothing in it opens.",
            valueName: "dir"))
    var replicas: [String] = []

    /// Half a minute: twice as often as the design asks.
    private static let wakeMilliseconds = 30_000

    func run() throws {
        // First of all, so that every thread started later leaves the signals to this one.
        let signals = SignalWatcher()
        try ProcessHardening.apply()
        let log = Logs.standardError()
        let isLocked = ProcessHardening.lockMemory()
        let place = cells.place(vault, replicas: replicas, log: log)
        let presence = CellPresence(place.cells, fileSystem: place.fileSystem)
        let identity = try OwnIdentity.read(place.reaching(presence))
        let retention = try RetentionKeeper(opening: place, key: identity.signingKey)
        retention.attendCalendar()
        let desk = KeeperDesk(retention, access: KeeperAccess(own: OwnProcess.user, grants: allowed))
        let server = try KeeperServer(desk, socket: keeper.socket, log: log)
        // Told now, so that a refusal above is one line alone.
        if !isLocked { log.notice("not all memory could be locked: secrets are, by themselves; see RLIMIT_MEMLOCK") }
        for warning in retention.status().warnings { log.warning("\(warning)") }
        do {
            try OwnIdentity.putBesideCells(identity, place.reaching(presence))
        } catch {
            log.warning("the keeper's identity does not lie beside every cell: \(error.descriptionWithoutPath)")
        }
        try Output.line("ready: the keeper answers at \(keeper.socket)")
        let duties = Duties(retention, log: log)
        duties.begin()
        Self.wait(signals, retention, duties, log)
        // First, so that nobody waits for the removal of a million files.
        retention.stop()
        server.stop()
        duties.end()
        log.notice("stopped")
    }

    /// Until a signal says that it shall stop.
    private static func wait(_ signals: SignalWatcher, _ retention: RetentionKeeper, _ duties: Duties, _ log: Logger) {
        while true {
            switch signals.next(timeoutMilliseconds: wakeMilliseconds) {
            case nil: duties.begin()
            case .hangUp:
                if let roster = try? retention.reloadRoster() { log.notice("the roster in force is number \(roster.number)") }
            case .terminate, .interrupt: return
            }
        }
    }
}

/// Attends to the calendar in a thread of its own, one at a time, so that signals are heard while many files are removed.
private final class Duties: Sendable {
    private let retention: RetentionKeeper
    private let log: Logger
    private let isBusy = Atomic(false)
    private let thread = Mutex<RunningThread?>(nil)

    init(_ retention: RetentionKeeper, log: Logger) {
        self.retention = retention
        self.log = log
    }

    /// Begins, unless it is still at it.
    func begin() {
        guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else { return }
        do {
            let started = try Threads.start(name: "keeper-duties") { [self] in
                retention.attend()
                isBusy.store(false, ordering: .releasing)
            }
            thread.withLock { $0 = started }
        } catch {
            isBusy.store(false, ordering: .releasing)
            log.error("\(error.message)")
        }
    }

    /// Waits until it is done.
    func end() {
        thread.withLock { $0.take() }?.join()
    }
}

extension KeeperAccess.Grant: ExpressibleByArgument {
    /// What `UID:seal,read,act` says.
    public init?(argument: String) {
        self.init(text: argument)
    }
}
