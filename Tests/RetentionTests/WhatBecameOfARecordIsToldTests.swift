import Keeper
import KeyCalendar
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// What the keeper tells without a leaf: the state of records, what is held, and what will be forgotten.
@Suite struct WhatBecameOfARecordIsToldTests {
    let ground: Ground
    let keeper: RetentionKeeper
    let day: Day
    let live = Ground.conversation()
    let erased = Ground.conversation()
    let held = Ground.conversation()

    init() throws {
        ground = try Ground()
        keeper = try ground.newKeeper()
        day = Ground.expiry(ground.today)
        for conversation in [live, erased, held] { try ground.addRecord(conversation, expiring: day) }
        try ground.act(.erase, ConversationTarget(erased), by: [ground.leads[0], ground.leads[1]], of: keeper)
        try ground.act(
            .hold, ConversationTarget(held, until: day.adding(days: 30)), by: [ground.leads[0], ground.leads[1]], of: keeper)
    }

    private func passUntil(_ last: Day) {
        while ground.today < last {
            ground.advance(days: 1)
            keeper.attend()
        }
    }

    @Test func `a state is told with a day and without one`() throws {
        let client = try Door(keeper)
        func states(_ names: [RecordName]) throws -> [LeafState] { try client.client().states(of: names) }
        let named = [live, erased, held].map { RecordName($0, expiry: day) }
        #expect(try states(named) == [.found, .erased, .found])
        #expect(try states([live, erased, held].map { RecordName($0) }) == [.noPage, .erased, .noPage])
        #expect(
            try states([RecordName(erased, expiry: day.adding(days: 1)), RecordName(live, expiry: Day(number: 3))]) == [.found, .expired])
        #expect(try states([RecordName(live, expiry: day.adding(days: 400))]) == [.noPage])
        #expect(try states([]) == [])
        #expect(try client.client().isErased(erased) && !client.client().isErased(live))
        passUntil(day.adding(days: 1))
        #expect(try states(named) == [.expired, .expired, .found])
        #expect(try states([RecordName(erased)]) == [.noPage], "what was erased is told until its day is over")
        // No leaf was handed out for any of it.
        #expect(keeper.status().leaves.reading == 0)
    }

    @Test func `many states are told in the order of their questions`() throws {
        let door = try Door(keeper)
        let names = (0..<1_300).map { RecordName($0 % 3 == 0 ? erased : live, expiry: day) }
        #expect(try door.client().states(of: names) == (0..<1_300).map { $0 % 3 == 0 ? .erased : .found })
    }

    @Test func `all that is kept is told, however many`() throws {
        let door = try Door(keeper)
        #expect(
            try door.client().kept() == [KeptRecord(held, expiry: day, until: day.adding(days: 30), retention: .held)])
        var all = [held]
        for _ in 0..<4 {
            let more = (0..<32).map { _ in Ground.conversation() }
            all += more
            for conversation in more { try ground.addRecord(conversation, expiring: day) }
            let targets = more.map { ConversationTarget($0, until: day.adding(days: 9)) }
            _ = try keeper.act(ground.order(ground.request(.hold, targets, of: keeper), by: [ground.leads[0], ground.leads[1]]))
        }
        try ground.act(
            .changeClass, ConversationTarget(held, retention: .disclosure, reason: .inquiry), by: [ground.leads[0], ground.leads[1]],
            of: keeper)
        let kept = try door.client().kept()
        #expect(kept.count == all.count + 1 && Set(kept.map(\.conversation)) == Set(all))
        #expect(kept.filter { $0.conversation == held }.map(\.retention) == [.disclosure, .held])
        // From any place on.
        for index in stride(from: 0, to: kept.count, by: 17) {
            #expect(keeper.kept(after: kept[index].place).records == Array(kept[(index + 1)...]))
        }
    }

    @Test func `who may not have acts done is not told what is held`() throws {
        let reader = try Door(keeper, rights: [.read])
        #expect(try keeperCode { _ = try reader.client().kept() } == .notAllowed)
        #expect(try reader.client().states(of: [RecordName(erased)]) == [.erased])
        let actor = try Door(keeper, rights: [.act])
        #expect(try actor.client().kept().count == 1)
        let nobody = try Door(keeper, isKnown: false)
        #expect(try keeperCode { _ = try nobody.client().states(of: [RecordName(erased)]) } == .notAllowed)
    }

    @Test func `the preview counts a held record on the day its hold ends`() throws {
        let calendar = { ExpiryPreview.Calendar(kept: keeper.kept(after: .first).records, overduePages: keeper.status().pages.overdue) }
        func preview(_ calendar: ExpiryPreview.Calendar?) throws -> ExpiryPreview {
            try ExpiryPreview(
                fileSystem: ground.fileSystem, layout: ground.layout, from: ground.today, until: ground.today.adding(days: 14),
                calendar: calendar)
        }
        #expect(try preview(calendar()).days.isEmpty && preview(calendar()).held?.map(\.conversation) == [held.description])
        passUntil(Day(number: day.number - 3))
        #expect(try preview(calendar()).days.map(\.conversations) == [1] && preview(nil).days.map(\.conversations) == [2])
        #expect(try preview(nil).held == nil && preview(nil).overdue.pages == nil)
        passUntil(day.adding(days: 20))
        let late = try preview(calendar())
        #expect(late.days.map(\.day) == [day.adding(days: 30).description])
        #expect(late.overdue.files == 0 && late.overdue.conversations == 0 && late.overdue.pages == 0)
        #expect(late.held?.first?.until == day.adding(days: 30).description && late.held?.first?.class == "held")
        // Without the keeper it cannot be known that it is held.
        #expect(try preview(nil).overdue.files == 1)
        // What lies there though it should not is told.
        try ground.addRecord(Ground.conversation(), expiring: day)
        #expect(try preview(calendar()).overdue.conversations == 1)
    }
}
