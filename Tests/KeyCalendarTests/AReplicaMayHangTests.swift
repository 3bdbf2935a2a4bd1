import KeyCalendar
import Records
import Synchronization
import System
import Testing

/// A replica on a device that hangs, and says nothing: leaves are given out and acts are done all the same, and it catches up when it answers.
@Suite struct AReplicaMayHangTests {
    private static let replica = "/replica"
    private static let patienceMilliseconds = 300

    private func made() throws -> MemoryFileSystem {
        let disk = try Sample.emptyDisk()
        try ReplicaDirectory(Self.replica, number: 1, in: disk).make(for: Sample.vault)
        _ = try Sample.create(Sample.place(disk, cells: Sample.twoCells, replicas: [Self.replica]))
        return disk
    }

    private func place(_ files: HangingFileSystem, _ observer: TestObserver = TestObserver()) -> StorePlace {
        Sample.place(
            files, cells: Sample.twoCells, observer: observer, replicas: [Self.replica],
            replicaPatienceMilliseconds: Self.patienceMilliseconds)
    }

    private func tearOff(_ store: CalendarStore) throws -> ActOutcome {
        try store.tearOff(before: Sample.day(2), today: Sample.day(2), now: Sample.mark(days: 2))
    }

    private func calendars(_ disk: MemoryFileSystem, _ folder: String) throws -> [String] {
        try disk.list(folder).filter(CalendarFile.isName)
    }

    @Test func `the calendar opens without it, and says that it is away`() throws {
        let disk = try made()
        let hanging = HangingFileSystem(disk, below: Self.replica)
        hanging.hang()
        let store = try Sample.open(place(hanging), lastDone: 1)
        #expect(store.answer(3).isLeaf && store.away.map(\.label) == ["replica 1"] && store.away[0].reason.contains("timed out"))
        hanging.release()
        try attendUntilComplete(store)
        #expect(try calendars(disk, Self.replica) == calendars(disk, "/vault/calendar"))
    }

    @Test func `whenever it begins to hang, the act is carried out, and done when it answers`() throws {
        let counting = HangingFileSystem(try made(), below: Self.replica)
        do {
            let store = try Sample.open(place(counting), lastDone: 1)
            counting.hang(after: .max)
            #expect(try tearOff(store) == .done(serial: 2) && store.isComplete)
        }
        #expect(counting.operations > 8)
        for number in 0..<counting.operations {
            let disk = try made()
            let hanging = HangingFileSystem(disk, below: Self.replica)
            let observer = TestObserver()
            let store = try Sample.open(place(hanging, observer), lastDone: 1)
            hanging.hang(after: number)
            #expect(try tearOff(store) == .done(serial: 2), "operation \(number)")
            #expect(store.answer(1) == .expired && store.answer(3).isLeaf && observer.lastCarriedOut == 2, "operation \(number)")
            hanging.release()
            try attendUntilComplete(store)
            #expect(observer.lastDone == 2, "operation \(number)")
            // What it did late is tidied up after, too.
            #expect(try calendars(disk, Self.replica) == calendars(disk, "/vault/calendar"), "operation \(number)")
        }
    }

    /// As the keeper does twice a minute; the operation that hung may not have come to its end yet.
    private func attendUntilComplete(_ store: CalendarStore) throws {
        for _ in 0..<200 {
            try store.attend()
            if store.isComplete { return }
            OwnProcess.pause(milliseconds: 10)
        }
        Issue.record("it does not come back: \(store.away)")
    }
}

/// A machine on which everything below a directory hangs from some operation on, until it is released.
final class HangingFileSystem: ForwardingFileSystem {
    let base: any FileSystem
    private let directory: String
    private let left = Atomic(Int.max)
    private let count = Atomic(0)

    init(_ base: any FileSystem, below directory: String) {
        self.base = base
        self.directory = directory
    }

    /// How many operations there were since it was told when to hang.
    var operations: Int { count.load(ordering: .relaxed) }

    /// Hangs, after so many more operations.
    func hang(after number: Int = 0) {
        count.store(0, ordering: .relaxed)
        left.store(number, ordering: .releasing)
    }

    func release() { left.store(.max, ordering: .releasing) }

    private func pass(_ path: String) {
        guard path == directory || path.hasPrefix("\(directory)/") else { return }
        let number = count.add(1, ordering: .relaxed).oldValue
        while number >= left.load(ordering: .acquiring) { OwnProcess.pause(milliseconds: 1) }
    }

    func list(_ path: String) throws(FileError) -> [String] {
        pass(path)
        return try base.list(path)
    }

    func status(_ path: String) throws(FileError) -> FileStatus? {
        pass(path)
        return try base.status(path)
    }

    func create(_ path: String, mode: UInt32) throws(FileError) -> any File {
        pass(path)
        return try base.create(path, mode: mode)
    }

    func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        pass(path)
        return try base.open(path, for: mode)
    }

    func rename(_ from: String, to: String) throws(FileError) {
        pass(from)
        try base.rename(from, to: to)
    }

    func remove(_ path: String) throws(FileError) {
        pass(path)
        try base.remove(path)
    }

    func synchronizeDirectory(_ path: String) throws(FileError) {
        pass(path)
        try base.synchronizeDirectory(path)
    }
}
