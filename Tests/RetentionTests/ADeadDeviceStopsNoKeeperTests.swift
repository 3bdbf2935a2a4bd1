import Foundation
import Keeper
import ProgramRunner
import Records
import Retention
import Roster
import System
import Testing

/// A vault has two cells so that one device can die. What the keeper needs lies beside each of them.
@Suite(.enabled(if: RetentionProgram.isBuilt, "the program was not built beside the tests: it was not run"))
final class ADeadDeviceStopsNoKeeperTests {
    let directory = "/tmp/devices-\(getpid())-\(UInt32.random(in: .min ... .max))"
    let ground: Ground
    let cells: [String]

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        cells = ["\(directory)/cell-a", "\(directory)/cell-b"]
        let now = Timestamp(seconds: SystemWallClock().now().seconds)
        ground = try Ground(fileSystem: DiskFileSystem(), root: "\(directory)/vault", cells: cells, at: now)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func program(_ cells: [String]) -> RetentionProgram {
        RetentionProgram(socket: "\(directory)/socket", vault: "\(directory)/vault", cells: cells)
    }

    @Test func `whichever of two cells is left, the keeper starts with it and gives the same leaves`() throws {
        let made = try program(cells).initialise()
        #expect(made.code == 0 && made.errors.contains("two cells lie on one device"), "\(made)")
        let name = LeafName(expiry: Ground.expiry(ground.today), conversation: .zero)
        func leaf(_ cells: [String]) throws -> (leaf: [UInt8], warnings: [String]) {
            let program = program(cells)
            let keeper = try program.start()
            let client = KeeperClient(socket: program.socket, vault: ground.roster.vault)
            let batch = try client.leaf(name, for: .reading)
            let status = try JSONDecoder().decode(KeeperStatus.self, from: Data(client.status()))
            keeper.signal(SIGTERM)
            #expect(keeper.end().code == 0)
            guard let found = batch.leaf(at: 0) else { return ([], status.warnings) }
            let bytes = found.bytes
            return (bytes.array, status.warnings)
        }
        let both = try leaf(cells)
        #expect(both.leaf.count == 32 && !both.warnings.contains { $0.contains("that is left out") })
        for left in cells {
            let away = "\(directory)/away"
            let dead = try #require(cells.first { $0 != left })
            try FileManager.default.moveItem(atPath: dead, toPath: away)
            let alone = try leaf([left])
            #expect(alone.leaf == both.leaf)
            // It is said that one of them is not there, which may have been forgotten.
            #expect(alone.warnings.contains { $0.hasPrefix("of the 2 cells that this calendar had, named: 1; what") })
            try FileManager.default.moveItem(atPath: away, toPath: dead)
        }
    }

