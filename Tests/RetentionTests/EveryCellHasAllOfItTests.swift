import Keeper
import KeyCalendar
import Ledger
import Records
import Retention
import Roster
import Sodium
import Synchronization
import System
import Testing

/// Whatever the keeper has beside one cell it has beside each, from the moment at which it works with it, so that each of them can be the one
/// that is left.
@Suite struct EveryCellHasAllOfItTests {
    let ground: Ground

    init() throws {
        ground = try Ground()
        try ground.initialise()
        try ground.writeIdentity(beside: "/cell-a")
    }

    /// What lies in a cell's directory, but for what is its own: the slots, whose filling is random, the lock, the first one's card.
    private func contents(_ cell: String) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for folder in [cell, "\(cell)/rosters"] where try ground.exists(folder) {
            for name in try ground.fileSystem.list(folder) where !["cell", "lock", "rosters"].contains(name) {
                found["\(folder.dropFirst(cell.count))/\(name)"] = try ground.fileSystem.readFile("\(folder)/\(name)", limitBytes: 1 << 20)
            }
        }
        return found
    }

    private func requireSame(_ cells: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let first = try contents(cells[0])
        let needed = [
            "/keeper.identity", "/roster.pin", "/ledger.jsonl", "/certificates.json", "/rosters/1.json", "/rosters/1.json.minisig",
        ]
        #expect(first.keys.count { needed.contains($0) } == needed.count, "\(first.keys)", sourceLocation: sourceLocation)
        for cell in cells.dropFirst() {
            let found = try contents(cell)
            let differing = Set(first.keys).union(found.keys).filter { first[$0] != found[$0] }.sorted()
            #expect(differing.isEmpty, "\(cell) differs in \(differing)", sourceLocation: sourceLocation)
        }
    }

    @Test func `one that is mounted while the keeper starts gets everything`() throws {
        // Away when the keeper looks which cells are there, and there when the calendar is opened.
        let arriving = ArrivingFileSystem(ground.fileSystem, "/cell-b", when: { $0 == "/vault/ledger/lock" })
        let keeper = try ground.keeper(on: arriving)
        #expect(arriving.hasArrived && keeper.status().cells.map(\.level) == ["L1", "L1"])
        keeper.attend()
        ground.advance(days: 1)
        #expect(try keeper.sweep().result == .done)
        try ground.change(RosterChange(enrol: [ground.worker.identity.card(from: ground.today)]), by: [ground.leads[0]])
        keeper.attend()
        #expect(try ground.exists("/cell-b/rosters/2.json"))
        try requireSame(["/cell-a", "/cell-b"])
    }

    @Test func `one whose ledger is another's is no cell of this keeper`() throws {
        let arriving = ArrivingFileSystem(ground.fileSystem, "/cell-b", when: { $0 == "/vault/ledger/lock" })
        let other = try Ground(at: Ground.start)
        try other.initialise()
        let ledger = try other.fileSystem.readFile("/cell-b/ledger.jsonl", limitBytes: 1 << 20)
        try ground.fileSystem.replaceDurably("/cell-b/ledger.jsonl", ledger.rawSpan, mode: 0o600)
        #expect(throws: RetentionError.self) { try ground.keeper(on: arriving) }
        #expect(try ground.fileSystem.readFile("/cell-b/ledger.jsonl", limitBytes: 1 << 20) == ledger)
    }

    @Test func `one that comes back gets what it missed without waiting for an act`() throws {
        let switching = ArrivingFileSystem(ground.fileSystem, "/cell-b", when: { _ in false })
        let keeper = try ground.keeper(on: switching)
        keeper.attend()
        ground.advance(days: 1)
        #expect(try keeper.sweep().result == .incomplete)
        switching.arrive()
        keeper.attend()
        #expect(keeper.status().cells.map(\.level) == ["L1", "L1"])
        try requireSame(["/cell-a", "/cell-b"])
    }

    @Test func `a further one has everything at once, and a drill tries it`() throws {
        let keeper = try ground.keeper()
        keeper.attend()
        ground.advance(days: 1)
        _ = try keeper.sweep()
        try keeper.addCell("/cell-c/")
        try requireSame(["/cell-a", "/cell-b", "/cell-c"])
        // And with each entry, roster and act that follows.
        try ground.change(RosterChange(enrol: [ground.worker.identity.card(from: ground.today)]), by: [ground.leads[0]])
        ground.advance(days: 1)
        keeper.attend()
        #expect(try ground.exists("/cell-c/rosters/2.json") && keeper.sweep().result == .already)
        try requireSame(["/cell-a", "/cell-b", "/cell-c"])
        try ground.fileSystem.createDirectories("/tmp", mode: 0o1777)
        let report = try keeper.drill(DrillQuestion(from: nil), in: "/tmp")
        #expect(report.passed && Set(report.checks.map(\.with)) == ["cell 1", "cell 2", "cell 3"], "\(report.lines)")
    }

    @Test func `the machine comes back from the further one alone`() throws {
        try AVaultIsBroughtBackTests.copy("/vault", to: "/backup", ground.fileSystem)
        do {
            let keeper = try ground.keeper()
            keeper.attend()
            try keeper.addCell("/cell-c")
        }
        let new = VaultLayout(root: "/new")
        let place = KeeperPlace(
            layout: new, cells: ["/cell-c"], fileSystem: ground.fileSystem, clock: ground.clock, random: SystemRandom(),
            examine: { _ in CellAssurance(.l1, "a test") }, log: Ground.quiet)
        let plan = try RestorePlan(from: VaultLayout(root: "/backup"), to: place, keeper: ground.keeperKey.publicKey)
        #expect(plan.roster.number == 1 && plan.undone.isEmpty)
    }

    @Test func `where a cell is is not told`() throws {
        let isBroken = Atomic(false)
        let broken = WatchedFileSystem(base: ground.fileSystem) { _, path throws(FileError) in
            guard isBroken.load(ordering: .relaxed), path.hasPrefix("/cell-b/"), !path.hasSuffix("/cell") else { return }
            throw FileError(.inputOutput, "open", path)
        }
        let arriving = ArrivingFileSystem(broken, "/cell-b", when: { _ in false })
        let keeper = try ground.keeper(on: arriving)
        // Its cell can be read, and nothing that lies beside it.
        isBroken.store(true, ordering: .relaxed)
        arriving.arrive()
        keeper.attend()
        let status = keeper.status()
        let told = status.warnings + status.cells.map(\.reason) + keeper.metrics().split(separator: "\n").map(String.init)
        #expect(told.contains { $0.contains("cell 2/") }, "what it is is told: \(told)")
        #expect(!told.contains { $0.contains("/cell-b") }, "\(told)")
    }
}

