import KeyCalendar
import Records
import System
import Testing

/// A second cell on a device that is away, a replica that is: acts go on, are not done, and are done by themselves once it is back.
@Suite struct ACellMayBeAwayTests {
    static let replica = "/replica"

    private func made(replicas: [String] = []) throws -> MemoryFileSystem {
        let disk = try Sample.emptyDisk()
        for (index, path) in replicas.enumerated() { try ReplicaDirectory(path, number: index + 1, in: disk).make(for: Sample.vault) }
        _ = try Sample.create(Sample.place(disk, cells: Sample.twoCells, replicas: replicas))
        return disk
    }

    private func tearOff(_ store: CalendarStore, _ number: Int = 2) throws -> ActOutcome {
        try store.tearOff(before: Sample.day(number), today: Sample.day(number), now: Sample.mark(days: UInt64(number)))
    }

    @Test(arguments: AwayFileSystem.Kind.allCases)
    func `acts go on without it, are incomplete, and are done when it is back`(_ kind: AwayFileSystem.Kind) throws {
        let disk = try made()
        let before = try Image(of: disk)
        let observer = TestObserver()
        var carriedOut: UInt64 = 0
        do {
            let away = AwayFileSystem(disk, without: "/cells/two", kind: kind)
            let store = try Sample.open(Sample.place(away, cells: Sample.twoCells, observer: observer), lastDone: 1, lastCarriedOut: 1)
            #expect(store.status().away.map(\.label) == ["cell 2"] && !store.isComplete)
            #expect(store.status().warnings.contains { $0.hasPrefix("cell 2 is away") })
            #expect(try tearOff(store) == .done(serial: 2))
            #expect(try store.ensurePages([Sample.day(9)], today: Sample.day(2)) == .done(serial: 3))
            #expect(observer.done.isEmpty && observer.incomplete.map(\.serial) == [2, 3])
            #expect(observer.incomplete.allSatisfy { $0.away.map(\.label) == ["cell 2"] && $0.cells.map(\.label) == ["cell 1"] })
            #expect(store.answer(1) == .expired && store.answer(9).isLeaf)
            carriedOut = observer.lastCarriedOut
        }
        // Nothing at all was written where its device may not be, and its last calendar is kept.
        let after = try Image(of: disk)
        #expect(after.files.filter { $0.key.hasPrefix("/cells/two/") } == before.files.filter { $0.key.hasPrefix("/cells/two/") })
        #expect(after.calendars.isSuperset(of: before.calendars))
        // The intermediate calendar opens nothing for anybody, and is gone.
        #expect(try disk.list("/vault/calendar").count == 2)
        let store = try Sample.open(
            Sample.place(disk, cells: Sample.twoCells, observer: observer), lastDone: 1, lastCarriedOut: carriedOut)
        #expect(observer.lastDone == 3 && store.isComplete && store.status().away.isEmpty)
        try requireTogether(disk, serial: 3)
        #expect(try Image(of: disk).calendars.isDisjoint(with: before.calendars))
    }

    @Test(arguments: AwayFileSystem.Kind.allCases)
    func `it goes and comes back while the store is open`(_ kind: AwayFileSystem.Kind) throws {
        let disk = try made()
        let switching = SwitchingFileSystem(disk, AwayFileSystem(disk, without: "/cells/two", kind: kind))
        let observer = TestObserver()
        let store = try Sample.open(Sample.place(switching, cells: Sample.twoCells, observer: observer), lastDone: 1)
        switching.isAway = true
        #expect(try tearOff(store) == .done(serial: 2))
        #expect(observer.done.isEmpty && observer.incomplete.map(\.serial) == [2] && store.away.map(\.label) == ["cell 2"])
        switching.isAway = false
        // By itself: nothing is asked of it.
        try store.attend()
        #expect(store.isComplete && observer.lastDone == 2)
        try requireTogether(disk, serial: 2)
        // Its lock is held again.
        #expect(code { _ = try Sample.open(Sample.place(disk, cells: ["/cells/two"])) } == .busy)
        #expect(try store.ensurePages([Sample.day(9)], today: Sample.day(2)) == .done(serial: 3))
        #expect(observer.done.map(\.serial).last == 3)
    }

    @Test func `a device that dies in the middle of an act stops nothing`() throws {
        let counter = FaultyFileSystem(try made())
        _ = try tearOff(try Sample.open(Sample.place(counter, cells: Sample.twoCells)))
        for number in 0..<counter.operationCount {
            let disk = try made()
            let dying = SwitchingFileSystem(disk, AwayFileSystem(disk, without: "/cells/two", kind: .brokenDevice), after: number)
            let observer = TestObserver()
            let place = Sample.place(dying, cells: Sample.twoCells, observer: observer)
            // Where it dies while the store is opened, that is said, and the next start goes without it.
            let store = try (try? Sample.open(place, lastDone: 1)) ?? Sample.open(place, lastDone: 1)
            #expect(store.answer(3).isLeaf)
            #expect(throws: Never.self, "operation \(number)") { try tearOff(store) }
            #expect(store.answer(1) == .expired && store.serial == 2, "operation \(number)")
            #expect(observer.lastCarriedOut == 2 || observer.lastDone == 2)
        }
    }

