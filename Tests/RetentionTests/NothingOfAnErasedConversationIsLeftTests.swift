import Certificate
import Keeper
import KeyCalendar
import Records
import Retention
import Roster
import Sodium
import Synchronization
import System
import Testing

/// When a conversation is erased or its day torn off, everything of it goes: a vault that holds each kind of file is looked through, names and
/// contents, the cells' directories too.
@Suite struct NothingOfAnErasedConversationIsLeftTests {
    let disk = MemoryFileSystem()
    let ground: Ground
    let subject = Ground.conversation()
    let other = Ground.conversation()

    init() throws { ground = try Ground(fileSystem: disk) }

    /// Every path below these directories.
    private func paths(below directories: [String]) throws -> [String] {
        var (found, left) = ([String](), directories)
        while let directory = left.popLast() {
            for name in try disk.list(directory) {
                let path = "\(directory)/\(name)"
                found.append(path)
                if try disk.status(path)?.kind == .directory { left.append(path) }
            }
        }
        return found
    }

    /// The paths that name a conversation or whose contents do, as text or as bytes.
    private func mentions(of conversation: ConversationID) throws -> [String] {
        let needles = [Array(conversation.description.utf8), conversation.bytes]
        return try paths(below: [ground.layout.root] + ground.cells).filter { path in
            if path.contains(conversation.description) { return true }
            guard try disk.status(path)?.kind == .file else { return false }
            let bytes = try disk.readFile(path, limitBytes: 1 << 20)
            return needles.contains { needle in
                bytes.indices.dropLast(needle.count - 1).contains {
                    bytes[$0] == needle[0] && bytes[$0..<($0 + needle.count)].elementsEqual(needle)
                }
            }
        }
    }

