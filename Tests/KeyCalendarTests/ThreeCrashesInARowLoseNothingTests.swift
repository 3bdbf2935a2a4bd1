import Foundation
import KeyCalendar
import Records
import System
import Testing

/// The machine stops in an act, then in the recovery, then in the recovery of that: nothing is lost and nothing comes back.
@Suite struct ThreeCrashesInARowLoseNothingTests {
    /// How many of the remains of each crash are interrupted again, chosen by chance; `CRASH_CHAINS` sets it. From 40 on every one is, with one
    /// cell; the seed repeats what was chosen.
    private static let chains = ProcessInfo.processInfo.environment["CRASH_CHAINS"].flatMap { Int($0) } ?? 4

    @Test(arguments: Scenario.all) func `in every act`(_ scenario: Scenario) throws {
        let judge = try Judge(scenario)
        let chain = Chain(
            start: .init(image: judge.setup, lastDone: 0, lastCarriedOut: 0, cells: 0), observer: { judge.observer($0) },
            run: { fileSystem, left, observer in
                let place = scenario.place(fileSystem, seed: 3, observer)
                let store = try scenario.reopen(place, lastDone: left.lastDone)
                try scenario.perform(store)
            },
            judge: { left, comment in
                try judge.requireWhole(Remains(image: left.image, lastDone: left.lastDone), seed: 4, comment)
            })
        let seed = UInt64.random(in: .min ... .max)
        try chain.tryAll(
            scenario.testDescription, seed: seed, mostAtOnce: scenario.cells.count == 1 && Self.chains >= 40 ? nil : Self.chains)
    }

    @Test(arguments: AwayScenario.all) func `and with a cell that goes away and comes back`(_ scenario: AwayScenario) throws {
        let chain = try scenario.chain()
        try chain.tryAll("\(scenario)", seed: UInt64.random(in: .min ... .max), mostAtOnce: Self.chains)
    }
}

/// Crashes of crashes.
struct Chain {
    /// What a crash left, and what was recorded by then.
    struct Left: Hashable {
        var image: Image
        var lastDone: UInt64
        var lastCarriedOut: UInt64
        /// How many cells were recorded that there are.
        var cells: Int
    }

    let start: Left
    let observer: (MemoryFileSystem) -> TestObserver
    /// Opens what is left, finishes what was begun, and does the act.
    let run: (any FileSystem, Left, TestObserver) throws -> Void
    let judge: (Left, Comment) throws -> Void

    private static let policies: [MemoryFileSystem.CrashPolicy] = [.nothingUnsynced, .everything, .seeded(1), .seeded(2), .seeded(3)]

    /// Interrupts at every operation that changes anything, in every way, three times in a row; of more than `mostAtOnce` different remains chance
    /// chooses those that are interrupted again.
    func tryAll(_ name: String, seed: UInt64, mostAtOnce: Int?) throws {
        var dice = SplitMix(seed: seed)
        var (frontier, seen, crashes, isExhaustive) = ([start], Set<Left>(), [Int](), true)
        for level in 1...3 {
            var next: [Left] = []
            crashes.append(0)
            for left in frontier {
                let counter = FaultyFileSystem(try left.image.disk())
                try? run(counter, left, TestObserver())
                let log = counter.log
                for number in log.indices where ACrashAtAnyPointLosesNothingTests.changes(log[number]) {
                    for (moment, policy) in choices(level, &dice) {
                        let found = try crash(left, at: number, moment, policy)
                        crashes[level - 1] += 1
                        guard seen.insert(found).inserted else { continue }
                        try judge(found, "\(name), seed \(seed): crash \(level) \(moment) operation \(log[number]), \(policy)")
                        next.append(found)
                    }
                }
            }
            if let mostAtOnce, next.count > mostAtOnce {
                isExhaustive = isExhaustive && level == 3
                next.shuffle(using: &dice)
                next = Array(next.prefix(mostAtOnce))
            }
            frontier = next
        }
        print(
            "\(name): \(crashes.map(String.init).joined(separator: " + ")) crashes in a first, second and third place, "
                + "\(seen.count) different remains, each whole; "
                + (isExhaustive ? "every operation of every one" : "chosen by seed \(seed)"))
        #expect(seen.count > 10)
    }

