import Keeper
import KeyCalendar
import Ledger
import Records
import Retention
import Sodium
import Synchronization
import System
import Testing

/// The drill passes where recovery would, says what it tried, and fails where recovery would fail.
@Suite struct ADrillProvesWhatItSaysTests {
    let ground: Ground
    let keeper: RetentionKeeper
    /// What happens each time that a file of the backup is opened.
    let meanwhile = Meanwhile()

    init() throws {
        ground = try Ground()
        try ground.initialise()
        let watched = WatchedFileSystem(base: ground.fileSystem) { [meanwhile] moment, path in
            if moment == .opening, path.hasPrefix("/backup/") { meanwhile.happen() }
        }
        keeper = try ground.keeper(on: watched)
        keeper.attend()
        try ground.fileSystem.createDirectories("/tmp", mode: 0o1777)
        for _ in 0..<20 { try addRecord() }
        try AVaultIsBroughtBackTests.copy("/vault", to: "/backup", ground.fileSystem)
    }

    private func addRecord() throws { try ground.addRecord(Ground.conversation(), expiring: Ground.expiry(ground.today)) }

    private func drill(from backup: String? = "/backup", _ keeper: RetentionKeeper? = nil) throws -> DrillReport {
        try (keeper ?? self.keeper).drill(DrillQuestion(from: backup), in: "/tmp")
    }

    private func cells() throws -> [[UInt8]] {
        try ["/cell-a/cell", "/cell-b/cell"].map { try ground.fileSystem.readFile($0, limitBytes: 1 << 14) }
    }

    @Test func `it passes with each cell, leaves no trace but an entry, and changes no cell`() throws {
        let before = try cells()
        for backup in ["/backup", nil] {
            let report = try drill(from: backup)
            #expect(report.passed, "\(report.lines.joined(separator: "\n"))")
            #expect(Set(report.checks.map(\.with)) == ["cell 1", "cell 2"] && report.withoutBackup == (backup == nil))
            #expect(report.checks.contains { $0.words.hasPrefix("16 of 16 records that chance chose give their keys") })
            #expect(report.checks.contains { $0.words.contains("8 of 8 pages") })
        }
        #expect(try cells() == before && ground.fileSystem.list("/tmp").isEmpty)
        #expect(keeper.status().ledger.entries > 0)
        let reading = try LedgerReading.read(
            fileSystem: ground.fileSystem, layout: ground.layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
        #expect(reading.entries.contains { $0.event.act == "drill" && $0.event.state == .done })
    }

    @Test func `after a day is over it proves that yesterday does not come back from an older backup`() throws {
        ground.advance(days: 1)
        keeper.attend()
        let report = try drill()
        #expect(report.passed, "\(report.lines)")
        // The backup's calendar is another one now, and was tried.
        #expect(
            report.checks.contains { $0.words == "1 other calendar file(s) that still lie about were tried; the cell opens none of them" })
    }

    @Test func `it fails where a cell is away`() throws {
        try ground.fileSystem.rename("/cell-b/cell", to: "/cell-b/gone")
        keeper.attend()
        let report = try drill()
        #expect(!report.passed && report.checks.contains { $0.with == "cell 2" && !$0.passed })
        #expect(report.checks.contains { $0.with == "cell 1" && $0.passed })
        #expect(try ground.fileSystem.list("/tmp").isEmpty)
    }

    @Test(arguments: ["calendar", "ledger.jsonl", "roster.pin"]) func `it fails where what lies beside a cell would not do`(_ file: String)
        throws
    {
        let name = try file == "calendar" ? #require(ground.fileSystem.list("/cell-b").first(where: CalendarFile.isName)) : file
        let path = "/cell-b/\(name)"
        var bytes = try ground.fileSystem.readFile(path, limitBytes: 1 << 24)
        bytes[bytes.count / 2] ^= 1
        try ground.fileSystem.replaceDurably(path, bytes.rawSpan, mode: 0o600)
        let report = try drill()
        #expect(!report.passed && report.checks.contains { $0.with == "cell 2" && !$0.passed })
    }

    @Test func `it fails where the backup has not what is to be brought back`() throws {
        let folder = VaultLayout(root: "/backup").records(expiring: Ground.expiry(ground.today))
        for name in try ground.fileSystem.list(folder) {
            try ground.fileSystem.replaceDurably("\(folder)/\(name)", [0].rawSpan, mode: 0o660)
        }
        #expect(try !drill().passed)
        #expect(try code { _ = try drill(from: "/nowhere") } == .missing)
        #expect(try code { _ = try drill(from: "backup") } == .missing)
    }

