import KeyCalendar
import Records
import Sodium
import Testing

@Suite struct ACalendarHasOneEncodingTests {
    static let value = [UInt8](repeating: 0xC5, count: 32)

    @Test func whatIsReadIsWrittenAgain() throws {
        let plain = PlainCalendar()
        let calendar = try Calendar(content: secret(plain.bytes))
        let file = CalendarFile.seal(calendar, under: secret(Self.value), random: RecordingRandom(seed: 1))
        #expect(try PlainCalendar.content(of: file, under: Self.value) == plain.bytes)
        let again = try CalendarFile.open(file, under: secret(Self.value))
        #expect(again.serial == 3 && again.vault == Sample.vault && again.highWater == Day(number: 20_000))
        #expect(again.budget.days == 7 && again.budget.mark == TimeMark(boot: Sample.boot, seconds: 86_400))
        #expect(again.pages.map(\.day.number) == [20_000, 20_001] && again.pages.map(\.nodeCount) == [1, 2])
        #expect(
            again.keptLeaves.map(\.day.number) == [19_000, 19_001, 20_400]
                && again.keptLeaves.map(\.until.number) == [20_500, 20_500, 20_000]
        )
        #expect(
            again.spentRequests == [
                SpentRequest(Sample.request(1), until: Day(number: 20_000)), SpentRequest(Sample.request(2), until: Day(number: 20_009)),
            ]
        )
    }

    @Test func anEmptyOneIsTaken() {
        var plain = PlainCalendar()
        (plain.pages, plain.kept, plain.spent) = ([], [], [])
        #expect(plain.isTaken && plain.bytes.count == 66)
    }

    @Test func anActWritesTheSpecifiedBytes() throws {
        let random = RecordingRandom(seed: 5)
        let mark = TimeMark(boot: Sample.boot, seconds: 77)
        let create = try CalendarAct(
            .create,
            [.tearOff(before: Sample.day(0), budget: TimeBudget(full: mark)), .addPages([Sample.day(2), Sample.day(1)])]
        )
        let first = try Calendar.first(vault: Sample.vault, by: create, random: random)
        let act = try CalendarAct(
            .hold,
            [
                .keep(Sample.conversation(1), day: Sample.day(1), until: Sample.day(9), .held),
                .puncture(Sample.conversation(2), day: Sample.day(2)),
                .spend(SpentRequest(Sample.request(3), until: Sample.day(4))),
            ]
        )
        let next = try first.applying(act, random: random)
        let pages = random.keys.map { PlainTree.node(0, 0, key: $0) }
        let leaf = try #require(PlainTree.leaf(Sample.conversation(1).path, in: pages[0]))
        let punctured = try #require(PlainTree.punctured(Sample.conversation(2).path, in: pages[1]))
        var expected = Sample.vault.bytes + littleEndian(UInt64(2), 8) + littleEndian(Sample.today.number, 4) + [7, 0] + Sample.boot.bytes
        expected += littleEndian(UInt64(77), 8) + [2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]
        expected +=
            littleEndian(Sample.day(1).number, 4) + [1, 0] + pages[0] + littleEndian(Sample.day(2).number, 4) + [64, 0] + punctured
        expected +=
            Sample.conversation(1).bytes + littleEndian(Sample.day(1).number, 4) + littleEndian(Sample.day(9).number, 4) + [2] + leaf
        expected += Sample.request(3).bytes + littleEndian(Sample.day(4).number, 4)
        let file = CalendarFile.seal(next, under: secret(Self.value), random: SystemRandom())
        #expect(try PlainCalendar.content(of: file, under: Self.value) == expected)
    }

    @Test func everyTruncationIsRefused() {
        let bytes = PlainCalendar().bytes
        for count in bytes.indices { #expect(!PlainCalendar.isTaken(Array(bytes[..<count])), "cut to \(count)") }
    }

    @Test func trailingBytesAreRefused() {
        var plain = PlainCalendar()
        plain.trailing = [0]
        #expect(!plain.isTaken)
    }

    static let wrong: [(String, @Sendable (inout PlainCalendar) -> Void)] = [
        ("serial zero", { $0.serial = 0 }),
        ("the last serial, which has no next", { $0.serial = .max }),
        ("a budget no writer leaves", { $0.budgetDays = 8 }),
        ("a high-water day after all days", { $0.highWater = Day.last.number + 1 }),
        ("a page torn off already", { $0.pages[0].day = 19_999 }),
        ("a page after all days", { $0.pages[1].day = Day.last.number + 1 }),
        ("a day twice", { $0.pages[1].day = 20_000 }),
        ("days not ascending", { $0.pages.swapAt(0, 1) }),
        ("a page without nodes", { $0.pages[0].nodes = [] }),
        ("nodes not ascending", { $0.pages[1].nodes.swapAt(0, 1) }),
        ("overlapping nodes", { $0.pages[1].nodes[1] = PlainTree.node(64, 1) }),
        ("a node with 65 bits", { $0.pages[0].nodes[0] = PlainTree.node(65, 0) }),
        ("a prefix longer than its bits", { $0.pages[0].nodes[0] = PlainTree.node(0, 1) }),
        ("a kept leaf that ran out", { $0.kept[0].until = 19_999 }),
        ("an unknown class", { $0.kept[0].retention = 4 }),
        ("a kept leaf twice", { $0.kept[1] = $0.kept[0] }),
        ("kept leaves not ascending", { $0.kept.swapAt(0, 2) }),
        ("kept days not ascending", { $0.kept.swapAt(0, 1) }),
        ("a request twice", { $0.spent[1].request = $0.spent[0].request }),
        ("requests not ascending", { $0.spent.swapAt(0, 1) }),
        ("a request that may be forgotten", { $0.spent[0].until = 19_999 }),
        ("more pages than the limit", { $0.pageCount = UInt32(CalendarLimits.pages) + 1 }),
        ("as many pages as can be counted", { $0.pageCount = .max }),
        ("as many kept leaves as can be counted", { $0.keptCount = .max }),
        ("as many requests as can be counted", { $0.spentCount = .max }),
        ("one page too few", { $0.pageCount = 1 }),
        ("one page too many", { $0.pageCount = 3 }),
    ]

    @Test(arguments: wrong.indices) func andEverythingElseIsRefused(_ index: Int) {
        var plain = PlainCalendar()
        #expect(plain.isTaken)
        Self.wrong[index].1(&plain)
        #expect(!plain.isTaken, "\(Self.wrong[index].0)")
    }
}
