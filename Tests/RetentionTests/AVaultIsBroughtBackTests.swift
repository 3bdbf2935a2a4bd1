import Certificate
import Keeper
import KeyCalendar
import Ledger
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// The first machine is gone: a backup of the files, which may be old, and the second cell bring the vault back, or nothing at all.
@Suite struct AVaultIsBroughtBackTests {
    let ground: Ground
    let alive: [LeafName]
    private let leaves: [[UInt8]]

    private static let new = VaultLayout(root: "/new")
    private static let backup = VaultLayout(root: "/backup")

    /// A vault with a backup, in which a day is over and a conversation is erased since; its leaves as they were.
    init() throws {
        let ground = try Ground()
        self.ground = ground
        try ground.initialise()
        let keeper = try ground.keeper()
        let over = ground.today
        _ = try keeper.drawPages([over, over.adding(days: 5)])
        keeper.attend()
        alive = try (0..<3).map { number in
            let name = LeafName(expiry: Ground.expiry(over.adding(days: UInt32(number))), conversation: Ground.conversation())
            try Self.seal(name, ground)
            return name
        }
        try ground.addPart(expiring: over)
        leaves = try Self.leaves(alive, keeper)
        try Self.copy("/vault", to: "/backup", ground.fileSystem)
    }

    /// A part with a header that says what its name says.
    private static func seal(_ name: LeafName, _ ground: Ground) throws {
        let part = try #require(PartID(SystemRandom().bytes(16)))
        let holder = PartHeader.Holder(
            key: try #require(KeyID(SystemRandom().bytes(16))), box: SystemRandom().bytes(PartHeader.boxBytes))
        let header = PartHeader(expiry: name.expiry, conversation: name.conversation, part: part, holder: holder, leadPairs: [])
        let bytes = header.encoded + SystemRandom().bytes(PartHeader.commitmentBytes)
        try ground.fileSystem.createDirectories(ground.layout.records(expiring: name.expiry), mode: VaultLayout.directoryMode)
        try ground.fileSystem.writeDurably(
            ground.layout.part(part, of: name.conversation, expiring: name.expiry), bytes.rawSpan, mode: VaultLayout.fileMode)
    }

    private static func leaves(_ names: [LeafName], _ keeper: RetentionKeeper) throws -> [[UInt8]] {
        let batch = keeper.leaves(names, for: .reading)
        return names.indices.map { index in
            guard let leaf = batch.leaf(at: index) else { return [] }
            let bytes = leaf.bytes
            return bytes.array
        }
    }

    static func copy(_ from: String, to: String, _ fileSystem: any FileSystem) throws {
        try fileSystem.createDirectories(to, mode: fileSystem.status(from)?.mode ?? 0o700)
        for name in try fileSystem.list(from) {
            let (source, target) = ("\(from)/\(name)", "\(to)/\(name)")
            if try fileSystem.status(source)?.kind == .directory {
                try copy(source, to: target, fileSystem)
            } else {
                try fileSystem.copyDurably(from: source, to: target, mode: fileSystem.status(source)?.mode ?? 0o600, limitBytes: 1 << 26)
            }
        }
    }

    static func remove(_ path: String, _ fileSystem: any FileSystem) throws {
        for name in try fileSystem.list(path) {
            if try fileSystem.status("\(path)/\(name)")?.kind == .directory {
                try remove("\(path)/\(name)", fileSystem)
            } else {
                try fileSystem.remove("\(path)/\(name)")
            }
        }
        try fileSystem.removeDirectory(path)
    }

    private func place(_ cells: [String] = ["/cell-b"], layout: VaultLayout = Self.new, replicas: [String] = []) -> KeeperPlace {
        KeeperPlace(
            layout: layout, cells: cells, replicas: replicas, fileSystem: ground.fileSystem, clock: ground.clock, random: SystemRandom(),
            examine: { _ in CellAssurance(.l1, "a test") }, log: Ground.quiet)
    }

    private func restore(
        _ cells: [String] = ["/cell-b"], mayUndo: Bool = false, layout: VaultLayout = Self.new, replicas: [String] = []
    ) throws -> RestoreReport {
        try Restoration(from: Self.backup, to: place(cells, layout: layout, replicas: replicas)).perform(
            key: ground.keeperKey, mayUndo: mayUndo
        ) { _ in }
    }

    /// A day passes after the backup was made, and a conversation is erased.
    private func liveOn(erasing: Bool = true) throws {
        ground.advance(days: 1)
        let keeper = try ground.keeper()
        keeper.attend()
        guard erasing else { return }
        let target = ConversationTarget(alive[2].conversation, expiry: alive[2].expiry).text
        let request = try keeper.request(KeeperQuestion(act: "erase", targets: [target]))
        let order = KeeperOrder.approved(
            request: String(decoding: request.bytes, as: UTF8.self),
            approvals: try ground.approvals(request, by: Array(ground.leads.prefix(2))))
        #expect(try keeper.act(order).result != .already)
    }

    private func loseTheMachine() throws {
        try Self.remove("/vault", ground.fileSystem)
        try Self.remove("/cell-a", ground.fileSystem)
    }

    @Test func `what waits for a cell that a restoration went on without is never certified as complete`() throws {
        ground.advance(days: 1)
        do {
            let alone = try RetentionKeeper(opening: place(["/cell-a"], layout: ground.layout), key: ground.keeperKey)
            #expect(try alone.sweep().result == .incomplete)
        }
        _ = try Restoration(from: ground.layout, to: place(["/cell-a"])).perform(key: ground.keeperKey, mayUndo: false) { _ in }
        let keeper = try RetentionKeeper(opening: place(["/cell-a"]), key: ground.keeperKey)
        for _ in 0..<2 { keeper.attend() }
        let certificates = CertificateFolder(fileSystem: ground.fileSystem, layout: Self.new)
        func content(_ number: Int) throws -> CertificateContent {
            try certificates.read(number, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]).content
        }
        #expect(try certificates.names().numbers == [1] && content(1).state == .incomplete)
        // What is destroyed from then on is complete by itself, and completes nothing.
        ground.advance(days: 1)
        #expect(try keeper.sweep().result == .done)
        #expect(try content(1_000_001).state == .complete && content(1_000_001).completes.isEmpty)
    }