    /// Each time that the drill opens a file of the backup, somebody asks for a leaf, and has a copy marked in the ledger.
    @Test func `leaves are given out, and acts are marked, while the backup is read, and it passes all the same`() throws {
        let keeper = keeper
        let name = LeafName(expiry: Ground.expiry(ground.today), conversation: Ground.conversation())
        let marked = Atomic(0)
        meanwhile.begin {
            guard keeper.leaves([name], for: .reading).states == [.found] else { return }
            let order = MarkOrder(.copy, of: name, digest: SystemRandom().bytes(32))
            if (try? keeper.record(order.json)) != nil { marked.add(1, ordering: .relaxed) }
        }
        let report = try drill()
        #expect(report.passed, "\(report.lines)")
        #expect(meanwhile.times > 20 && marked.load(ordering: .relaxed) == meanwhile.times && !meanwhile.hadToWait)
    }

    @Test func `what is done while the backup is read makes it pass, too`() throws {
        let (keeper, today) = (keeper, ground.today)
        let days = Atomic(UInt32(20))
        meanwhile.begin {
            let day = today.adding(days: days.add(1, ordering: .relaxed).newValue)
            _ = try? keeper.drawPages([day])
        }
        let report = try drill()
        #expect(report.passed && meanwhile.times > 0 && !meanwhile.hadToWait, "\(report.lines)")
        #expect(report.serial > 1)
    }

    @Test func `it fails where the ledger beside a cell lacks what was there when it began`() throws {
        let path = "/cell-b/ledger.jsonl"
        let bytes = try ground.fileSystem.readFile(path, limitBytes: 1 << 24)
        let lastLine = try #require(bytes.dropLast().lastIndex(of: UInt8(ascii: "\n")))
        try ground.fileSystem.replaceDurably(path, Array(bytes[...lastLine]).rawSpan, mode: 0o600)
        // The backup is from before that entry, too, or it would come back from there.
        try ground.fileSystem.replaceDurably("/backup/ledger/acts.jsonl", Array(bytes[...lastLine]).rawSpan, mode: 0o660)
        try ground.fileSystem.remove("/backup/ledger/checkpoint")
        let report = try drill()
        #expect(!report.passed && report.checks.contains { $0.with == "cell 2" && $0.words.contains("entries verify") && !$0.passed })
        #expect(report.checks.allSatisfy { $0.with == "cell 2" || $0.passed }, "\(report.lines)")
    }

    @Test func `only the keeper's own user may ask for it`() throws {
        let question = KeeperRequest.drill(try CanonicalJSON.line(DrillQuestion(from: nil)))
        let access = KeeperAccess(own: 10, grants: [.init(user: 11, rights: [.seal, .read, .act])])
        #expect(access.allows(10, question) && !access.allows(11, question))
        let cell = KeeperRequest.cell(try CanonicalJSON.line(CellQuestion(directory: "/x")))
        #expect(access.allows(10, cell) && !access.allows(11, cell))
        for request in [question, cell] {
            #expect(KeeperRequest(frame: Array(request.encoded.dropFirst(KeeperFrame.lengthBytes))) == request)
        }
    }
}

/// What somebody else does each time that something happens; whoever it happens to waits for it, though not for ever.
final class Meanwhile: Sendable {
    private struct State {
        var work: (@Sendable () -> Void)?
        var times = 0
        var hadToWait = false
    }

    private static let patienceMilliseconds = 5_000
    private let state = Mutex(State())

    var times: Int { state.withLock { $0.times } }
    /// Whether it could not be done before whatever happened went on.
    var hadToWait: Bool { state.withLock { $0.hadToWait } }

    func begin(_ work: @escaping @Sendable () -> Void) { state.withLock { $0.work = work } }

    func happen() {
        guard !hadToWait, let work = state.withLock({ $0.work }) else { return }
        let done = Done()
        guard
            (try? Threads.start(
                name: "meanwhile",
                {
                    work()
                    done.flag.store(true, ordering: .releasing)
                })) != nil
        else { return }
        var waited = 0
        while !done.flag.load(ordering: .acquiring), waited < Self.patienceMilliseconds {
            OwnProcess.pause(milliseconds: 1)
            waited += 1
        }
        let isLate = !done.flag.load(ordering: .acquiring)
        state.withLock { state in
            state.times += 1
            if isLate { state.hadToWait = true }
        }
    }

    private final class Done: Sendable {
        let flag = Atomic(false)
    }
}