/// A machine on which a device is mounted when something is locked, or when it is told.
final class ArrivingFileSystem: ForwardingFileSystem {
    let base: any FileSystem
    private let directory: String
    private let event: @Sendable (String) -> Bool
    private let state = Atomic(false)

    init(_ base: any FileSystem, _ directory: String, when event: @escaping @Sendable (String) -> Bool) {
        self.base = base
        self.directory = directory
        self.event = event
    }

    var hasArrived: Bool { state.load(ordering: .acquiring) }

    func arrive() { state.store(true, ordering: .releasing) }

    private func check(_ path: String, _ operation: String) throws(FileError) {
        guard hasArrived || !path.hasPrefix("\(directory)/") else { throw FileError(.notFound, operation, path) }
    }

    func status(_ path: String) throws(FileError) -> FileStatus? {
        hasArrived || !path.hasPrefix("\(directory)/") ? try base.status(path) : nil
    }

    func list(_ path: String) throws(FileError) -> [String] { !hasArrived && path == directory ? [] : try base.list(path) }

    func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        try check(path, "open")
        return try base.open(path, for: mode)
    }

    func create(_ path: String, mode: UInt32) throws(FileError) -> any File {
        try check(path, "create")
        return try base.create(path, mode: mode)
    }

    func lock(_ path: String) throws(FileError) -> any FileLock {
        if event(path) { arrive() }
        try check(path, "lock")
        return try base.lock(path)
    }
}