    @Test func `with the second cell and an older backup, all that lives comes back and nothing that is over`() throws {
        try liveOn()
        try loseTheMachine()
        let report = try restore()
        let brought = report.brought
        #expect(
            brought.files == 2 && brought.conversations == 2 && brought.damaged == 0 && brought.unreadable == 0, "\(report.lines)")
        #expect(report.left.expired == 1 && report.left.erased == 1 && report.left.foreign == 0 && report.tried == 2)
        #expect(report.backupEntries < report.entries && report.missing.actsSinceBackup["sweep"] == 1)
        #expect(report.missing.actsSinceBackup["erase"] == 1 && report.missing.undone.isEmpty)
        #expect(report.warnings.contains { $0.contains("one cell only") && $0.contains("add-cell") })
        let keeper = try RetentionKeeper(opening: place(), key: ground.keeperKey)
        #expect(try Self.leaves(Array(alive.prefix(2)), keeper) == Array(leaves.prefix(2)))
        let gone = keeper.leaves([alive[2], LeafName(expiry: Ground.start.day, conversation: .zero)], for: .reading)
        #expect(gone.states == [.erased, .expired])
        // It is written down, and anybody can verify it.
        let roster = try RosterStore(fileSystem: ground.fileSystem, layout: Self.new).load(pinnedAt: ["/cell-b/roster.pin"])
        let reading = try LedgerReading.read(
            fileSystem: ground.fileSystem, layout: Self.new, vault: roster.vault, keys: [ground.keeperKey.publicKey])
        #expect(reading.entries.contains { $0.event.act == "restore" && $0.event.cells == ["L1"] })
        #expect(reading.knownCells == 1 && reading.incompleteActs.isEmpty)
        // And life goes on, with a fresh second cell.
        try keeper.addCell("/cell-c")
        ground.advance(days: 1)
        #expect(try keeper.sweep().result == .done)
        #expect(keeper.status().cells.map(\.level) == ["L1", "L1"])
        #expect(!keeper.status().warnings.contains { $0.contains("away") || $0.contains("one cell only") })
    }

    @Test func `a roster that is newer than the backup comes back from beside the cell`() throws {
        do {
            let keeper = try ground.keeper()
            try ground.change(RosterChange(enrol: [ground.worker.identity.card(from: ground.today)]), by: [ground.leads[0]])
            try keeper.reloadRoster()
            #expect(keeper.roster.number == 2)
        }
        try loseTheMachine()
        #expect(try restore().roster == 2)
        #expect(try ground.exists("/new/rosters/2.json") && ground.exists("/new/rosters/1.json"))
    }

    @Test func `without that copy an older roster is refused, for it would bring back whoever was retired`() throws {
        do {
            let keeper = try ground.keeper()
            try ground.change(RosterChange(enrol: [ground.worker.identity.card(from: ground.today)]), by: [ground.leads[0]])
            try keeper.reloadRoster()
        }
        try loseTheMachine()
        try Self.remove("/cell-b/rosters", ground.fileSystem)
        #expect(try code { _ = try restore() } != nil)
        #expect(try !ground.exists("/new"))
    }

    @Test func `the wrong cell brings back nothing`() throws {
        try liveOn()
        let other = try Ground(fileSystem: ground.fileSystem, root: "/other", cells: ["/cell-e", "/cell-f"])
        try other.initialise()
        try loseTheMachine()
        #expect(try code { _ = try restore(["/cell-e"]) } != nil)
        #expect(try code { _ = try restore(["/cell-b", "/cell-e"]) } == .otherVault)
        #expect(try code { _ = try restore(["/no-cell"]) } != nil)
        #expect(try !ground.exists("/new"))
        #expect(try restore().brought.files == 2)
    }

    @Test func `a stale clone of the cell brings back nothing while the ledger knows better`() throws {
        try Self.copy("/cell-b", to: "/clone", ground.fileSystem)
        try liveOn()
        try Self.remove("/backup", ground.fileSystem)
        try Self.copy("/vault", to: "/backup", ground.fileSystem)
        try loseTheMachine()
        #expect(try code { _ = try restore(["/clone"]) } == .failed)
        #expect(try !ground.exists("/new"))
    }

    @Test(arguments: ["ledger/acts.jsonl", "rosters/1.json", "rosters/1.json.minisig", "organisation.pub"])
    func `a tampered backup is refused before anything is written`(_ file: String) throws {
        try loseTheMachine()
        if file.hasPrefix("rosters") { try Self.remove("/cell-b/rosters", ground.fileSystem) }
        let path = "/backup/\(file)"
        var bytes = try ground.fileSystem.readFile(path, limitBytes: 1 << 24)
        bytes[bytes.count / 2] ^= 1
        try ground.fileSystem.replaceDurably(path, bytes.rawSpan, mode: 0o660)
        #expect(try code { _ = try restore() } != nil)
        #expect(try !ground.exists("/new"))
    }

    @Test func `a ledger that went on elsewhere is refused`() throws {
        // Another keeper of the same key went on with the backup's ledger, and this one with its own.
        let forged = try Ledger(
            fileSystem: ground.fileSystem, layout: Self.backup, vault: ground.roster.vault,
            keeper: SigningKey(seed: ground.keeperKey.seed()))
        try forged.append(LedgerEvent(.done, act: "sweep", serial: 9, cells: ["L1"]), at: Ground.start)
        try liveOn()
        try loseTheMachine()
        #expect(try code { _ = try restore() } == .failed)
        #expect(try !ground.exists("/new"))
    }

    @Test func `nothing is written over anything, nor into the backup or a cell`() throws {
        try loseTheMachine()
        try ground.fileSystem.createDirectories("/new", mode: 0o700)
        try ground.fileSystem.writeDurably("/new/photo.jpg", [1].rawSpan, mode: 0o600)
        #expect(try code { _ = try restore() } == .failed)
        #expect(try ground.fileSystem.list("/new") == ["photo.jpg"])
        #expect(try code { _ = try restore(layout: VaultLayout(root: "/backup/new")) } == .refused)
        #expect(try code { _ = try restore(layout: VaultLayout(root: "/backup")) } != nil)
        try ground.fileSystem.createDirectories("/empty", mode: 0o700)
        #expect(try restore(layout: VaultLayout(root: "/empty")).brought.files == 4)
    }

    @Test func `what a lost cell alone had carried out is undone only when a person says so`() throws {
        try Self.copy("/cell-b", to: "/away-b", ground.fileSystem)
        try Self.remove("/cell-b", ground.fileSystem)
        try liveOn()
        try Self.remove("/backup", ground.fileSystem)
        try Self.copy("/vault", to: "/backup", ground.fileSystem)
        try loseTheMachine()
        try Self.copy("/away-b", to: "/cell-b", ground.fileSystem)
        #expect(try code { _ = try restore() } == .refused)
        #expect(try !ground.exists("/new"))
        let report = try restore(mayUndo: true)
        #expect(report.missing.undone.contains("erase") && report.missing.undone.contains("sweep"))
        let keeper = try RetentionKeeper(opening: place(), key: ground.keeperKey)
        // The sweep repeats itself.
        keeper.attend()
        #expect(keeper.status().highWater == ground.today.description && keeper.status().pages.overdue == 0)
        // Nor does the lost cell, if it turns up, take part unnoticed.
        #expect(keeper.leaves([alive[2]], for: .reading).states == [.found])
    }

    @Test func `a serial that was undone is not used again, and the cell that had it takes no part`() throws {
        try Self.copy("/cell-b", to: "/away-b", ground.fileSystem)
        try Self.remove("/cell-b", ground.fileSystem)
        try liveOn()
        try Self.remove("/backup", ground.fileSystem)
        try Self.copy("/vault", to: "/backup", ground.fileSystem)
        try Self.copy("/cell-a", to: "/lost-a", ground.fileSystem)
        try loseTheMachine()
        try Self.copy("/away-b", to: "/cell-b", ground.fileSystem)
        func reading(_ layout: VaultLayout) throws -> LedgerReading {
            try LedgerReading.read(
                fileSystem: ground.fileSystem, layout: layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
        }
        let used = try reading(Self.backup).lastCarriedOut
        let report = try restore(mayUndo: true)
        #expect(UInt64(report.serial) < used)
        // The lost cell turns up, and is ahead: what it holds was undone.
        #expect(try code { _ = try RetentionKeeper(opening: place(["/cell-b", "/lost-a"]), key: ground.keeperKey) } == .failed)
        let keeper = try RetentionKeeper(opening: place(), key: ground.keeperKey)
        keeper.attend()
        let later = try reading(Self.new).entries.drop { $0.event.act != LedgerEvent.restoreAct }.dropFirst().compactMap(\.event.serial)
        #expect(!later.isEmpty && later.allSatisfy { $0 > used } && later.first == UInt64(report.serial) + 1_000_001)
        let folder = CertificateFolder(fileSystem: ground.fileSystem, layout: Self.new)
        let chain = try CertificateChain(
            folder, ledger: reading(Self.new), vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
        #expect(
            !chain.findings.contains { $0.hasPrefix("calendar") || $0.contains("missing") || $0.contains("follow") }, "\(chain.findings)")
        let serials = chain.certificates.map(\.content.calendar)
        #expect(serials.count > 2 && Set(serials).count == serials.count && chain.certificates.last?.content.state == .complete)
    }

    @Test func `the calendar comes from a replica where it is nowhere else`() throws {
        try ReplicaDirectory("/replica", number: 1, in: ground.fileSystem).make(for: ground.roster.vault)
        do {
            let keeper = try RetentionKeeper(
                opening: place(["/cell-a", "/cell-b"], layout: ground.layout, replicas: ["/replica"]), key: ground.keeperKey)
            ground.advance(days: 1)
            keeper.attend()
        }
        try loseTheMachine()
        for name in try ground.fileSystem.list("/cell-b") where CalendarFile.isName(name) {
            try ground.fileSystem.remove("/cell-b/\(name)")
        }
        #expect(try code { _ = try restore() } == .failed)
        #expect(try restore(replicas: ["/replica"]).brought.files == 3)
    }

    @Test func `a crash at any operation leaves no vault or a whole one, and it can be begun again`() throws {
        try liveOn()
        try loseTheMachine()
        let disk = try #require(ground.fileSystem as? MemoryFileSystem)
        let counter = FaultyFileSystem(disk)
        // Counted on a copy of the cell, so that the one in use stays as it is.
        try Self.copy("/cell-b", to: "/cell-x", disk)
        func attempt(_ fileSystem: any FileSystem, _ cell: String, _ root: String) throws {
            let place = KeeperPlace(
                layout: VaultLayout(root: root), cells: [cell], fileSystem: fileSystem, clock: ground.clock, random: SystemRandom(),
                examine: { _ in CellAssurance(.l1, "a test") }, log: Ground.quiet)
            _ = try Restoration(from: Self.backup, to: place).perform(key: ground.keeperKey, mayUndo: false) { _ in }
        }
        try attempt(counter, "/cell-x", "/count")
        let entries = try LedgerReading.read(
            fileSystem: disk, layout: VaultLayout(root: "/count"), vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]
        ).entries.count
        var crashes = 0
        let isLate = { (number: Int) in ["/ledger/", "/rosters/"].contains { counter.log[number].contains("/count" + $0) } }
        for number in 0..<counter.operationCount where number % 7 == 0 || isLate(number) {
            let (cell, root) = ("/cell-\(number)", "/new-\(number)")
            try Self.copy("/cell-b", to: cell, disk)
            try? attempt(FaultyFileSystem(disk, fault: .crashes(.after), at: number), cell, root)
            disk.crash(.seeded(UInt64(number)))
            crashes += 1
            let again = (try? disk.status("\(root)/rosters/1.json.minisig")) ?? nil
            if again != nil {
                let keeper = try RetentionKeeper(opening: place([cell], layout: VaultLayout(root: root)), key: ground.keeperKey)
                #expect(try Self.leaves(Array(alive.prefix(2)), keeper) == Array(leaves.prefix(2)), "operation \(number)")
                // Nothing is lacking: it was restored, and the cell is all there is.
                #expect(keeper.status().ledger.entries == entries && keeper.status().cells.map(\.level) == ["L1"], "operation \(number)")
            } else {
                let copy = try disk.readFile("\(cell)/ledger.jsonl", limitBytes: 1 << 24)
                #expect(!String(decoding: copy, as: UTF8.self).contains("\"act\":\"restore\""), "operation \(number)")
                try attempt(disk, cell, "/again-\(number)")
            }
        }
        #expect(crashes > 30)
    }
}
