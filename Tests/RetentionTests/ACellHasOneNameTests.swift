import Certificate
import Keeper
import Records
import Retention
import Synchronization
import System
import Testing

/// `cell 3` is the same cell in status, in a drill, in a certificate and in what is told of a failure, whatever failed before.
@Suite struct ACellHasOneNameTests {
    @Test func `a further cell that could not be finished keeps its number`() throws {
        let ground = try Ground()
        try ground.initialise()
        let isBroken = Atomic(true)
        let broken = WatchedFileSystem(base: ground.fileSystem) { moment, path throws(FileError) in
            guard case .opening = moment, isBroken.load(ordering: .relaxed), path == "/cell-c/cell" else { return }
            throw FileError(.inputOutput, "open", path)
        }
        let keeper = try ground.keeper(on: broken)
        try ground.fileSystem.createDirectories("/tmp", mode: 0o1777)
        // It holds the value already, and its device dies before it is one of the others.
        #expect(throws: RetentionError.self) { try keeper.addCell("/cell-c") }
        try keeper.addCell("/cell-d")
        #expect(keeper.status().cells.map(\.label) == ["cell 1", "cell 2", "cell 4", "cell 3"])
        #expect(keeper.status().cells.map(\.level) == ["L1", "L1", "L1", "away"])
        let drilled = try keeper.drill(DrillQuestion(from: nil), in: "/tmp").checks
        #expect(Set(drilled.filter(\.passed).map(\.with)) == ["cell 1", "cell 2", "cell 4"])
        #expect(Set(drilled.filter { !$0.passed }.map(\.with)) == ["cell 3"])
        ground.advance(days: 1)
        #expect(try keeper.sweep().result == .incomplete)
        let certificate = try ground.certificates.read(1, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]).content
        #expect(certificate.cells.map(\.label) == ["cell 1", "cell 2", "cell 4"])
        #expect(certificate.lagging.contains { $0.hasPrefix("cell 3 is away") })
        // What is told of a failure beside it, where only its path is known.
        try ground.fileSystem.writeDurably("/cell-d/keeper.identity", [1].rawSpan, mode: 0o644)
        keeper.attend()
        #expect(keeper.status().warnings.contains { $0.hasPrefix("cells: ") && $0.contains("cell 4") }, "\(keeper.status().warnings)")
        try ground.fileSystem.remove("/cell-d/keeper.identity")
        isBroken.store(false, ordering: .relaxed)
        keeper.attend()
        #expect(keeper.status().cells.map(\.label) == ["cell 1", "cell 2", "cell 3", "cell 4"])
        let again = try keeper.drill(DrillQuestion(from: nil), in: "/tmp")
        #expect(again.passed && Set(again.checks.map(\.with)) == ["cell 1", "cell 2", "cell 3", "cell 4"])
    }
}
