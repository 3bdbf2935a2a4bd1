import Certificate
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

/// What a certificate says was still there is said to be gone only by one that looked for it again and saw nothing.
@Suite struct ACertificateIsCompletedByLookingAgainTests {
    private let disk = MemoryFileSystem()
    private let ground: Ground

    init() throws {
        ground = try Ground(fileSystem: disk)
        try ground.initialise()
    }

    private func content(_ number: Int) throws -> CertificateContent {
        try ground.certificates.read(number, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]).content
    }

    /// Does something for which no certificate can be written; then the keeper's own notes say that it saw so many of a thing.
    private func see(_ found: String, after act: (RetentionKeeper) throws -> Void) throws {
        try ground.blockCertificates()
        do { try act(ground.keeper()) }
        for cell in ground.cells {
            let path = "\(cell)/certificates.json"
            let text = String(decoding: try disk.readFile(path, limitBytes: 1 << 20), as: UTF8.self)
            let seen = text.replacing("\"\(found)\":0", with: "\"\(found)\":1", maxReplacements: 1)
            #expect(seen != text)
            try disk.replaceDurably(path, Array(seen.utf8).rawSpan, mode: 0o600)
        }
        try ground.unblockCertificates()
    }

    @Test func `keys that were found after a sweep are looked for again`() throws {
        ground.advance(days: 1)
        try see("keys_found") { keeper in
            let refusal = try code { _ = try keeper.sweep() }
            #expect(refusal == .failed)
        }
        let keeper = try ground.keeper()
        keeper.attend()
        #expect(try content(1).state == .incomplete && content(1).verified.keysFound == 1 && content(1).cells.count == 2)
        let second = try content(2)
        #expect(second.act == "catch-up" && second.completes == [1] && second.destroyed.until == ground.today.description)
        #expect(second.verified.keysSought == 1 && second.verified.keysFound == 0)
        #expect(try ground.chain().findings.isEmpty && ground.chain().open.isEmpty)
    }

    @Test func `keys of single conversations, which nobody can name any more, are never said to be gone`() throws {
        let conversation = Ground.conversation()
        let day = Ground.expiry(ground.today)
        try ground.addRecord(conversation, expiring: day)
        try see("keys_found") { keeper in
            let order = try ground.order(
                ground.request(.erase, [ConversationTarget(conversation)], of: keeper), by: [ground.leads[0], ground.leads[1]])
            let refusal = try code { _ = try keeper.act(order) }
            #expect(refusal == .failed)
        }
        let keeper = try ground.keeper()
        for _ in 0..<3 { keeper.attend() }
        ground.advance(days: 1)
        #expect(try keeper.sweep().result == .done)
        #expect(try content(1).act == "erase" && content(1).state == .incomplete && content(2).act == "sweep")
        #expect(try content(2).completes.isEmpty && ground.certificates.names().numbers == [1, 2])
        #expect(try ground.chain().open == [1] && ground.chain().findings.count == 1)
        #expect(keeper.standing.contains("NOT YET destroyed everywhere"))
        // Not even where the keeper itself signs that: readers know what it cannot have looked for.
        let honest = try content(2)
        let lie = CertificateContent(
            number: 3, previous: try SignedCertificate(honest, by: ground.keeperKey).digest, organisation: honest.organisation,
            vault: ground.roster.vault, keeper: honest.keeper, act: CertificateContent.catchUp, lagging: [], completes: [1], done: nil,
            calendar: UInt64(honest.calendar), destroyed: honest.destroyed, files: honest.files, approvals: [], cells: honest.cells,
            verified: honest.verified, remaining: honest.remaining, time: honest.time,
            ledger: .init(entry: nil, checkpoint: honest.ledger.checkpoint), program: honest.program, warnings: [])
        try ground.certificates.write(SignedCertificate(lie, by: ground.keeperKey))
        #expect(try ground.chain().open == [1] && ground.chain().findings.contains { $0.hasPrefix("certificate 3: ") })
    }

    @Test func `a calendar that opened is tried again, and while it opens nothing is completed`() throws {
        ground.advance(days: 1)
        try see("earlier_opened") { keeper in
            keeper.attend()
            let refusal = try code { _ = try keeper.sweep() }
            #expect(refusal == .failed)
        }
        // Somebody's copy of the calendar in force, under another's name.
        let copy = "\(ground.layout.calendar)/00000000000000000000000000000000.calendar"
        let name = try #require(try disk.list(ground.layout.calendar).first { CalendarFile.isName($0) })
        #expect(CalendarFile.isName("00000000000000000000000000000000.calendar"), "\(name)")
        try disk.copyDurably(from: "\(ground.layout.calendar)/\(name)", to: copy, mode: 0o660, limitBytes: 1 << 20)
        let keeper = try ground.keeper()
        keeper.attend()
        #expect(try content(1).state == .incomplete && ground.certificates.names().numbers == [1])
        #expect(try ground.exists(copy), "what opens is kept, to be tried again")
        // The next change of the calendar has a new value, which does not open it.
        _ = try keeper.drawPages([ground.today.adding(days: 3)])
        keeper.attend()
        #expect(try !ground.exists(copy) && content(2).completes == [1])
        #expect(try ground.chain().findings.isEmpty)
    }

    @Test func `an old value that survived is destroyed without another act, and then its certificate is completed`() throws {
        let path = "/cell-b/cell"
        ground.advance(days: 1)
        // The act that a day brings is done before: what follows is done by no act.
        do { _ = try ground.keeper().drawPages(RetentionKeeper.expiryDays(of: ground.roster, from: ground.today)) }
        let old = try disk.readFile(path, limitBytes: CellFile.sizeBytes)
        let valid = try #require([0, 1].first { CellSlot(Self.slot($0, of: old).rawSpan) != nil })
        let isArmed = Atomic(true)
        let disk = disk
        // When the new value is in every cell alone: something writes the old slot back.
        let watched = WatchedFileSystem(base: disk) { _, opened throws(FileError) in
            guard opened == path, isArmed.load(ordering: .relaxed) else { return }
            guard CellSlot(Self.slot(valid, of: try disk.readFile(path, limitBytes: CellFile.sizeBytes)).rawSpan) == nil else { return }
            isArmed.store(false, ordering: .relaxed)
            let cell = try disk.open(path, for: .updating)
            try cell.write(Self.slot(valid, of: old).rawSpan, at: valid * CellSlot.sizeBytes)
            try cell.synchronize()
        }
        let keeper = try ground.keeper(on: watched)
        _ = try keeper.sweep()
        #expect(try !isArmed.load(ordering: .relaxed) && content(1).state == .incomplete && content(1).verified.earlierOpened == 1)
        #expect(keeper.standing.contains("NOT YET destroyed everywhere"))
        #expect(keeper.status().warnings.contains { $0.hasPrefix("1 earlier calendar(s) still open") })
        keeper.attend()
        #expect(try content(2).completes == [1] && content(2).act == "catch-up" && content(2).verified.readBack == 2)
        #expect(keeper.standing.hasPrefix("everything that expired before \(ground.today) is destroyed"))
        #expect(try ground.chain().findings.isEmpty && disk.list(ground.layout.calendar).count == 1)
    }

    private static func slot(_ index: Int, of cell: [UInt8]) -> [UInt8] {
        Array(cell.dropFirst(index * CellSlot.sizeBytes).prefix(CellSlot.sizeBytes))
    }

    @Test func `the machine stops while a catching up is certified: there is one certificate of it, and it stays as it is`() throws {
        let operations = try Self.certify(on: MemoryFileSystem()) { FaultyFileSystem($0) }
        var (whole, none) = (0, 0)
        for number in operations {
            let disk = MemoryFileSystem()
            var ground: Ground?
            _ = try Self.certify(on: disk, keeping: { ground = $0 }) {
                FaultyFileSystem($0, fault: .crashes(FaultyFileSystem.Moment.allCases[number % 3]), at: number)
            }
            let scene = try #require(ground)
            disk.crash(ACrashLosesNothingTests.policies[number % ACrashLosesNothingTests.policies.count])
            let before = try? scene.certificates.read(2, vault: scene.roster.vault, keys: [scene.keeperKey.publicKey])
            if before == nil { none += 1 } else { whole += 1 }
            // Another day is over when it starts again, so that another certificate is to be written at once.
            scene.advance(days: 1)
            let keeper = try scene.keeper()
            for _ in 0..<2 { keeper.attend() }
            let chain = try scene.chain()
            #expect(chain.findings.isEmpty, "operation \(number): \(chain.findings)")
            let found = chain.certificates.map(\.content)
            #expect(found.map(\.number) == Array(1...found.count) && found.flatMap(\.completes) == [1], "operation \(number)")
            #expect(before.map { chain.certificates[1] == $0 } ?? true, "operation \(number): it was written anew")
        }
        #expect(whole > 2 && none > 2)
    }

    /// One cell was away for a sweep; with both a keeper certifies that it has caught up. Returns the numbers of its writes.
    private static func certify(
        on disk: MemoryFileSystem, keeping keep: (Ground) -> Void = { _ in }, _ wrap: (MemoryFileSystem) -> FaultyFileSystem
    ) throws -> [Int] {
        let ground = try Ground(fileSystem: disk)
        keep(ground)
        #expect(try ground.sweepsWithOneCell().result == .incomplete)
        let faulty = wrap(disk)
        do { try ground.keeper(on: faulty).attend() } catch {}
        let changing = ["write", "synchronize", "create", "rename", "remove"]
        return faulty.log.indices.filter { number in
            faulty.log[number].contains("certificates") && changing.contains { faulty.log[number].split(separator: " ")[1] == $0 }
        }
    }
}

extension Ground {
    /// Puts a file in the place of the folder, so that no certificate can be written.
    func blockCertificates() throws {
        for name in try fileSystem.list(layout.certificates) { try fileSystem.remove("\(layout.certificates)/\(name)") }
        try fileSystem.removeDirectory(layout.certificates)
        try fileSystem.writeDurably(layout.certificates, [1].rawSpan, mode: 0o660)
    }

    /// Takes it away again.
    func unblockCertificates() throws { try fileSystem.remove(layout.certificates) }
}