    /// At first every way to stop; then, for each operation, one of each that chance chooses.
    private func choices(_ level: Int, _ dice: inout SplitMix) -> [(FaultyFileSystem.Moment, MemoryFileSystem.CrashPolicy)] {
        let moments: [FaultyFileSystem.Moment] = [.during, .after]
        guard level == 1 else {
            return [(moments[dice.below(2)], Self.policies[dice.below(2)]), (moments[dice.below(2)], .seeded(dice.next()))]
        }
        return moments.flatMap { moment in Self.policies.map { (moment, $0) } }
    }

    private func crash(
        _ left: Left, at number: Int, _ moment: FaultyFileSystem.Moment, _ policy: MemoryFileSystem.CrashPolicy
    ) throws -> Left {
        let disk = try left.image.disk()
        let observer = observer(disk)
        let faulty = FaultyFileSystem(disk, fault: .crashes(moment), at: number)
        try? run(faulty, left, observer)
        disk.crash(policy)
        return Left(
            image: try Image(of: disk), lastDone: max(left.lastDone, observer.lastDone),
            lastCarriedOut: max(left.lastCarriedOut, observer.lastCarriedOut), cells: max(left.cells, observer.cells))
    }
}

/// What is interrupted where there is a second cell and a replica, of which one may be away.
struct AwayScenario: CustomStringConvertible, Sendable {
    enum Act: String, CaseIterable, Sendable {
        /// A day is torn off while the second cell is away; the interruptions find it away, too, and it comes back at last.
        case withoutTheCell = "a sweep without the second cell"
        /// The same, and every recovery finds it there again.
        case cellComesBack = "a sweep after which the second cell is back"
        /// It comes back, and catches up.
        case catchUp = "the second cell catching up"
        /// The same of the replica.
        case replica = "the replica catching up"
        /// A second cell joins the only one.
        case join = "a second cell joining"
    }

    let act: Act
    static let all = Act.allCases.map { AwayScenario(act: $0) }
    private static let replica = "/replica"

    var description: String { act.rawValue }

    private var cells: [String] { Sample.twoCells }

    /// What is drawn in the beginning and what is drawn later are different, or old values would be found where they are not.
    private func place(_ fileSystem: any FileSystem, _ observer: TestObserver, cells: [String], seed: UInt64 = 7, known: Int = 0)
        -> StorePlace
    {
        StorePlace(
            vault: Sample.vault, cells: cells, layout: Sample.layout, fileSystem: fileSystem, random: RecordingRandom(seed: seed),
            observer: observer, examine: { _ in CellAssurance(.l1, "a test") }, knownCells: known, replicas: [Self.replica])
    }

    private func perform(_ store: CalendarStore, _ observer: TestObserver) throws {
        if act == .join {
            if !store.isComplete || store.status().cells.count == 1 {
                try store.addCell(at: cells[1]) { _, cells, away throws(KeyCalendarError) in
                    observer.cells = cells.count + away
                    #expect(observer.cells == 2)
                }
            }
        } else {
            _ = try store.tearOff(before: Sample.day(2), today: Sample.day(2), now: Sample.mark(days: 2))
        }
    }

    private func open(_ fileSystem: any FileSystem, _ left: Chain.Left, _ observer: TestObserver) throws -> CalendarStore {
        // Whoever starts the keeper again may or may not name the cell that was begun.
        let named = act == .join && (left.cells < 2 || left.image.files.count % 2 == 0) ? [cells[0]] : cells
        return try Sample.open(
            place(fileSystem, observer, cells: named, known: left.cells), lastDone: left.lastDone, lastCarriedOut: left.lastCarriedOut)
    }

