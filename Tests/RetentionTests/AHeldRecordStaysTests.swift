import Keeper
import KeyCalendar
import Ledger
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// Holds and classes: what blocks destruction, for how long, and by whose word.
@Suite struct AHeldRecordStaysTests {
    let ground: Ground
    let keeper: RetentionKeeper
    let conversation = Ground.conversation()
    let day: Day
    let file: String

    init() throws {
        ground = try Ground()
        try ground.enrolWorker()
        keeper = try ground.newKeeper()
        day = Ground.expiry(ground.today)
        file = try ground.addRecord(conversation, expiring: day)
    }

    private var target: ConversationTarget { ConversationTarget(conversation) }
    private var twoLeads: [Person] { [ground.leads[0], ground.leads[1]] }

    private func hold(until day: Day) -> ConversationTarget { ConversationTarget(conversation, until: day) }

    private func changeClass(_ retention: RetentionClass, _ reason: ClassReason) -> ConversationTarget {
        ConversationTarget(conversation, retention: retention, reason: reason)
    }

    /// Lets days pass, and the keeper do what it does by itself.
    private func pass(days: Int) {
        for _ in 0..<days {
            ground.advance(days: 1)
            keeper.attend()
        }
    }

    private func passUntil(_ last: Day) { pass(days: Int(last.number) - Int(ground.today.number)) }

    @Test func `a fortnight takes one lead, a day more takes two`() throws {
        let short = ground.today.adding(days: 14)
        try expectRefusal("may not approve", of: keeper) { try ground.act(.hold, hold(until: short), by: [ground.worker], of: keeper) }
        try expectRefusal("fewer approvals", of: keeper) { try ground.act(.hold, hold(until: short), by: [], of: keeper) }
        try expectRefusal("fewer approvals", of: keeper) {
            try ground.act(.hold, hold(until: short.adding(days: 1)), by: [ground.leads[0]], of: keeper)
        }
        try expectRefusal("one person approved twice", of: keeper) {
            try ground.act(.hold, hold(until: short.adding(days: 1)), by: [ground.leads[0], ground.leads[0]], of: keeper)
        }
        let outcome = try ground.act(.hold, hold(until: short), by: [ground.leads[0]], of: keeper)
        #expect(outcome.act == "hold" && outcome.result == .done && outcome.files == 0)
        #expect(keeper.status().kept == .init([.held]))
        #expect(keeper.kept(after: .first).records == [KeptRecord(conversation, expiry: day, until: short, retention: .held)])
    }

    @Test func `a record that is held stays openable beyond its day, and its files stay; then both go`() throws {
        let other = Ground.conversation()
        let otherFile = try ground.addRecord(other, expiring: day)
        let until = day.adding(days: 40)
        let before = keeper.leaves([LeafName(expiry: day, conversation: conversation)], for: .reading)
        try ground.act(.hold, hold(until: until), by: twoLeads, of: keeper)
        passUntil(day.adding(days: 1))
        #expect(keeper.state(other, day) == .expired && keeper.state(conversation, day) == .found)
        #expect(try ground.exists(file) && !ground.exists(otherFile))
        passUntil(until)
        let after = keeper.leaves([LeafName(expiry: day, conversation: conversation)], for: .reading)
        guard let first = before.leaf(at: 0), let second = after.leaf(at: 0) else { throw TestFailure("the leaf is gone") }
        let isSame = first.equals(second)
        #expect(isSame)
        // It is read, and nothing is added to it.
        #expect(keeper.state(conversation, day, .sealing) == .expired)
        ground.advance(days: 1)
        #expect(keeper.state(conversation, day) == .expired, "overdue is refused at once")
        keeper.attend()
        #expect(try !ground.exists(file) && !ground.exists(ground.layout.records(expiring: day)))
        #expect(keeper.state(conversation, day) == .expired && keeper.status().kept == .init([]))
    }

