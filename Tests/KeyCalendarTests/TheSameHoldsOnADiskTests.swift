import Glibc
import KeyCalendar
import Records
import Sodium
import System
import Testing

/// A directory of a test's own on the machine's disk, removed with all that lies in it.
private final class Ground {
    let fileSystem = DiskFileSystem()
    let root: String

    init() throws {
        root = "/tmp/calendar-\(getpid())-\(UInt32.random(in: .min ... .max))"
        for directory in VaultLayout(root: "\(root)/vault").directories { try fileSystem.createDirectories(directory, mode: 0o770) }
    }

    deinit { remove(root) }

    var cells: [String] { ["\(root)/one", "\(root)/two"] }

    func place(_ observer: any ActObserver = TestObserver()) -> StorePlace {
        StorePlace(
            vault: Sample.vault, cells: cells, layout: VaultLayout(root: "\(root)/vault"), fileSystem: fileSystem, random: SystemRandom(),
            observer: observer, examine: { CellAssurance.examining($0) })
    }

    private func remove(_ directory: String) {
        for name in (try? fileSystem.list(directory)) ?? [] {
            let path = "\(directory)/\(name)"
            if (try? fileSystem.status(path))??.kind == .directory { remove(path) } else { try? fileSystem.remove(path) }
        }
        try? fileSystem.removeDirectory(directory)
    }
}

@Suite struct TheSameHoldsOnADiskTests {
    @Test func aYearOfActsInPlace() throws {
        let ground = try Ground()
        let observer = TestObserver()
        var values: [[UInt8]] = []
        let identities: [FileIdentity?]
        let leaf: Answer
        do {
            let store = try Sample.create(ground.place(observer))
            identities = try ground.cells.map { try ground.fileSystem.status("\($0)/cell")?.identity }
            values += try CellState(ground.fileSystem, ground.cells[0]).values
            _ = try store.ensurePages(Sample.days(0..<8), today: Sample.today)
            values += try CellState(ground.fileSystem, ground.cells[0]).values
            leaf = store.answer(4)
            #expect(code { _ = try Sample.open(ground.place()) } == .busy)
            _ = try store.tearOff(before: Sample.day(3), today: Sample.day(3), now: Sample.mark(days: 3))
            #expect(store.status().cells.allSatisfy { !$0.assurance.reason.isEmpty })
        }
        let store = try Sample.open(ground.place(), lastDone: observer.lastDone)
        #expect(store.serial == 3 && store.answer(4) == leaf && store.answer(2) == .expired && store.answer(7).isLeaf)
        for cell in ground.cells {
            let bytes = try ground.fileSystem.readFile("\(cell)/cell", limitBytes: 8192)
            #expect(bytes.count == 8192)
            for value in values { #expect(!occurs(value, in: bytes)) }
            #expect(try ground.fileSystem.status(cell)?.mode == 0o700)
            #expect(try ground.fileSystem.list(cell).filter { !CalendarFile.isName($0) } == ["CACHEDIR.TAG", "cell", "lock"])
        }
        // Overwritten in place: the very files that were made at first.
        #expect(try ground.cells.map { try ground.fileSystem.status("\($0)/cell")?.identity } == identities)
        #expect(try ground.fileSystem.list("\(ground.root)/vault/calendar").count == 1)
    }

    @Test func aReplacedCellFileIsNoticed() throws {
        let ground = try Ground()
        let store = try Sample.create(ground.place())
        let cell = try CellDirectory(ground.cells[0], number: 1, in: ground.fileSystem).openCell()
        let bytes = try ground.fileSystem.readFile("\(ground.cells[0])/cell", limitBytes: 8192)
        try ground.fileSystem.replaceDurably("\(ground.cells[0])/cell", bytes.rawSpan, mode: 0o600)
        let slot = CellSlot(vault: Sample.vault, serial: 9, value: secret([UInt8](repeating: 1, count: 32)))
        #expect(code { try cell.write(slot, to: 1, random: SystemRandom()) } == .storage(.notFound))
        #expect(store.answer(1).isLeaf)
    }
}
