import Keeper
import KeyCalendar
import Ledger
import Records
import Retention
import Sodium
import System
import Testing

/// The drill passes where recovery would, says what it tried, and fails where recovery would fail.
@Suite struct ADrillProvesWhatItSaysTests {
    let ground: Ground
    let keeper: RetentionKeeper

    init() throws {
        ground = try Ground()
        try ground.initialise()
        keeper = try ground.keeper()
        keeper.attend()
        try ground.fileSystem.createDirectories("/tmp", mode: 0o1777)
        for _ in 0..<20 { try addRecord() }
        try AVaultIsBroughtBackTests.copy("/vault", to: "/backup", ground.fileSystem)
    }

    private func addRecord() throws {
        let (conversation, part) = (Ground.conversation(), try #require(PartID(SystemRandom().bytes(16))))
        let day = Ground.expiry(ground.today)
        let holder = PartHeader.Holder(
            key: try #require(KeyID(SystemRandom().bytes(16))), box: SystemRandom().bytes(PartHeader.boxBytes))
        let header = PartHeader(expiry: day, conversation: conversation, part: part, holder: holder, leadPairs: [])
        try ground.fileSystem.createDirectories(ground.layout.records(expiring: day), mode: VaultLayout.directoryMode)
        let bytes = header.encoded + SystemRandom().bytes(PartHeader.commitmentBytes)
        try ground.fileSystem.writeDurably(
            ground.layout.part(part, of: conversation, expiring: day), bytes.rawSpan, mode: VaultLayout.fileMode)
    }

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
