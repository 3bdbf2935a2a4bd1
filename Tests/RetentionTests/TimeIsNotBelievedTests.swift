import Glibc
import Keeper
import KeyCalendar
import Records
import Retention
import System
import Testing

/// A clock that lies, a machine that sleeps or is off, and leap days: nothing is destroyed early by them, and nothing is given out late.
@Suite struct TimeIsNotBelievedTests {
    let ground: Ground
    /// A page for each of a hundred days from today on.
    let days: [Day]

    init() throws {
        let ground = try Ground()
        self.ground = ground
        days = (0..<100).map { ground.today.adding(days: $0) }
        _ = try ground.newKeeper().drawPages(days)
    }

    private func states(_ keeper: RetentionKeeper) -> [LeafState] {
        keeper.leaves(days.map { LeafName(expiry: $0, conversation: .zero) }, for: .reading).states
    }

    /// How many of the days are torn off for good, whatever the clock says.
    private func destroyed() throws -> Int {
        let now = ground.clock.now().seconds
        defer { ground.clock.set(seconds: now) }
        ground.clock.set(seconds: Ground.start.seconds)
        return states(try ground.keeper()).count { $0 == .expired }
    }

    @Test func `a year of reboots with a clock ten years ahead destroys no more than one week`() throws {
        for round in 0..<60 {
            ground.clock.reboot(pauseSeconds: 0)
            ground.clock.set(seconds: Ground.start.seconds + Int64(round % 2 == 0 ? 3_653 : 8) * Day.seconds)
            let keeper = try ground.keeper()
            keeper.attend()
            _ = try keeper.sweep()
            // All but a day of running, in three pieces.
            for _ in 0..<3 {
                ground.clock.advance(seconds: 28_000)
                keeper.attend()
            }
        }
        #expect(try destroyed() == 7)
    }

    @Test func `a clock set ten years ahead and back takes a week, refuses the rest meanwhile, and gives it back`() throws {
        let keeper = try ground.keeper()
        ground.clock.set(seconds: Ground.start.seconds + 3_653 * Day.seconds)
        #expect(states(keeper).allSatisfy { $0 == .expired }, "what the clock calls over is refused at once")
        keeper.attend()
        let status = keeper.status()
        #expect(status.budget == 0 && status.pages.overdue > 92 && status.highWater == days[7].description)
        #expect(states(keeper).allSatisfy { $0 == .expired })
        #expect(status.warnings.contains { $0.contains("wait for the time budget") })
        ground.clock.set(seconds: Ground.start.seconds)
        keeper.attend()
        #expect(states(keeper) == (0..<100).map { $0 < 7 ? .expired : .found })
        #expect(keeper.today == days[7] && keeper.status().warnings.contains { $0.contains("the clock is behind the calendar") })
        // The calendar's day stands until the clock reaches it; the days that are seen to pass meanwhile fill the budget again.
        for day in 1...20 {
            ground.advance(days: 1)
            keeper.attend()
            #expect(keeper.today == days[max(7, day)])
            #expect(states(keeper) == (0..<100).map { $0 < max(7, day) ? .expired : .found })
        }
        #expect(keeper.status().budget == 7 && keeper.status().warnings.allSatisfy { !$0.contains("clock") })
    }

    @Test func `going back is ignored: by a day, a year, or to before there were computers`() throws {
        try goBack()
        let again = try ground.keeper()
        #expect(again.today == days[5], "and a keeper that starts then is not deceived either")
    }

    private func goBack() throws {
        let keeper = try ground.keeper()
        ground.advance(days: 5)
        keeper.attend()
        let serial = keeper.status().serial
        for back in [1, 366, 20_000, 30_000] {
            ground.clock.set(seconds: Ground.start.seconds + 5 * Day.seconds - Int64(back) * Day.seconds)
            keeper.attend()
            #expect(keeper.today == days[5] && keeper.status().highWater == days[5].description)
            #expect(states(keeper).prefix(6) == [.expired, .expired, .expired, .expired, .expired, .found])
            #expect(try keeper.sweep().result == .already)
        }
        #expect(keeper.status().serial == serial, "nothing was written because the clock went back")
    }

