import KeyCalendar
import Records
import Sodium
import System
import Testing

/// One act on one vault, to be interrupted in every way.
struct Scenario: CustomTestStringConvertible, Sendable {
    enum Act: String, CaseIterable, Sendable { case create, ensurePages, tearOff, erase, hold, release }

    let act: Act
    let cells: [String]

    static let all = Act.allCases.flatMap { act in [Sample.oneCell, Sample.twoCells].map { Scenario(act: act, cells: $0) } }

    var testDescription: String { "\(act.rawValue) with \(cells.count == 1 ? "one cell" : "two cells")" }

    /// The serial numbers before and after the act; there is nothing before the first.
    var serials: (before: UInt64, after: UInt64) { act == .create ? (0, 1) : (2, 3) }

    /// The days whose leaves must never change, whatever happens.
    var liveDays: Range<Int> {
        switch act {
        case .create: 0..<0
        case .tearOff: 2..<6
        case .ensurePages, .erase, .hold: 0..<6
        case .release: 0..<5
        }
    }

    /// The days that have a page when the act is done.
    var finalDays: [Int] {
        switch act {
        case .create: Array(0..<5)
        case .ensurePages: Array(0..<8) + [365]
        case .tearOff, .erase, .hold, .release: Array(liveDays)
        }
    }

    /// The conversation that is erased, held or released, on day 1; another one's leaves must not change by it.
    static let subject = Sample.conversation(2)

    /// The vault before the act.
    func setup() throws -> Image {
        let disk = try Sample.emptyDisk()
        if act != .create {
            let store = try Sample.create(place(disk, seed: 1, TestObserver()))
            if act == .release {
                try hold(store)
            } else {
                _ = try store.ensurePages([Sample.day(5)], today: Sample.today)
            }
        }
        return try Image(of: disk)
    }

    func place(_ disk: any FileSystem, seed: UInt64, _ observer: TestObserver) -> StorePlace {
        // The place of a cell in memory cannot be examined; the real examination would read the machine's files each time.
        StorePlace(
            vault: Sample.vault, cells: cells, layout: Sample.layout, fileSystem: disk, random: RecordingRandom(seed: seed),
            observer: observer, examine: { _ in CellAssurance(.l1, "a test") })
    }

    /// Opens the vault, or makes it, and does the act.
    func run(_ place: StorePlace, lastDone: UInt64) throws -> CalendarStore {
        guard act != .create else { return try Sample.create(place) }
        let store = try Sample.open(place, lastDone: lastDone)
        try perform(store)
        return store
    }

    func perform(_ store: CalendarStore) throws {
        switch act {
        case .create: break
        case .ensurePages: _ = try store.ensurePages(Sample.days(0..<8) + [Sample.day(365)], today: Sample.today)
        case .tearOff: _ = try store.tearOff(before: Sample.day(2), today: Sample.day(2), now: Sample.mark(days: 2))
        case .erase: _ = try store.erase(Self.subject, day: Sample.day(1), authority: Sample.authority(9))
        case .hold: try hold(store)
        case .release:
            _ = try store.change(.release, [.release(Self.subject, day: Sample.day(1), .held)], authority: Sample.authority(9))
        }
    }

    private func hold(_ store: CalendarStore) throws {
        let keep = CalendarChange.keep(Self.subject, day: Sample.day(1), until: Sample.day(4), .held)
        _ = try store.change(.hold, [keep], authority: Sample.authority(8))
    }

    /// What the act changes, and nothing else does: of a hold, whether the subject opens when its own day is over.
    func effect(on store: CalendarStore) -> Answer {
        switch act {
        case .create, .ensurePages: .noPage
        case .tearOff: store.answer(1)
        case .erase: store.answer(1, Self.subject)
        case .hold, .release: store.answer(1, Self.subject, today: Sample.day(3))
        }
    }

    /// The effect when the act is done, in the vault before which `store` has.
    func finalEffect(before store: CalendarStore) -> Answer {
        switch act {
        case .create, .ensurePages: .noPage
        case .tearOff, .release: .expired
        case .erase: .erased
        case .hold: store.answer(1, Self.subject)
        }
    }

    /// Opens what an interruption left: where a vault was being made and there is no cell yet, it is made again.
    func reopen(_ place: StorePlace, lastDone: UInt64) throws -> CalendarStore {
        do {
            return try Sample.open(place, lastDone: lastDone)
        } catch let error as KeyCalendarError where act == .create && error.code == .cellMissing {
            return try Sample.create(place)
        }
    }

    func leaves(_ store: CalendarStore) -> [Int: Answer] {
        Dictionary(uniqueKeysWithValues: liveDays.map { ($0, store.answer($0)) })
    }
}

/// What an act's interruption left, and the last act that was reported as done by then.
struct Remains: Hashable {
    let image: Image
    let lastDone: UInt64
}

