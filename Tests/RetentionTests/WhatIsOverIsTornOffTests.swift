import Keeper
import KeyCalendar
import Records
import Retention
import Sodium
import System
import Testing

/// A day that is over: refused at once, torn off by the clock, its files removed.
@Suite struct WhatIsOverIsTornOffTests {
    @Test func `after 366 days a record's leaf is gone and its files are removed`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let start = ground.today
        let expiry = Ground.expiry(start)
        let name = LeafName(expiry: expiry, conversation: Ground.conversation())
        let part = try ground.addPart(expiring: expiry, of: name.conversation)
        let next = try ground.addPart(expiring: expiry.adding(days: 1))
        let open = try ground.addOpenPart(expiring: expiry)
        let openNext = try ground.addOpenPart(expiring: expiry.adding(days: 1))
        for _ in 0..<366 {
            #expect(keeper.leaves([name], for: .reading).states == [.found])
            #expect(try ground.exists(part) && ground.exists(open))
            ground.advance(days: 1)
            keeper.attend()
        }
        #expect(ground.today == expiry.adding(days: 1))
        #expect(keeper.leaves([name], for: .reading).states == [.expired])
        #expect(try !ground.exists(part) && !ground.exists(open))
        #expect(try !ground.exists(ground.layout.records(expiring: expiry)))
        #expect(try ground.exists(next) && ground.exists(openNext))
        let status = keeper.status()
        #expect(status.pages.overdue == 0 && status.pages.first == ground.today.description && status.highWater == ground.today.description)
        #expect(status.warnings.filter { $0.contains("overdue") || $0.contains("page") }.isEmpty)
    }

    @Test func `what is over is refused before it is torn off`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let name = LeafName(expiry: Ground.expiry(ground.today), conversation: Ground.conversation())
        ground.advance(days: 366)
        // Nobody has attended to the calendar: the page is still there.
        #expect(keeper.status().pages.overdue == 1)
        #expect(keeper.leaves([name], for: .reading).states == [.expired])
        #expect(keeper.leaves([name], for: .sealing).states == [.expired])
        let outcome = try keeper.sweep()
        #expect(outcome.result == .done && outcome.overdue == 0 && outcome.highWater == ground.today.description)
        #expect(keeper.status().pages.overdue == 0)
        ground.clock.set(seconds: ground.clock.now().seconds - 366 * Day.seconds)
        #expect(keeper.leaves([name], for: .reading).states == [.expired], "turning the clock back brings nothing back")
    }

    @Test func `a sweep says what it did, and again that there is nothing to do`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let door = try Door(keeper)
        for _ in 0..<3 { try ground.addPart(expiring: ground.today) }
        ground.advance(days: 1)
        func sweep() throws -> KeeperOutcome {
            let answer = try door.client().act(KeeperOrder.sweep.json)
            return try CanonicalJSON.value(KeeperOutcome.self, fromLine: answer, limitBytes: 1 << 16)
        }
        let first = try sweep()
        #expect(first.result == .done && first.files == 3 && first.left == 0 && first.highWater == ground.today.description)
        let second = try sweep()
        #expect(second.result == .already && second.files == 0 && second.serial == first.serial)
        let swept = try #require(keeper.status().lastSweep)
        #expect(swept.until == ground.today.description && swept.at == Timestamp(seconds: ground.clock.now().seconds).description)
    }

    @Test func `a clock that jumps ahead destroys no more than the budget, and refuses the rest`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let start = ground.today
        let days = (0..<40).map { start.adding(days: $0) }
        _ = try keeper.drawPages(days)
        ground.clock.set(seconds: ground.clock.now().seconds + 30 * Day.seconds)
        let outcome = try keeper.sweep()
        #expect(outcome.result == .partly && outcome.highWater == start.adding(days: 7).description && outcome.overdue == 23)
        let states = keeper.leaves(days.map { LeafName(expiry: $0, conversation: .zero) }, for: .reading).states
        #expect(states == days.map { $0 < start.adding(days: 30) ? .expired : .found })
        #expect(keeper.status().warnings.contains { $0.contains("23 page(s)") })
        // Nothing more, however often it is tried or the machine started again.
        for _ in 0..<5 {
            ground.clock.reboot(pauseSeconds: 0)
            #expect(try keeper.sweep().highWater == start.adding(days: 7).description)
        }
        // The clock is set right again: what was refused comes back, what was torn off does not.
        ground.clock.set(seconds: Ground.start.seconds)
        let after = keeper.leaves(days.map { LeafName(expiry: $0, conversation: .zero) }, for: .reading).states
        #expect(after == days.map { $0 < start.adding(days: 7) ? .expired : .found })
    }

    @Test func `a machine that was off for a month catches up by two days a day`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        _ = try keeper.drawPages((0..<90).map { ground.today.adding(days: $0) })
        ground.clock.reboot(pauseSeconds: 30 * Day.seconds)
        keeper.attend()
        var overdue = keeper.status().pages.overdue
        #expect(overdue == 23)
        while overdue > 0 {
            ground.advance(days: 1)
            keeper.attend()
            #expect(keeper.status().pages.overdue == overdue - 1)
            overdue -= 1
        }
        ground.advance(days: 1)
        keeper.attend()
        #expect(keeper.status().pages.overdue == 0)
    }

    @Test func `attending when there is nothing to do writes nothing`() throws {
        let ground = try Ground()
        try ground.initialise()
        let counting = FaultyFileSystem(ground.fileSystem)
        let keeper = try ground.keeper(on: counting)
        keeper.attend()
        let before = counting.log.count
        for _ in 0..<10 {
            ground.clock.advance(seconds: 60)
            keeper.attend()
        }
        let writes = ["write", "synchronize", "create", "rename", "remove"]
        #expect(counting.log[before...].filter { line in writes.contains { line.contains(" \($0)") } } == [])
    }

    @Test(arguments: [Day(year: 2027, month: 2, day: 25), Day(year: 2026, month: 11, day: 23)])
    func `a year of days, each with its pages before it begins`(start: Day?) throws {
        let start = try #require(start)
        let ground = try Ground(at: Timestamp(seconds: Int64(start.number) * Day.seconds + 43_200))
        let keeper = try ground.newKeeper()
        for day in 0..<400 {
            let today = start.adding(days: UInt32(day))
            // At noon, in the last second of the day, and in the first of the next before anybody attended to it.
            for _ in 0..<2 {
                #expect(keeper.today >= today)
                let state = keeper.leaves(
                    [LeafName(expiry: Ground.expiry(keeper.today), conversation: Ground.conversation())], for: .sealing
                ).states
                #expect(state == [.found], "\(keeper.today)")
                ground.clock.advance(seconds: Day.seconds / 2)
            }
            // On some days the machine sleeps; pages are drawn for the days to come.
            if day % 11 < 6 || day % 11 == 10 { keeper.attend() }
        }
        let status = keeper.status()
        #expect(status.pages.overdue == 0)
        #expect((367...374).contains(status.pages.count), "\(status.pages.count)")
        #expect(status.cells.count == 2 && status.budget == 7)
    }
}