    @Test func `a cell that is behind is not used alone, nor one that another keeper went on with`() throws {
        let disk = try made()
        do {
            let store = try Sample.open(Sample.place(AwayFileSystem(disk, without: "/cells/two"), cells: Sample.twoCells), lastDone: 1)
            _ = try tearOff(store)
        }
        let two = Sample.place(AwayFileSystem(disk, without: "/cells/one"), cells: Sample.twoCells)
        #expect(code { _ = try Sample.open(two, lastDone: 1, lastCarriedOut: 2) } == .behindLedger)
        #expect(code { _ = try Sample.open(two, lastDone: 2) } == .behindLedger)
        // What only a person may decide: that the other is lost.
        #expect(try Sample.open(two, lastDone: 1).answer(1).isLeaf)
    }

    @Test func `one that was changed apart, or is another vault's, is not taken back`() throws {
        let disk = try made()
        let switching = SwitchingFileSystem(disk, AwayFileSystem(disk, without: "/cells/two"))
        let store = try Sample.open(Sample.place(switching, cells: Sample.twoCells))
        switching.isAway = true
        _ = try tearOff(store)
        // Somebody went on with the second cell, further than this store did.
        do {
            let other = try Sample.open(Sample.place(disk, cells: ["/cells/two"]))
            for number in 20..<24 { _ = try other.ensurePages([Sample.day(number)], today: Sample.today) }
        }
        let theirs = try CellState(disk, "/cells/two").values
        switching.isAway = false
        try store.attend()
        #expect(store.away.map(\.label) == ["cell 2"] && store.away[0].reason.contains("changed apart"))
        #expect(try CellState(disk, "/cells/two").values == theirs)
        // It goes on all the same.
        #expect(try store.ensurePages([Sample.day(9)], today: Sample.day(2)) == .done(serial: 3))
    }

    @Test func `two cells in each other's places are the same two cells`() throws {
        let disk = try made()
        let store = try Sample.open(Sample.place(disk, cells: Sample.twoCells.reversed()), lastDone: 1)
        #expect(try tearOff(store) == .done(serial: 2) && store.isComplete)
        try requireTogether(disk, serial: 2)
    }

    @Test func `a cell that is not named is away`() throws {
        let disk = try made()
        let observer = TestObserver()
        do {
            let store = try Sample.open(Sample.place(disk, observer: observer, knownCells: 2), lastDone: 1)
            #expect(store.away.count == 1 && store.away[0].label.contains("not named"))
            _ = try tearOff(store)
            #expect(observer.incomplete.map(\.serial) == [2] && observer.done.isEmpty)
        }
        let store = try Sample.open(
            Sample.place(disk, cells: Sample.twoCells, observer: observer, knownCells: 2), lastDone: 1, lastCarriedOut: 2)
        #expect(store.isComplete && observer.lastDone == 2)
        try requireTogether(disk, serial: 2)
    }

    @Test func `a clone of a cell that is behind catches up, and alone it is refused`() throws {
        let disk = try made()
        let clone = try Image(of: disk)
        _ = try tearOff(try Sample.open(Sample.place(disk, cells: Sample.twoCells)))
        for (path, bytes) in clone.files where path.hasPrefix("/cells/two/") {
            try disk.replaceDurably(path, bytes.rawSpan, mode: 0o600)
        }
        #expect(code { _ = try Sample.open(Sample.place(disk, cells: ["/cells/two"]), lastDone: 2) } == .behindLedger)
        _ = try Sample.open(Sample.place(disk, cells: Sample.twoCells), lastDone: 2)
        try requireTogether(disk, serial: 2)
    }

    @Test func `a replica has the calendar before any old value is gone, and catches up`() throws {
        let disk = try made(replicas: [Self.replica])
        #expect(try disk.list(Self.replica).filter(CalendarFile.isName) == disk.list("/vault/calendar"))
        let switching = SwitchingFileSystem(disk, AwayFileSystem(disk, without: Self.replica))
        let observer = TestObserver()
        let store = try Sample.open(
            Sample.place(switching, cells: Sample.twoCells, observer: observer, replicas: [Self.replica]), lastDone: 1)
        switching.isAway = true
        _ = try tearOff(store)
        #expect(observer.incomplete.map(\.serial) == [2] && store.away.map(\.label) == ["replica 1"])
        switching.isAway = false
        try store.attend()
        #expect(observer.lastDone == 2 && store.isComplete)
        #expect(try disk.list(Self.replica).filter(CalendarFile.isName) == disk.list("/vault/calendar"))
    }

