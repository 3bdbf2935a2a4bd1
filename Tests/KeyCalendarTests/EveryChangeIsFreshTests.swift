import KeyCalendar
import Records
import Sodium
import System
import Testing

@Suite struct EveryChangeIsFreshTests {
    /// A vault that goes through every kind of act, with an image of everything after each.
    private func history(cells: [String]) throws -> (random: RecordingRandom, images: [Image], values: [[UInt8]], disk: MemoryFileSystem) {
        let disk = try Sample.emptyDisk()
        let random = RecordingRandom(seed: 77)
        let store = try Sample.create(Sample.place(disk, cells: cells, random: random))
        var images: [Image] = []
        var values: [[UInt8]] = []
        func look() throws {
            images.append(try Image(of: disk))
            let found = try cells.map { try CellState(disk, $0).values }
            #expect(found.allSatisfy { $0.count == 1 && $0 == found[0] })
            values.append(found[0][0])
        }
        try look()
        _ = try store.ensurePages(Sample.days(0..<9), today: Sample.today)
        try look()
        _ = try store.erase(Sample.conversation(1), day: Sample.day(4), authority: Sample.authority(1))
        try look()
        _ = try store.perform(CalendarAct(.hold, [.keep(Sample.conversation(2), day: Sample.day(1), until: Sample.day(8), .held)]))
        try look()
        _ = try store.tearOff(before: Sample.day(2), today: Sample.day(2), now: Sample.mark(days: 2))
        try look()
        _ = try store.spend([SpentRequest(Sample.request(9), until: Sample.day(9))], approvals: [])
        try look()
        _ = try store.perform(CalendarAct(.release, [.release(Sample.conversation(2), day: Sample.day(1), .held)]))
        try look()
        _ = try store.tearOff(before: Sample.day(3), today: Sample.day(3), now: Sample.mark(days: 3))
        try look()
        return (random, images, values, disk)
    }

    @Test(arguments: [Sample.oneCell, Sample.twoCells]) func everyActDrawsANewValue(_ cells: [String]) throws {
        let history = try history(cells: cells)
        #expect(history.values.count == 8 && Set(history.values).count == 8)
        // Each from one draw of exactly 32 bytes, and nothing was drawn twice.
        let keys = history.random.keys
        #expect(Set(keys).count == keys.count)
        #expect(Set(history.values).isSubset(of: keys))
        // 5 pages at first, 4 later, 8 values: every other draw has another length.
        #expect(keys.count == 9 + 8)
        #expect(Set(history.random.drawn).count == history.random.drawn.count)
    }

    @Test(arguments: [Sample.oneCell, Sample.twoCells]) func noEarlierCalendarOpensAnyMore(_ cells: [String]) throws {
        let history = try history(cells: cells)
        let everKept = history.images.reduce(into: Set<[UInt8]>()) { $0.formUnion($1.calendars) }
        #expect(everKept.count == 8)
        for (number, value) in history.values.enumerated() {
            let opened = everKept.filter { file in (try? PlainCalendar.content(of: file, under: value)) != nil }
            #expect(opened.count == 1 && history.images[number].calendars == opened, "value \(number + 1)")
        }
    }

    @Test(arguments: [Sample.oneCell, Sample.twoCells]) func noEarlierValueIsLeftAnywhere(_ cells: [String]) throws {
        let history = try history(cells: cells)
        for (number, image) in history.images.enumerated() {
            for (other, value) in history.values.enumerated() {
                #expect(image.holds(value) == (other == number), "value \(other + 1) after act \(number + 1)")
            }
            // No page lies in the clear, and no calendar but the one in force lies at all.
            for key in history.random.keys where !history.values.contains(key) { #expect(!image.holds(key)) }
            #expect(image.calendars.count == 1)
            #expect(image.files.keys.filter { $0.hasSuffix(".calendar") }.count == 1 + cells.count)
        }
        // Nor in what the disk keeps of removed files or of its cache.
        for value in history.values.dropLast() {
            #expect(!history.disk.everyContents.contains { occurs(value, in: $0) })
        }
    }

    @Test(arguments: [Sample.oneCell, Sample.twoCells]) func tornOffAndErasedKeysAreNotInTheCalendar(_ cells: [String]) throws {
        let history = try history(cells: cells)
        let file = try #require(history.images.last?.calendars.first)
        let content = try PlainCalendar.content(of: file, under: try #require(history.values.last))
        let pages = history.random.keys.filter { !history.values.contains($0) }
        // Pages 0 to 4 were drawn first, then 5 to 8; 0, 1 and 2 are torn off, 4 is punctured.
        for (number, page) in pages.enumerated() {
            #expect(occurs(page, in: content) == ([3, 5, 6, 7, 8].contains(number)), "page \(number)")
        }
        let erased = PlainTree.way(to: Sample.conversation(1).path, from: pages[4])
        let released = PlainTree.way(to: Sample.conversation(2).path, from: pages[1])
        for key in erased + released { #expect(!occurs(key, in: content)) }
    }
}