    @Test func `a machine that was off for six weeks destroys a week at once and the rest as days pass, and gives none of it out`() throws {
        ground.clock.reboot(pauseSeconds: 42 * Day.seconds)
        let keeper = try ground.keeper()
        var destroyedSoFar = 0
        for day in 42..<84 {
            #expect(states(keeper) == (0..<100).map { $0 < day ? .expired : .found }, "day \(day), before the sweep")
            keeper.attend()
            #expect(states(keeper) == (0..<100).map { $0 < day ? .expired : .found }, "day \(day), after it")
            let gone = try #require(Day(text: keeper.status().highWater)).number - days[0].number
            #expect(Int(gone) == min(day, 7 + 2 * (day - 42)), "day \(day)")
            destroyedSoFar = Int(gone)
            ground.advance(days: 1)
        }
        #expect(destroyedSoFar == 83 && keeper.status().pages.overdue == 1)
    }

    @Test func `a machine that was asleep for six weeks saw them pass, and destroys all of it at once`() throws {
        let keeper = try ground.keeper()
        // CLOCK_BOOTTIME goes on while the machine sleeps.
        ground.clock.advance(seconds: 42 * Day.seconds)
        #expect(states(keeper) == (0..<100).map { $0 < 42 ? .expired : .found })
        keeper.attend()
        let status = keeper.status()
        #expect(status.pages.overdue == 0 && status.highWater == days[42].description && status.budget == 7)
    }

    @Test func `an hour before midnight nothing of the day is refused, and a second after it everything`() throws {
        let keeper = try ground.keeper()
        let midnight = Ground.start.seconds + 43_200
        for (second, state) in [(midnight - 3600, LeafState.found), (midnight - 1, .found), (midnight, .expired), (midnight + 1, .expired)]
        {
            ground.clock.set(seconds: second)
            #expect(states(keeper).first == state && states(keeper)[1] == .found)
        }
    }

    /// Year, month and day of the start and of the last day: P1Y, where a day that the month lacks becomes its last one.
    static let years: [([Int], [Int])] = [
        ([2027, 2, 28], [2028, 2, 28]), ([2027, 3, 1], [2028, 3, 1]), ([2028, 2, 28], [2029, 2, 28]), ([2028, 2, 29], [2029, 2, 28]),
        ([2028, 3, 1], [2029, 3, 1]), ([2099, 2, 28], [2100, 2, 28]), ([2096, 2, 29], [2097, 2, 28]), ([2028, 12, 31], [2029, 12, 31]),
    ]

    @Test(arguments: years) func `a record can be read on the last day of its year, and on the day after it is gone`(
        start: [Int], last: [Int]
    ) throws {
        let first = try #require(Day(year: start[0], month: start[1], day: start[2]))
        let wanted = try #require(Day(year: last[0], month: last[1], day: last[2]))
        let ground = try Ground(at: Timestamp(seconds: Int64(first.number) * Day.seconds + 43_200))
        let keeper = try ground.newKeeper()
        let expiry = RetentionPeriod.oneYear.expiry(from: first)
        #expect(expiry == wanted)
        let name = LeafName(expiry: expiry, conversation: Ground.conversation())
        let part = try ground.addPart(expiring: expiry, of: name.conversation)
        #expect(keeper.leaves([name], for: .sealing).states == [.found])
        while ground.today < wanted {
            ground.advance(days: 1)
            keeper.attend()
        }
        #expect(keeper.leaves([name], for: .reading).states == [.found] && keeper.status().pages.overdue == 0)
        #expect(try ground.exists(part))
        ground.advance(days: 1)
        #expect(keeper.leaves([name], for: .reading).states == [.expired], "before the sweep")
        keeper.attend()
        #expect(
            keeper.leaves([name], for: .reading).states == [.expired] && keeper.status().highWater == wanted.adding(days: 1).description)
        #expect(try !ground.exists(part))
        ground.clock.set(seconds: Int64(first.number) * Day.seconds)
        #expect(keeper.leaves([name], for: .reading).states == [.expired], "nor when the clock is turned back by a year")
    }
}