    @Test func `what lies in a replica alone opens the cells`() throws {
        let disk = try made(replicas: [Self.replica])
        for folder in ["/vault/calendar"] + Sample.twoCells {
            for name in try disk.list(folder) where CalendarFile.isName(name) { try disk.remove("\(folder)/\(name)") }
        }
        #expect(code { _ = try Sample.open(Sample.place(disk, cells: Sample.twoCells)) } == .calendarMissing)
        #expect(try Sample.open(Sample.place(disk, cells: Sample.twoCells, replicas: [Self.replica])).answer(1).isLeaf)
    }

    @Test func `a replica whose files cannot be read keeps nobody from opening what the cells open`() throws {
        let disk = try made(replicas: [Self.replica])
        // It is beside the cells alone, and in the replica, of which nothing but the marker can be read.
        for name in try disk.list("/vault/calendar") { try disk.remove("/vault/calendar/\(name)") }
        let switching = SwitchingFileSystem(disk, UnreadableCalendars(base: disk, directory: Self.replica))
        switching.isAway = true
        let observer = TestObserver()
        let place = Sample.place(switching, cells: Sample.twoCells, observer: observer, replicas: [Self.replica])
        let inspection = try CellInspection(
            of: Sample.twoCells, folders: ["/vault/calendar"], replicas: [ReplicaDirectory(Self.replica, number: 1, in: switching)],
            vault: Sample.vault, lastDone: 1, in: switching)
        #expect(inspection.calendar.serial == 1)
        let store = try Sample.open(place, lastDone: 1)
        #expect(store.answer(3).isLeaf && store.away.map(\.label) == ["replica 1"])
        #expect(try tearOff(store) == .done(serial: 2) && observer.incomplete.map(\.serial) == [2])
        switching.isAway = false
        try store.attend()
        #expect(store.isComplete && observer.lastDone == 2)
        #expect(try disk.list(Self.replica).filter(CalendarFile.isName) == disk.list("/vault/calendar"))
    }

    @Test func `what lies in a replica alone that cannot be read is missing, and the replica is named as a reason`() throws {
        let disk = try made(replicas: [Self.replica])
        for folder in ["/vault/calendar"] + Sample.twoCells {
            for name in try disk.list(folder) where CalendarFile.isName(name) { try disk.remove("\(folder)/\(name)") }
        }
        let unreadable = UnreadableCalendars(base: disk, directory: Self.replica)
        let before = try Image(of: disk)
        let failure = #expect(throws: KeyCalendarError.self) {
            try Sample.open(Sample.place(unreadable, cells: Sample.twoCells, replicas: [Self.replica]))
        }
        #expect(failure?.code == .calendarMissing && failure?.message.contains("1 replica(s) could not be read") == true)
        #expect(try Image(of: disk).files.filter { !$0.key.hasSuffix("/lock") } == before.files.filter { !$0.key.hasSuffix("/lock") })
    }

    @Test func `a replica of another vault, or a directory without its marker, gets nothing`() throws {
        let disk = try made()
        try ReplicaDirectory("/theirs", number: 1, in: disk).make(for: Sample.otherVault)
        try disk.createDirectory("/mount", mode: 0o700)
        let store = try Sample.open(Sample.place(disk, cells: Sample.twoCells, replicas: ["/theirs", "/mount"]))
        #expect(store.away.map(\.label) == ["replica 1", "replica 2"])
        _ = try tearOff(store)
        #expect(try disk.list("/theirs") == ["replica"] && disk.list("/mount").isEmpty)
        #expect(code { try ReplicaDirectory("/theirs", number: 1, in: disk).make(for: Sample.vault) } == .exists)
    }

    @Test func `a further cell is made, counts from before it holds anything, and opens the same`() throws {
        let disk = try made()
        let store = try Sample.open(Sample.place(disk, cells: Sample.twoCells))
        var told: [(Bool, Int)] = []
        try store.addCell(at: "/cells/three") { isDone, cells, _ throws(KeyCalendarError) in
            #expect(((try? disk.status("/cells/three/cell")) ?? nil) == nil || isDone)
            told.append((isDone, cells.count))
        }
        #expect(told.map(\.0) == [false, true] && told.map(\.1) == [3, 3])
        #expect(code { try store.addCell(at: "/cells/three") { _, _, _ in } } == .exists)
        #expect(code { try store.addCell(at: "/vault/cell") { _, _, _ in } } == .outOfBounds)
        try disk.createDirectory("/cells/full", mode: 0o700)
        try disk.writeDurably("/cells/full/photo.jpg", [1].rawSpan, mode: 0o600)
        #expect(code { try store.addCell(at: "/cells/full") { _, _, _ in } } == .exists)
        _ = try tearOff(store)
        let states = try (Sample.twoCells + ["/cells/three"]).map { try CellState(disk, $0) }
        #expect(states.allSatisfy { $0.serials == [2] && $0.values == states[0].values })
    }

    private func requireTogether(_ disk: MemoryFileSystem, serial: UInt64) throws {
        let states = try Sample.twoCells.map { try CellState(disk, $0) }
        #expect(states.allSatisfy { $0.serials == [serial] && $0.values == states[0].values })
        #expect(try Image(of: disk).calendars.count == 1)
    }
}