    @Test func `a device that is not mounted gets nothing of the keeper's`() throws {
        #expect(try program(cells).initialise().code == 0)
        try FileManager.default.moveItem(atPath: cells[1], toPath: "\(directory)/away")
        try FileManager.default.createDirectory(
            atPath: cells[1], withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let program = program(cells)
        let keeper = try program.start()
        let client = KeeperClient(socket: program.socket, vault: ground.roster.vault)
        let status = try JSONDecoder().decode(KeeperStatus.self, from: Data(client.status()))
        #expect(status.cells.map(\.level).last == "away" && status.warnings.contains { $0.hasPrefix("cell 2 is away") })
        // Acts go on, and say so.
        let swept = try program.run(["sweep", "--keeper", program.socket])
        #expect(swept.code == 0 && swept.errors.contains("incomplete: 1 cell(s)"), "\(swept)")
        keeper.signal(SIGTERM)
        #expect(keeper.end().code == 0)
        #expect(try DiskFileSystem().list(cells[1]).isEmpty)
    }

    @Test func `identity and pin are put beside a cell that lacks them, once every cell is there`() throws {
        #expect(try program(cells).initialise().code == 0)
        let files = ["keeper.identity", "roster.pin"]
        let before = try files.map { try DiskFileSystem().readFile("\(cells[0])/\($0)", limitBytes: 1 << 16) }
        for name in files { try FileManager.default.removeItem(atPath: "\(cells[0])/\(name)") }
        let keeper = try program(cells).start()
        #expect(keeper.wait { _ in files.allSatisfy { FileManager.default.fileExists(atPath: "\(self.cells[0])/\($0)") } })
        keeper.signal(SIGTERM)
        #expect(keeper.end().code == 0)
        #expect(try files.map { try DiskFileSystem().readFile("\(cells[0])/\($0)", limitBytes: 1 << 16) } == before)
        for name in files { #expect(try DiskFileSystem().status("\(cells[0])/\(name)")?.mode == 0o600) }
    }

    @Test func `a damaged identity beside one cell stops no keeper, and is replaced and told`() throws {
        #expect(try program(cells).initialise().code == 0)
        let path = "\(cells[0])/keeper.identity"
        let own = try DiskFileSystem().readFile(path, limitBytes: 1 << 16)
        try DiskFileSystem().replaceDurably(path, Array(own.dropLast(9)).rawSpan, mode: 0o600)
        let keeper = try program(cells).start()
        keeper.signal(SIGTERM)
        let end = keeper.end()
        #expect(end.code == 0 && end.errors.contains("identity beside cell 1 was damaged or another's"), "\(end)")
        #expect(try DiskFileSystem().readFile(path, limitBytes: 1 << 16) == own)
        #expect(try DiskFileSystem().readFile("\(path).replaced", limitBytes: 1 << 16) == Array(own.dropLast(9)))
        // Where no other is left, nothing runs.
        for cell in cells { try DiskFileSystem().replaceDurably("\(cell)/keeper.identity", [1].rawSpan, mode: 0o600) }
        let refused = try program(cells).run(program(cells).runArguments)
        #expect(refused.isRefusal && refused.errors.contains("the identity file is damaged"), "\(refused)")
    }

    @Test func `cells of different keepers are not started together`() throws {
        #expect(try program(cells).initialise().code == 0)
        let other = try program(["\(directory)/other"]).run(["identity", "--cell", "\(directory)/other"])
        #expect(other.code == 0, "\(other)")
        try FileManager.default.removeItem(atPath: "\(cells[1])/keeper.identity")
        try FileManager.default.copyItem(atPath: "\(directory)/other/keeper.identity", toPath: "\(cells[1])/keeper.identity")
        let refused = try program(cells).run(program(cells).runArguments)
        #expect(refused.isRefusal && refused.errors.contains("different keepers"), "\(refused)")
    }

    @Test func `the newest of the pins counts, and pins that contradict each other count for nothing`() throws {
        try ground.initialise()
        let paths = ground.place.pins
        #expect(paths.count == 2)
        let store = RosterStore(fileSystem: ground.fileSystem, layout: ground.layout)
        let old = ground.roster.pin
        try ground.change(RosterChange(enrol: [ground.worker.identity.card(from: ground.today)]), by: [ground.leads[0]])
        let new = ground.roster.pin
        try store.store(new, at: paths[1])
        #expect(try store.latestPin(at: paths) == new)
        #expect(try store.load(pinnedAt: paths).number == 2)
        #expect(try store.pin(at: paths[0]) == new)
        // The vault as it was before: one pin knows better.
        try store.store(old, at: paths[0])
        for name in ["2.json", "2.json.minisig"] { try ground.fileSystem.remove("\(ground.layout.rosters)/\(name)") }
        #expect { try store.load(pinnedAt: paths) } throws: { ($0 as? RosterError)?.code == .rollback }
        let stranger = try Ground(root: "/another")
        try store.store(stranger.roster.pin, at: paths[1])
        #expect { try store.load(pinnedAt: paths) } throws: { ($0 as? RosterError)?.code == .notPinnedVault }
    }
}
