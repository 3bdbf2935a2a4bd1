import Foundation
import Keeper
import Ledger
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// What a keeper is started with: its own cells, its own vault, alone.
@Suite struct OneKeeperOneVaultTests {
    @Test func `two keepers at once: the second one stops with a word`() throws {
        let ground = try Ground()
        let first = try ground.newKeeper()
        #expect(try code { _ = try ground.keeper() } == .busy)
        let turned = ground.place(on: ground.fileSystem, cells: ground.cells)
        #expect(try code { _ = try RetentionKeeper(opening: turned, key: ground.keeperKey) } == .busy)
        #expect(first.status().pages.overdue == 0)
    }

    @Test func `two listeners at one socket: the second one stops with a word`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let door = try Door(keeper)
        let desk = KeeperDesk(keeper, access: KeeperAccess(own: OwnProcess.user))
        #expect(try code { _ = try KeeperServer(desk, socket: door.socket, log: Ground.quiet) } == .busy)
        #expect(try code { _ = try KeeperServer(desk, socket: "/tmp/\(UUID().uuidString)/socket", log: Ground.quiet) } == .failed)
        #expect(try code { _ = try KeeperServer(desk, socket: "/tmp/" + String(repeating: "x", count: 120), log: Ground.quiet) } == .failed)
        #expect(try door.client().today() == ground.today)
    }

    @Test func `one cell is had on purpose only, and stays a warning`() throws {
        let ground = try Ground(cells: ["/cell"])
        #expect(try code { _ = try KeeperSetup(ground.place, mayHaveOneCell: false) } == .refused)
        #expect(try !ground.exists("/cell"))
        let keeper = try ground.newKeeper()
        #expect(keeper.status().warnings.contains { $0.contains("one cell only") })
    }

    @Test func `nothing is made over a cell or a calendar`() throws {
        let ground = try Ground()
        try ground.initialise()
        #expect(try code { try ground.initialise() } == .exists)
        let elsewhere = ground.place(on: ground.fileSystem, cells: ["/cell-c", "/cell-d"])
        #expect(try code { _ = try KeeperSetup(elsewhere, mayHaveOneCell: false) } == .exists)
        #expect(try ground.keeper().status().serial == 1)
    }

    @Test(arguments: ["", "/calendar", "/records/cell", "/../vault/new/cell", "-link", "-link/deeper"])
    func `a cell inside the vault is refused, however its path is written`(suffix: String) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("setup-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let vault = "\(directory)/vault"
        let ground = try Ground(fileSystem: DiskFileSystem(), root: vault, cells: ["\(directory)/cell", "\(vault)\(suffix)"])
        try FileManager.default.createSymbolicLink(atPath: "\(vault)-link", withDestinationPath: "\(vault)/records")
        #expect(try code { _ = try KeeperSetup(ground.place, mayHaveOneCell: false) } == .refused)
        #expect(try !ground.exists("\(directory)/cell"))
    }

    @Test func `a cell under a home directory is a warning`() throws {
        let disk = try Ground(
            fileSystem: DiskFileSystem(), root: NSTemporaryDirectory() + UUID().uuidString, cells: ["/root/x/y", "/srv/x"])
        defer { try? FileManager.default.removeItem(atPath: disk.layout.root) }
        let warnings = KeeperSetup.warnings(disk.place).filter { $0.contains("home directory") }
        #expect(warnings.count == 1 && warnings[0].hasPrefix("cell 1"))
    }

    @Test func `without a vault, a cell or a pin there is nothing to keep`() throws {
        let ground = try Ground()
        #expect(try code { _ = try ground.keeper() } == .missing)
        try ground.initialise()
        try ground.fileSystem.remove("/cell-b/cell")
        #expect(try ground.keeper().status().cells.map(\.level) == ["L1", "away"])
        try ground.fileSystem.remove("/cell-a/cell")
        #expect(try code { _ = try ground.keeper() } == .missing)
        let other = try Ground(fileSystem: ground.fileSystem, root: "/other", cells: ["/cell-e", "/cell-f"])
        try other.fileSystem.remove("/other/rosters/1.json")
        #expect(try code { try other.initialise() } == .missing)
        #expect(try !other.exists("/cell-e"))
    }

    @Test func `the cells of another vault are refused`() throws {
        let ground = try Ground()
        try ground.initialise()
        let other = try Ground(fileSystem: ground.fileSystem, root: "/other", cells: ["/cell-e", "/cell-f"])
        try other.initialise()
        let mixed = ground.place(on: ground.fileSystem, cells: ["/cell-a", "/cell-f"])
        #expect(try code { _ = try RetentionKeeper(opening: mixed, key: ground.keeperKey) } == .otherVault)
        #expect(try ground.keeper().status().serial == 1)
    }

    @Test func `a cell that is behind the ledger is never used alone`() throws {
        let ground = try Ground()
        try ground.initialise()
        let old = try ["/cell-b/cell"].map { ($0, try ground.fileSystem.readFile($0, limitBytes: 1 << 16)) }
        let names = try ground.fileSystem.list("/cell-b").filter { $0.hasSuffix(".calendar") }
        let calendar = try ground.fileSystem.readFile("/cell-b/\(names[0])", limitBytes: 1 << 20)
        do {
            let keeper = try ground.keeper()
            ground.advance(days: 1)
            keeper.attend()
        }
        // Somebody brings back what lay on the second cell's device, and the first one is away.
        for (path, bytes) in old { try ground.fileSystem.replaceDurably(path, bytes.rawSpan, mode: 0o600) }
        try ground.fileSystem.replaceDurably("/cell-b/\(names[0])", calendar.rawSpan, mode: 0o600)
        let alone = ground.place(on: ground.fileSystem, cells: ["/cell-b"])
        #expect(try code { _ = try RetentionKeeper(opening: alone, key: ground.keeperKey) } == .failed)
        // With the one that was in use it catches up.
        #expect(try ground.keeper().status().serial == 3)
    }

    @Test func `a ledger that was tampered with stops the keeper`() throws {
        let ground = try Ground()
        try ground.initialise()
        var bytes = try ground.fileSystem.readFile(ground.layout.ledgerActs, limitBytes: 1 << 20)
        bytes[40] ^= 1
        try ground.fileSystem.replaceDurably(ground.layout.ledgerActs, bytes.rawSpan, mode: 0o660)
        #expect(try code { _ = try ground.keeper() } == .failed)
    }

    @Test func `a roster that went back, or was replaced, is not followed`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let first = ground.roster
        try ground.change(RosterChange(enrol: [ground.worker.identity.card(from: ground.today)]), by: [ground.leads[0]])
        #expect(try keeper.reloadRoster().number == 2)
        try ground.fileSystem.remove("/vault/rosters/2.json")
        #expect(try code { try keeper.reloadRoster() } == .refused)
        #expect(keeper.roster.number == 2)
        #expect(keeper.status().warnings.contains { $0.hasPrefix("roster:") })
        #expect(first.number == 1)
    }

    @Test func `a keeper that is not in the roster says so until it is enrolled`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        #expect(keeper.status().warnings.contains { $0.contains("not the one in the roster") })
        let card = try Card.sign(name: "keeper", role: .keeper, recordKey: nil, recipients: [], with: ground.keeperKey)
        try ground.change(RosterChange(enrol: [card]), by: [ground.leads[0]])
        try keeper.reloadRoster()
        #expect(!keeper.status().warnings.contains { $0.contains("not the one in the roster") })
    }
}