    /// The vault before what is interrupted, and the file system that it is interrupted on.
    func chain() throws -> Chain {
        let disk = try Sample.emptyDisk()
        try ReplicaDirectory(Self.replica, number: 1, in: disk).make(for: Sample.vault)
        let observer = TestObserver()
        _ = try Sample.create(place(disk, observer, cells: act == .join ? [cells[0]] : cells, seed: 1))
        let old = try CellState(disk, cells[0]).values
        let hidden = act == .replica ? Self.replica : cells[1]
        if act == .catchUp || act == .replica {
            let away = AwayFileSystem(disk, without: hidden)
            let store = try Sample.open(place(away, observer, cells: cells), lastDone: 1, lastCarriedOut: 1)
            try perform(store, observer)
            #expect(observer.incomplete.count == 1)
        }
        let start = Chain.Left(image: try Image(of: disk), lastDone: 1, lastCarriedOut: observer.lastCarriedOut, cells: 1)
        let leaves = try [2, 3, 4].map { day in try open(start.image.disk(), start, TestObserver()).answer(day) }
        return Chain(
            start: start, observer: { self.observer($0, old) },
            run: { fileSystem, left, observer in
                let isAway = act == .withoutTheCell || (act == .cellComesBack && left == start)
                let fileSystem: any FileSystem = isAway ? AwayFileSystem(fileSystem, without: hidden) : fileSystem
                try perform(open(fileSystem, left, observer), observer)
            },
            judge: { left, comment in try require(left, leaves, old, comment) })
    }

    /// What is told as done is so in every cell, be it away or not.
    private func observer(_ disk: MemoryFileSystem, _ old: [[UInt8]]) -> TestObserver {
        let observer = TestObserver()
        observer.whenDone = { serial in
            guard serial == 2 else { return }
            for cell in cells {
                let state = try? CellState(disk, cell)
                #expect(state?.serials == [2] && state?.values != old, "done was recorded, and a cell is behind")
            }
            #expect((try? disk.list(Self.replica).filter(CalendarFile.isName).count) ?? 0 > 0)
        }
        return observer
    }

    private func require(_ left: Chain.Left, _ leaves: [Answer], _ old: [[UInt8]], _ comment: Comment) throws {
        let disk = try left.image.disk()
        // Before an old value goes, the replica has what replaces it, unless it is away.
        if act != .replica, act != .join, let state = try? CellState(disk, cells[0]), !state.values.contains(old[0]) {
            #expect(try disk.list(Self.replica).contains(CalendarFile.name(under: secret(state.values[0]))), comment)
        }
        let observer = observer(disk, old)
        do {
            let store = try open(disk, left, observer)
            #expect([2, 3, 4].map { store.answer($0) } == leaves, comment)
            try perform(store, observer)
            #expect([2, 3, 4].map { store.answer($0) } == leaves, comment)
            #expect(store.isComplete && store.status().unfinished == nil, comment)
            #expect(act == .join ? store.answer(1).isLeaf : store.answer(1) == .expired, comment)
        }
        #expect(act == .join || max(left.lastDone, observer.lastDone) == 2, comment)
        let states = try cells.map { try CellState(disk, $0) }
        #expect(states.allSatisfy { $0.serials == [act == .join ? 1 : 2] && $0.values == states[0].values }, comment)
        let image = try Image(of: disk)
        #expect(image.calendars.count == 1, comment)
        let names = image.files.keys.map { DiskFileSystem.name(of: $0) }
        #expect(!names.contains("intent") && !names.contains("cell.new") && !names.contains { $0.hasPrefix(".tmp-") }, comment)
        if act != .join {
            #expect(!image.files.values.contains { $0.count == 2 * CellSlot.sizeBytes && occurs(old[0], in: $0) }, comment)
        }
    }
}