    @Test func `to hold longer takes two, however short; shorter is refused, the same is done`() throws {
        let first = ground.today.adding(days: 10)
        let papers = try ground.order(ground.request(.hold, [hold(until: first)], of: keeper), by: [ground.leads[0]])
        #expect(try keeper.act(papers).result == .done)
        #expect(try keeper.act(papers).result == .already)
        pass(days: 5)
        let longer = hold(until: first.adding(days: 1))
        let request = try ground.request(.hold, [longer], of: keeper)
        #expect(request.targets == ["\(conversation) expiring \(day) until \(first.adding(days: 1)) now \(first)"])
        try expectRefusal("fewer approvals", of: keeper) { _ = try keeper.act(ground.order(request, by: [ground.leads[1]])) }
        // A request is not signed: one that is silent about the hold does not make it a new one.
        let silent = try Request(
            act: .hold, targets: ["\(conversation) expiring \(day) until \(first.adding(days: 1))"], vault: ground.roster.vault,
            id: #require(RequestID(SystemRandom().bytes(16))), expires: request.expires)
        try expectRefusal("kept otherwise", of: keeper) { _ = try keeper.act(ground.order(silent, by: [ground.leads[1]])) }
        #expect(try keeper.act(ground.order(request, by: twoLeads)).result == .done)
        for until in [first, first.adding(days: 1)] {
            try expectRefusal("only gets longer", of: keeper) { _ = try ground.request(.hold, [hold(until: until)], of: keeper) }
        }
        try expectRefusal("kept otherwise", of: keeper) { _ = try keeper.act(ground.order(silentLonger(request), by: twoLeads)) }
        for until in [ground.today, Day(number: ground.today.number - 1), ground.today.adding(days: CalendarLimits.daysAhead + 1)] {
            try expectRefusal("a hold lasts", of: keeper) { _ = try ground.request(.hold, [hold(until: until)], of: keeper) }
        }
    }

    /// A request that extends a hold that is not so any more.
    private func silentLonger(_ request: Request) throws -> Request {
        let until = try #require(request.act.target(request.targets[0])?.until)
        return try Request(
            act: .hold, targets: ["\(conversation) expiring \(day) until \(until.adding(days: 9)) now \(Day(number: until.number - 1))"],
            vault: ground.roster.vault, id: #require(RequestID(SystemRandom().bytes(16))), expires: request.expires)
    }

    @Test func `what is held is not erased, until it is released or the hold is over`() throws {
        try ground.act(.hold, hold(until: ground.today.adding(days: 9)), by: [ground.leads[0]], of: keeper)
        let named = "\(conversation) expiring \(day)"
        try expectRefusal("not erased", of: keeper) { _ = try ground.request(.erase, [target], of: keeper) }
        let written = try Request(
            act: .erase, targets: [named], vault: ground.roster.vault, id: #require(RequestID(SystemRandom().bytes(16))),
            expires: Timestamp(seconds: ground.clock.now().seconds + 9 * Day.seconds))
        try expectRefusal("not erased", of: keeper) { _ = try keeper.act(ground.order(written, by: twoLeads)) }
        #expect(try keeper.state(conversation, day) == .found && ground.exists(file))
        ground.advance(days: 10)
        // Nothing was swept yet: the leaf of the hold that is over lies there still, and goes with the erasure.
        #expect(try ground.act(.erase, target, by: twoLeads, of: keeper).result == .done)
        #expect(keeper.state(conversation, day) == .erased && keeper.status().kept == .init([]))
    }

    @Test func `what was erased, has expired or is missing is not held`() throws {
        let until = ground.today.adding(days: 9)
        try ground.act(.erase, target, by: twoLeads, of: keeper)
        let named = ConversationTarget(conversation, expiry: day, until: until)
        for target in [hold(until: until), named] {
            try expectRefusal("erased: ", of: keeper) { _ = try ground.request(.hold, [target], of: keeper) }
        }
        let written = try Request(
            act: .hold, targets: [named.text], vault: ground.roster.vault, id: #require(RequestID(SystemRandom().bytes(16))),
            expires: Timestamp(seconds: ground.clock.now().seconds + Day.seconds))
        try expectRefusal("erased: ", of: keeper) { _ = try keeper.act(ground.order(written, by: twoLeads)) }
        // Over, though nothing was swept yet: refused at once, and no hold brings it back.
        let over = Ground.conversation()
        _ = try keeper.drawPages([ground.today])
        try ground.addRecord(over, expiring: ground.today)
        let early = try ground.request(.hold, [ConversationTarget(over, until: until)], of: keeper)
        ground.advance(days: 1)
        try expectRefusal("expired: ", of: keeper) { _ = try keeper.act(ground.order(early, by: twoLeads)) }
        try expectRefusal("expired: ", of: keeper) { _ = try ground.request(.hold, [ConversationTarget(over, until: until)], of: keeper) }
        try expectRefusal("missing: ", of: keeper) {
            _ = try ground.request(.hold, [ConversationTarget(Ground.conversation(), until: until)], of: keeper)
        }
    }

    @Test func `release takes two leads, and what is over goes with it at once`() throws {
        try ground.act(.hold, hold(until: day.adding(days: 200)), by: twoLeads, of: keeper)
        let early = try ground.request(.release, [target], of: keeper)
        #expect(early.targets == ["\(conversation) expiring \(day) until \(day.adding(days: 200))"])
        for (people, words) in [
            ([ground.leads[0]], "fewer approvals"), ([ground.leads[0], ground.leads[0]], "one person approved twice"),
            ([ground.worker, ground.leads[0]], "may not approve"),
        ] {
            try expectRefusal(words, of: keeper) { _ = try keeper.act(ground.order(early, by: people)) }
        }
        let papers = try ground.order(early, by: twoLeads)
        #expect(try keeper.act(papers).result == .done)
        #expect(try keeper.act(papers).result == .already)
        #expect(try keeper.state(conversation, day) == .found && ground.exists(file))
        try expectRefusal("is not held", of: keeper) { _ = try ground.request(.release, [target], of: keeper) }
        // Held again, until the same day: the request that released it once is used, and releases nothing more.
        try ground.act(.hold, hold(until: day.adding(days: 200)), by: twoLeads, of: keeper)
        try expectRefusal("used before", of: keeper) { _ = try keeper.act(papers) }
        passUntil(day.adding(days: 100))
        #expect(try keeper.state(conversation, day) == .found && ground.exists(file))
        let late = try ground.act(.release, target, by: twoLeads, of: keeper)
        #expect(try late.result == .done && late.files == 1 && !ground.exists(file))
        #expect(keeper.state(conversation, day) == .expired && keeper.status().kept == .init([]))
    }

    @Test func `a release that was approved for one hold does not end a longer one`() throws {
        try ground.act(.hold, hold(until: ground.today.adding(days: 5)), by: [ground.leads[0]], of: keeper)
        let request = try ground.request(.release, [target], of: keeper)
        try ground.act(.hold, hold(until: ground.today.adding(days: 500)), by: twoLeads, of: keeper)
        try expectRefusal("kept otherwise", of: keeper) { _ = try keeper.act(ground.order(request, by: twoLeads)) }
    }

    @Test func `the class of disclosures keeps for the policy's seven years, for a reason`() throws {
        let until = try #require(RetentionPeriod(text: "P7Y")).expiry(from: ground.today)
        let request = try ground.request(.changeClass, [changeClass(.disclosure, .legalClaim)], of: keeper)
        #expect(request.targets == ["\(conversation) expiring \(day) class disclosure until \(until) reason legal-claim"])
        try expectRefusal("fewer approvals", of: keeper) { _ = try keeper.act(ground.order(request, by: [ground.leads[0]])) }
        // No request, whoever wrote it, keeps longer than the policy.
        let longer = try Request(
            act: .changeClass, targets: [request.targets[0].replacing("\(until)", with: "\(until.adding(days: 1))")],
            vault: ground.roster.vault, id: #require(RequestID(SystemRandom().bytes(16))), expires: request.expires)
        try expectRefusal("kept otherwise", of: keeper) { _ = try keeper.act(ground.order(longer, by: twoLeads)) }
        ground.advance(days: 2)
        #expect(try keeper.act(ground.order(request, by: twoLeads)).result == .done)
        #expect(keeper.status().kept == .init([.disclosure]))
        try expectRefusal("not erased", of: keeper) { _ = try ground.request(.erase, [target], of: keeper) }
        passUntil(day.adding(days: 30))
        #expect(try keeper.state(conversation, day) == .found && ground.exists(file))
        // A hold beside it ends by itself, and the class goes on.
        try ground.act(.hold, hold(until: ground.today.adding(days: 3)), by: [ground.leads[0]], of: keeper)
        #expect(keeper.status().kept == .init([.disclosure, .held]))
        pass(days: 4)
        #expect(keeper.status().kept == .init([.disclosure]) && keeper.state(conversation, day) == .found)
        let back = try ground.request(.changeClass, [changeClass(.standard, .ended)], of: keeper)
        #expect(back.targets == ["\(conversation) expiring \(day) class standard until \(until) reason ended"])
        try expectRefusal("fewer approvals", of: keeper) { _ = try keeper.act(ground.order(back, by: [ground.leads[2]])) }
        #expect(try keeper.act(ground.order(back, by: twoLeads)).files == 1)
        #expect(keeper.state(conversation, day) == .expired)
    }

    @Test func `the reason is in the papers and nowhere else, and neither is an id in the ledger`() throws {
        let request = try ground.request(.changeClass, [changeClass(.disclosure, .allegation)], of: keeper)
        let order = try ground.order(request, by: twoLeads)
        guard case .approved(_, let approvals) = order else { throw TestFailure("no approvals") }
        #expect(approvals.allSatisfy { $0.text.contains("reason allegation") })
        _ = try keeper.act(order)
        let disk = try #require(ground.fileSystem as? MemoryFileSystem)
        let ledger = String(decoding: try ground.fileSystem.readFile(ground.layout.ledgerActs, limitBytes: 1 << 20), as: UTF8.self)
        #expect(ledger.contains("\"change-class\"") && !ledger.contains(conversation.description) && !ledger.contains(day.description))
        for contents in disk.everyContents {
            #expect(String(decoding: contents, as: UTF8.self).contains("allegation") == false)
        }
    }

    @Test func `a class is given once, taken back once, and by nobody's reason but its own`() throws {
        try expectRefusal("of the standard class already", of: keeper) {
            _ = try ground.request(.changeClass, [changeClass(.standard, .ended)], of: keeper)
        }
        let papers = try ground.order(
            ground.request(.changeClass, [changeClass(.disclosure, .inquiry)], of: keeper), by: twoLeads)
        #expect(try keeper.act(papers).result == .done)
        #expect(try keeper.act(papers).result == .already)
        try expectRefusal("of that class already", of: keeper) {
            _ = try ground.request(.changeClass, [changeClass(.disclosure, .inquiry)], of: keeper)
        }
        for wrong in [changeClass(.disclosure, .ended), changeClass(.standard, .inquiry), changeClass(.held, .inquiry)] {
            try expectRefusal("not named", of: keeper, .malformed) { _ = try ground.request(.changeClass, [wrong], of: keeper) }
        }
    }
}