    /// One file of each kind that there is of a conversation.
    private func addEachKind(of conversation: ConversationID, expiring day: Day) throws -> Int {
        let closed = try ground.addRecord(conversation, expiring: day)
        try ground.addRecord(conversation, expiring: day)
        let name = DiskFileSystem.name(of: closed)
        let part = try #require(VaultLayout.parsePartName(name)).part
        // A crash while it got its place: in both of them. And one that was being written, one without a whole header, one unfinished.
        try disk.copyDurably(from: closed, to: ground.layout.openPart(part, of: conversation), mode: 0o660, limitBytes: 1 << 20)
        try ground.addRecord(conversation, expiring: day, isOpen: true)
        let torn = try #require(PartID(SystemRandom().bytes(16)))
        try disk.writeDurably(ground.layout.openPart(torn, of: conversation), [1, 2, 3].rawSpan, mode: 0o660)
        try disk.copyDurably(
            from: closed, to: "\(ground.layout.open)/.tmp-\(VaultLayout.partName(torn, of: conversation))", mode: 0o660, limitBytes: 1 << 20
        )
        let handover = VaultLayout.handoverName(of: part, in: conversation, to: try #require(KeyID(SystemRandom().bytes(16))))
        _ = try ground.addFile(handover, expiring: day)
        _ = try ground.addFile(".tmp-\(handover)", expiring: day)
        return 8
    }

    @Test func `erased: no name and no content in the vault or beside a cell has it, and its neighbour has all of its own`() throws {
        try ground.initialise()
        let keeper = try ground.keeper()
        let day = Ground.expiry(ground.today)
        let count = try addEachKind(of: subject, expiring: day)
        #expect(try addEachKind(of: other, expiring: day) == count && mentions(of: subject).count == count)
        // Somebody moved a part, and the handover of it, into another day's folder: readers would find them there.
        let elsewhere = Ground.expiry(ground.today).adding(days: 3)
        let moved = try ground.addRecord(subject, expiring: day, inFolderOf: elsewhere)
        let part = try #require(VaultLayout.parsePartName(DiskFileSystem.name(of: moved))).part
        _ = try ground.addFile(
            VaultLayout.handoverName(of: part, in: subject, to: #require(KeyID(SystemRandom().bytes(16)))), expiring: elsewhere)
        let foreign = try ground.addRecord(other, expiring: elsewhere)

        var target = ConversationTarget(subject)
        target.expiry = day
        let papers = try ground.order(ground.request(.erase, [target], of: keeper), by: [ground.leads[0], ground.leads[1]])
        #expect(try keeper.act(papers).files == count)
        keeper.attend()
        #expect(try mentions(of: subject).isEmpty)
        // Its unfinished part, which nobody writes any more, went with the leftovers.
        #expect(try mentions(of: other).count == count && ground.exists(foreign))
        #expect(!keeper.status().warnings.contains { $0.hasPrefix("files: ") })
        #expect(try ground.chain().certificates.map(\.content.files) == [.init(removed: count, left: 0)])
    }

    @Test func `torn off: the same, and what is held keeps everything`() throws {
        try ground.initialise()
        let keeper = try ground.keeper()
        let day = ground.today
        _ = try keeper.drawPages([day])
        let count = try addEachKind(of: subject, expiring: day)
        _ = try addEachKind(of: other, expiring: day)
        var hold = ConversationTarget(other, expiry: day)
        hold.until = day.adding(days: 5)
        try ground.act(.hold, hold, by: [ground.leads[0]], of: keeper)
        ground.advance(days: 1)
        // What nobody writes any more and was never told of goes with any removal, held or not.
        #expect(try keeper.sweep().files == count)
        #expect(try mentions(of: subject).isEmpty)
        // The calendar has the held leaf, and it is encrypted.
        #expect(try mentions(of: other).count == count - 1)
        ground.advance(days: 6)
        _ = try keeper.sweep()
        #expect(try mentions(of: other).isEmpty && paths(below: [ground.layout.records, ground.layout.open]).isEmpty)
        #expect(try ground.chain().findings.isEmpty)
    }

    @Test func `what is named after an erased conversation and is none of the vault's is left, counted and told`() throws {
        try ground.initialise()
        let keeper = try ground.keeper()
        let day = Ground.expiry(ground.today)
        let path = try ground.addRecord(subject, expiring: day)
        let copy = "\(path).sync-conflict-20261123"
        try disk.copyDurably(from: path, to: copy, mode: 0o660, limitBytes: 1 << 20)
        let outcome = try ground.act(.erase, ConversationTarget(subject), by: [ground.leads[0], ground.leads[1]], of: keeper)
        #expect(outcome.files == 1 && outcome.left == 1)
        keeper.attend()
        #expect(keeper.status().warnings.contains { $0.hasPrefix("files: 1 ") })
        #expect(try ground.chain().certificates.map(\.content.files) == [.init(removed: 1, left: 1)])
    }

    @Test func `an erasure does not wait while others' files are removed, and its certificate does not count`() throws {
        let isRemoving = Atomic(false)
        let mayGoOn = Atomic(false)
        try ground.initialise()
        try ground.addRecord(subject, expiring: Ground.expiry(ground.today))
        let expired = try ground.addPart(expiring: Day(number: ground.today.number - 3))
        let watched = WatchedFileSystem(base: disk) { moment, path in
            guard moment == .removing, path == expired else { return }
            isRemoving.store(true, ordering: .releasing)
            while !mayGoOn.load(ordering: .acquiring) { OwnProcess.pause(milliseconds: 1) }
        }
        let keeper = try ground.keeper(on: watched)
        let attending = try Threads.start(name: "attending") { keeper.attend() }
        while !isRemoving.load(ordering: .acquiring) { OwnProcess.pause(milliseconds: 1) }
        let outcome = try ground.act(.erase, ConversationTarget(subject), by: [ground.leads[0], ground.leads[1]], of: keeper)
        #expect(outcome.result == .done && outcome.files == 1)
        #expect(try mentions(of: subject).isEmpty)
        mayGoOn.store(true, ordering: .releasing)
        attending.join()
        #expect(try ground.chain().certificates.map(\.content.files.removed) == [nil])
        #expect(try ground.chain().findings.isEmpty)
    }

    @Test func `stopped at any moment of an erasure, nothing names it beside a cell once the keeper has started again`() throws {
        let counted = MemoryFileSystem()
        let operations = try Self.erase(on: counted, faulty: { FaultyFileSystem(counted) }).log.count
        for number in stride(from: 0, to: operations, by: 5) {
            let disk = MemoryFileSystem()
            let scene = try Self.erase(
                on: disk, faulty: { FaultyFileSystem(disk, fault: .crashes(FaultyFileSystem.Moment.allCases[number % 3]), at: number) })
            disk.crash(ACrashLosesNothingTests.policies[number % ACrashLosesNothingTests.policies.count])
            let keeper = try scene.ground.keeper()
            keeper.attend()
            let isErased = keeper.state(scene.subject, scene.day) == .erased
            for cell in scene.ground.cells {
                for name in try disk.list(cell) where try disk.status("\(cell)/\(name)")?.kind == .file {
                    let text = String(decoding: try disk.readFile("\(cell)/\(name)", limitBytes: 1 << 20), as: UTF8.self)
                    #expect(!text.contains(scene.subject.description), "\(name), operation \(number), erased: \(isErased)")
                }
            }
        }
    }

    private struct Scene {
        let ground: Ground
        let subject: ConversationID
        let day: Day
        let log: [String]
    }

    private static func erase(on disk: MemoryFileSystem, faulty: () -> FaultyFileSystem) throws -> Scene {
        let ground = try Ground(fileSystem: disk)
        try ground.initialise()
        let (subject, day) = (Ground.conversation(), Ground.expiry(ground.today))
        try ground.addRecord(subject, expiring: day)
        let papers: KeeperOrder
        do {
            let keeper = try ground.keeper()
            keeper.attend()
            papers = try ground.order(
                ground.request(.erase, [ConversationTarget(subject)], of: keeper), by: [ground.leads[0], ground.leads[1]])
        }
        let fileSystem = faulty()
        _ = try? ground.keeper(on: fileSystem).act(papers)
        return Scene(ground: ground, subject: subject, day: day, log: fileSystem.log)
    }
}
