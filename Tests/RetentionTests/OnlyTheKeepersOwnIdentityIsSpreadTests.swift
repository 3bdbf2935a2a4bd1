import Keeper
import KeyCalendar
import Records
import Retention
import Roster
import Sodium
import System
import Testing
import UnattendedIdentity

/// The keeper's identity lies beside every cell; what is damaged or another's is copied nowhere, and thrown away nowhere.
@Suite struct OnlyTheKeepersOwnIdentityIsSpreadTests {
    private let ground: Ground
    private let own: [UInt8]

    init() throws {
        ground = try Ground(cells: ["/cell-a", "/cell-b", "/cell-c"])
        try ground.initialise()
        try ground.writeIdentity(beside: "/cell-b")
        own = try ground.fileSystem.readFile("/cell-b/keeper.identity", limitBytes: 1 << 16)
    }

    private func contents(_ cell: String, _ name: String = "keeper.identity") throws -> [UInt8]? {
        let path = "\(cell)/\(name)"
        return try ground.exists(path) ? ground.fileSystem.readFile(path, limitBytes: 1 << 16) : nil
    }

    private func put(_ bytes: [UInt8], beside cell: String) throws {
        try ground.fileSystem.replaceDurably("\(cell)/keeper.identity", bytes.rawSpan, mode: 0o600)
    }

    private func identity(of seed: UInt8) throws -> [UInt8] {
        try ground.fileSystem.createDirectories("/elsewhere", mode: 0o700)
        try ground.writeIdentity(beside: "/elsewhere", seed: [UInt8](repeating: seed, count: 32))
        defer { try? ground.fileSystem.remove("/elsewhere/keeper.identity") }
        return try ground.fileSystem.readFile("/elsewhere/keeper.identity", limitBytes: 1 << 16)
    }

    private func problem(_ keeper: RetentionKeeper) -> String? { keeper.status().warnings.first { $0.hasPrefix("cells: ") } }

    enum Strange: CaseIterable, Sendable {
        case empty, cutOff, changed, anothers
    }

    @Test(arguments: Strange.allCases)
    func `what lies beside the first cell is not believed because of that`(_ kind: Strange) throws {
        let strange: [UInt8] =
            switch kind {
            case .empty: []
            case .cutOff: Array(own.dropLast(20))
            case .changed: Array(String(decoding: own, as: UTF8.self).replacing("signing-seed", with: "signing-sead").utf8)
            case .anothers: try identity(of: 9)
            }
        #expect(strange != own)
        try put(strange, beside: "/cell-a")
        let keeper = try ground.keeper()
        keeper.attend()
        for cell in ground.cells { #expect(try contents(cell) == own, "\(cell)") }
        #expect(try contents("/cell-a", "keeper.identity.replaced") == strange && problem(keeper) == nil)
        #expect(try ground.fileSystem.status("/cell-a/keeper.identity")?.mode == 0o600)
        for cell in ["/cell-b", "/cell-c"] { #expect(try contents(cell, "keeper.identity.replaced") == nil) }
    }

    @Test func `where none is left, nothing is touched, and it is said before the next start fails`() throws {
        let damaged = Array(own.dropLast(20))
        for cell in ["/cell-a", "/cell-b"] { try put(damaged, beside: cell) }
        let keeper = try ground.keeper()
        keeper.attend()
        #expect(try ground.cells.map { try contents($0) } == [damaged, damaged, nil])
        #expect(problem(keeper)?.contains("put back keeper.identity") == true, "\(keeper.status().warnings)")
        // It is, and from there it goes beside every cell.
        try put(own, beside: "/cell-c")
        keeper.attend()
        for cell in ground.cells { #expect(try contents(cell) == own, "\(cell)") }
        #expect(problem(keeper) == nil)
    }

    @Test func `the enrolled keeper's is never taken away by another keeper`() throws {
        let other = try identity(of: 9)
        let enrolled = try UnattendedIdentity.generate(
            name: "keeper", role: .keeper, random: Given(bytes: [UInt8](repeating: 9, count: 32)))
        try ground.change(RosterChange(enrol: [enrolled.card()]), by: [ground.leads[0]])
        try put(other, beside: "/cell-a")
        let keeper = try ground.keeper()
        keeper.attend()
        #expect(try ground.cells.map { try contents($0) } == [other, own, own])
        #expect(problem(keeper)?.contains("beside cell 1 lies the identity of the keeper that is in the roster") == true)
    }

    @Test func `one that others can read is used for nothing, and is said`() throws {
        try ground.fileSystem.remove("/cell-b/keeper.identity")
        try ground.fileSystem.writeDurably("/cell-b/keeper.identity", own.rawSpan, mode: 0o644)
        let keeper = try ground.keeper()
        keeper.attend()
        #expect(try ground.cells.map { try contents($0) } == [nil, own, nil])
        #expect(problem(keeper)?.contains("beside cell 2: the identity file can be read by others") == true)
    }
}
