import KeyCalendar
import Records
import System
import Testing

@Suite struct ALyingClockCannotDestroyTheYearTests {
    private static let noon: UInt64 = 43_200

    private func boot(_ number: UInt8) -> BootID { BootID(repeatElement(number, count: 16)) ?? .zero }

    /// Advances as far as the budget lets it, as a clock that claims the end of time would.
    private func greedy(_ budget: TimeBudget, _ now: TimeMark) -> (days: UInt32, left: TimeBudget) {
        for days in (0...60 as ClosedRange<UInt32>).reversed() {
            if let left = try? budget.drawing(days, now: now, authorised: false) { return (days, left) }
        }
        return (0, budget)
    }

    @Test func sevenDaysAtOnceAndNotOneMore() throws {
        let budget = TimeBudget(full: Sample.mark(days: 0))
        #expect(try budget.drawing(7, now: Sample.mark(days: 0), authorised: false).days == 0)
        #expect(code { _ = try budget.drawing(8, now: Sample.mark(days: 0), authorised: false) } == .beyondTimeBudget)
        #expect(code { _ = try budget.drawing(365, now: Sample.mark(days: 0), authorised: false) } == .beyondTimeBudget)
        #expect(code { _ = try budget.drawing(.max, now: Sample.mark(days: 0), authorised: false) } == .beyondTimeBudget)
    }

    @Test func daysSeenToPassAreFree() throws {
        var budget = TimeBudget(full: Sample.mark(days: 10))
        for day in 11...400 as ClosedRange<UInt64> {
            budget = try budget.drawing(1, now: Sample.mark(days: day), authorised: false)
            #expect(budget.days == 7)
        }
        budget = try budget.drawing(30, now: Sample.mark(days: 430), authorised: false)
        #expect(budget.days == 7)
    }

    @Test func aSweepASecondEarlyEveryDayLosesNothing() throws {
        var budget = TimeBudget(full: TimeMark(boot: Sample.boot, seconds: 100))
        for day in 1...400 as ClosedRange<UInt64> {
            budget = try budget.drawing(1, now: TimeMark(boot: Sample.boot, seconds: 100 + day * 86_399), authorised: false)
            #expect(budget.days >= 6)
        }
    }

    @Test func anOutageIsDrawnAndRefills() throws {
        var budget = TimeBudget(full: Sample.mark(days: 50))
        // Off for five days, so a new boot: nothing was seen.
        budget = try budget.drawing(5, now: TimeMark(boot: boot(2), seconds: 60), authorised: false)
        #expect(budget.days == 2)
        for day in 1...5 as ClosedRange<UInt64> {
            budget = try budget.drawing(1, now: TimeMark(boot: boot(2), seconds: 60 + day * 86_400), authorised: false)
        }
        #expect(budget.days == 7)
    }

    @Test func rebootsGiveNothing() {
        var budget = TimeBudget(full: Sample.mark(days: 0))
        var total: UInt32 = 0
        for number in 0..<1000 {
            // Each boot runs for all but a day, and the clock claims whatever is allowed.
            let id = boot(UInt8(number % 250 + 2))
            for seconds in [0, Self.noon, 86_399] {
                let (days, left) = greedy(budget, TimeMark(boot: id, seconds: seconds))
                total += days
                budget = left
            }
        }
        #expect(total == 7)
    }

    /// The bound that the specification promises, however the clock lies and whenever the machine is started.
    @Test(arguments: 0..<50 as Range<UInt64>) func overAnyTimeItMovesAtMostSevenDaysAndTwiceWhatWasSeen(_ seed: UInt64) {
        var dice = SplitMix(seed: seed)
        var budget = TimeBudget(full: Sample.mark(days: 0))
        var (total, uptime, id, seconds) = (UInt64(0), UInt64(0), UInt8(1), UInt64(0))
        for _ in 0..<300 {
            if dice.below(5) == 0 {
                (id, seconds) = (id == 250 ? 1 : id + 1, 0)
            } else {
                let passed = UInt64(dice.below(3 * 86_400))
                (seconds, uptime) = (seconds + passed, uptime + passed)
            }
            let (days, left) = greedy(budget, TimeMark(boot: boot(id), seconds: seconds))
            total += UInt64(days)
            budget = left
            #expect(total <= 7 + 2 * (uptime / 86_400))
        }
        #expect(total > 7, "the seed lets no day pass")
    }

    @Test func twoLeadsDrawNothing() throws {
        let budget = try TimeBudget(full: Sample.mark(days: 0)).drawing(6, now: Sample.mark(days: 0), authorised: false)
        #expect(try budget.drawing(400, now: Sample.mark(days: 0), authorised: true).days == 1)
        #expect(try budget.drawing(400, now: Sample.mark(days: 2), authorised: true).days == 3)
    }

    @Test func aClockOfTheSameBootThatGoesBackSeesNothing() throws {
        let budget = try TimeBudget(full: Sample.mark(days: 9)).drawing(7, now: Sample.mark(days: 9), authorised: false)
        let back = try budget.drawing(0, now: Sample.mark(days: 3), authorised: false)
        #expect(back == budget)
        #expect(code { _ = try back.drawing(1, now: Sample.mark(days: 9), authorised: false) } == .beyondTimeBudget)
    }

    @Test func whatNoWriterLeavesIsRefused() {
        #expect(TimeBudget(days: 7, mark: Sample.mark(days: 0)) != nil)
        #expect(TimeBudget(days: 8, mark: Sample.mark(days: 0)) == nil)
    }
}