/// What an act's interruption is judged by.
final class Judge {
    let scenario: Scenario
    let setup: Image
    let leaves: [Int: Answer]
    /// What the act changes, before and after it.
    let effects: (before: Answer, after: Answer)
    /// The cell value before the act.
    let oldValues: [[UInt8]]
    /// What was judged already.
    private(set) var judged: Set<Remains> = []

    init(_ scenario: Scenario) throws {
        self.scenario = scenario
        setup = try scenario.setup()
        guard scenario.act != .create else {
            (leaves, oldValues, effects) = ([:], [], (.noPage, .noPage))
            return
        }
        let disk = try setup.disk()
        oldValues = try CellState(disk, scenario.cells[0]).values
        let store = try Sample.open(scenario.place(disk, seed: 2, TestObserver()))
        leaves = scenario.leaves(store)
        effects = (scenario.effect(on: store), scenario.finalEffect(before: store))
        #expect(effects.before != effects.after || scenario.act == .ensurePages)
    }

    /// An observer that looks at every cell when an act is reported as done: it holds one value, and no earlier one is on any device.
    func observer(_ disk: MemoryFileSystem) -> TestObserver {
        let observer = TestObserver()
        observer.whenDone = { [scenario, oldValues] serial in
            for cell in scenario.cells {
                let state = try? CellState(disk, cell)
                #expect(state?.serials == [serial], "done was reported and a cell is not at \(serial)")
            }
            guard serial == scenario.serials.after else { return }
            for contents in disk.everyContents where contents.count == 2 * CellSlot.sizeBytes {
                #expect(!oldValues.contains { Self.lies($0, inCell: contents) }, "done was reported and a slot still holds the old value")
            }
        }
        return observer
    }

    /// Whether no cell of an image holds the old value.
    func isOldValueGone(_ image: Image) -> Bool {
        !image.files.values.contains { file in
            file.count == 2 * CellSlot.sizeBytes && oldValues.contains { Self.lies($0, inCell: file) }
        }
    }

    /// Whether a slot has the value at its place, be it valid or not.
    private static func lies(_ value: [UInt8], inCell contents: [UInt8]) -> Bool {
        (0..<2).contains { contents[($0 * CellSlot.sizeBytes + 24)...].starts(with: value) }
    }

    /// Whether an intent for the act lies beside a cell.
    private func isBegun(_ image: Image) throws -> Bool {
        let keeper = try Sample.keeper().publicKey
        return try scenario.cells.contains { cell in
            guard let text = image.files["\(cell)/intent"] else { return false }
            return try Intent(signedText: text, keeper: keeper).serial == scenario.serials.after
        }
    }

    /// Opens what an interruption left, and requires that nothing was lost and that nothing came back; once for remains that are the same.
    func requireWhole(_ remains: Remains, seed: UInt64, _ comment: Comment) throws {
        guard judged.insert(remains).inserted else { return }
        let (image, lastDone) = (remains.image, remains.lastDone)
        // What was reported as done is so after a crash too.
        #expect(lastDone < scenario.serials.after || isOldValueGone(image), comment)
        let disk = try image.disk()
        let observer = observer(disk)
        do {
            let store = try scenario.reopen(scenario.place(disk, seed: seed, observer), lastDone: lastDone)
            #expect(scenario.leaves(store) == leaves, comment)
            #expect([scenario.serials.before, scenario.serials.after].contains(store.serial), comment)
            #expect(store.status().unfinished == nil, comment)
            // What was begun is carried out without being asked for again.
            if try isBegun(image) { #expect(store.serial == scenario.serials.after, comment) }
            if scenario.act != .create, isOldValueGone(image) { #expect(store.serial == scenario.serials.after, comment) }
            #expect(scenario.effect(on: store) == (store.serial == scenario.serials.after ? effects.after : effects.before), comment)
            // Run again it is done, or was.
            try scenario.perform(store)
            #expect(store.serial == scenario.serials.after && scenario.leaves(store) == leaves, comment)
            #expect(scenario.effect(on: store) == effects.after, comment)
            for day in scenario.finalDays { #expect(store.answer(day).isLeaf, comment) }
        }
        try requireAtRest(try Image(of: disk), comment)
        #expect(max(observer.lastDone, lastDone) == scenario.serials.after, comment)
    }

    /// One calendar, one value, no intent, and nothing that opens an earlier calendar.
    private func requireAtRest(_ image: Image, _ comment: Comment) throws {
        let disk = try image.disk()
        let states = try scenario.cells.map { try CellState(disk, $0) }
        #expect(states.allSatisfy { $0.serials == [scenario.serials.after] && $0.values == states[0].values }, comment)
        #expect(image.calendars.count == 1 && isOldValueGone(image), comment)
        let names = image.files.keys.map { String($0[($0.lastIndex(of: "/") ?? $0.startIndex)...].dropFirst()) }
        #expect(!names.contains("intent") && !names.contains("cell.new") && !names.contains { $0.hasPrefix(".tmp-") }, comment)
        for calendar in setup.calendars {
            #expect((try? PlainCalendar.content(of: calendar, under: states[0].values[0])) == nil, comment)
        }
    }
}
