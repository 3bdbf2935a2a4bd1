import Keeper
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// Destroying more than the clock says is over takes two leads, and every other pair of papers is refused without a trace.
@Suite struct TwoLeadsCanSweepBeyondTheClockTests {
    let ground: Ground
    let keeper: RetentionKeeper
    let target: Day

    init() throws {
        ground = try Ground()
        keeper = try ground.newKeeper()
        target = Ground.expiry(ground.today).adding(days: 3)
    }

    private func request(_ day: Day? = nil) throws -> Request {
        try keeper.request(KeeperQuestion(act: "sweep", targets: [(day ?? target).description]))
    }

    private func order(_ request: Request, _ approvals: [KeeperOrder.Approval]) -> KeeperOrder {
        .approved(request: String(decoding: request.bytes, as: UTF8.self), approvals: approvals)
    }

    /// Expects that an order is refused and that nothing has changed by it; the ledger may have so many new rosters.
    private func expectRefusal(
        _ order: KeeperOrder, _ wanted: RetentionError.Code = .refused, newRosters: Int = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = keeper.status()
        #expect(try code { _ = try keeper.act(order) } == wanted, sourceLocation: sourceLocation)
        let after = keeper.status()
        #expect(before.serial == after.serial && before.highWater == after.highWater, sourceLocation: sourceLocation)
        #expect(after.ledger.entries - before.ledger.entries == newRosters, sourceLocation: sourceLocation)
        #expect(before.ledger.torn == after.ledger.torn && before.pages == after.pages, sourceLocation: sourceLocation)
    }

    @Test func `two leads suffice, once`() throws {
        let kept = try ground.addPart(expiring: target)
        let gone = try ground.addPart(expiring: Ground.expiry(ground.today))
        let request = try request()
        let papers = order(request, try ground.approvals(request, by: [ground.leads[0], ground.leads[2]]))
        let outcome = try keeper.act(papers)
        #expect(outcome.result == .done && outcome.highWater == target.description && outcome.files == 1)
        #expect(try ground.exists(kept) && !ground.exists(gone))
        let states = keeper.leaves(
            [Ground.expiry(ground.today), target].map { LeafName(expiry: $0, conversation: .zero) }, for: .reading
        ).states
        #expect(states == [.expired, .found])
        try expectRefusal(papers)
        // All of the approvals stand in the ledger.
        #expect(keeper.today == target)
    }

    @Test func `a request says what it asks for and until when`() throws {
        let request = try request()
        #expect(request.act == .sweep && request.targets == [target.description] && request.vault == ground.roster.vault)
        #expect(request.expires == Timestamp(seconds: ground.clock.now().seconds + 7 * Day.seconds))
        #expect(try request.id != self.request().id)
        let words = try request.review(in: ground.roster, at: Timestamp(seconds: ground.clock.now().seconds)).words
        #expect(words.contains { $0.contains("before \(target)") })
    }

    @Test func `no approval, one, and one twice are too few`() throws {
        let request = try request()
        try expectRefusal(order(request, []))
        let one = try ground.approvals(request, by: [ground.leads[0]])
        try expectRefusal(order(request, one))
        try expectRefusal(order(request, one + one))
        try expectRefusal(order(request, try one + ground.approvals(request, by: [ground.leads[0]])))
    }

    @Test func `a worker is no lead, and a stranger is nobody`() throws {
        try ground.change(RosterChange(enrol: [ground.worker.identity.card(from: ground.today)]), by: [ground.leads[0]])
        let request = try request()
        let stranger = try Person("lead-9", .lead)
        try expectRefusal(order(request, try ground.approvals(request, by: [ground.leads[0], ground.worker])))
        try expectRefusal(order(request, try ground.approvals(request, by: [ground.leads[0], stranger])))
        try expectRefusal(order(request, try ground.approvals(request, by: [ground.leads[0], ground.leads[1], stranger])))
    }

    @Test func `a lead who was retired a moment ago counts no more, without a word to the keeper`() throws {
        let request = try request()
        let papers = order(request, try ground.approvals(request, by: [ground.leads[0], ground.leads[1]]))
        try ground.change(RosterChange(retire: ["lead-1"]), by: [ground.leads[0], ground.leads[2]])
        try expectRefusal(papers, newRosters: 1)
        let rest = try ground.approvals(request, by: [ground.leads[0], ground.leads[2]])
        #expect(try keeper.act(order(request, rest)).result == .done)
    }

    @Test func `approvals do not outlive their week`() throws {
        let request = try request()
        let papers = order(request, try ground.approvals(request, by: [ground.leads[0], ground.leads[1]]))
        ground.advance(days: 7)
        keeper.attendCalendar()
        try expectRefusal(papers)
    }

    @Test func `a request of another vault is refused, and so are its leads`() throws {
        let other = try Ground()
        let otherKeeper = try other.newKeeper()
        let theirs = try otherKeeper.request(KeeperQuestion(act: "sweep", targets: [target.description]))
        let approvals = try other.approvals(theirs, by: [other.leads[0], other.leads[1]])
        try expectRefusal(order(theirs, approvals), .otherVault)
        try expectRefusal(order(try request(), approvals))
    }

    @Test func `approvals of one request do for no other, and of one day for no other`() throws {
        let (first, second) = (try request(), try request())
        let approvals = try ground.approvals(first, by: [ground.leads[0], ground.leads[1]])
        try expectRefusal(order(second, approvals))
        let later = try Request(
            act: .sweep, targets: [target.adding(days: 1).description], vault: first.vault, id: first.id, expires: first.expires)
        try expectRefusal(order(later, approvals))
        #expect(try keeper.act(order(first, approvals)).result == .done)
    }

    @Test func `a changed byte anywhere in the papers is refused`() throws {
        let request = try request()
        let approvals = try ground.approvals(request, by: [ground.leads[0], ground.leads[1]])
        var random = Seeded(7)
        for _ in 0..<60 {
            var changed = approvals[1]
            let isText = Bool.random(using: &random)
            var bytes = Array((isText ? changed.text : changed.signature).utf8)
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes[place] = bytes[place] == 0x41 ? 0x42 : 0x41
            let text = String(decoding: bytes, as: UTF8.self)
            changed = isText ? .init(text: text, signature: changed.signature) : .init(text: changed.text, signature: text)
            try expectRefusal(order(request, [approvals[0], changed]))
        }
        #expect(try keeper.act(order(request, approvals)).result == .done)
    }

    @Test func `a request text that is not one is refused`() throws {
        for text in ["", "{}", "\n", String(decoding: try request().bytes.dropLast(), as: UTF8.self)] {
            try expectRefusal(.approved(request: text, approvals: []))
        }
    }

    @Test func `an act to come is refused by name, and nothing is pretended`() throws {
        #expect(
            try code { _ = try keeper.request(KeeperQuestion(act: "remove-cell", targets: [String(repeating: "0", count: 32)])) }
                == .notAvailable)
    }

    @Test func `a day that cannot have been meant is refused before anybody signs`() throws {
        #expect(try code { _ = try self.request(ground.today.adding(days: 7306)) } == .refused)
        #expect(try self.request(ground.today.adding(days: 7305)).targets.count == 1)
        for targets in [[], ["2027-02-30"], ["today"], ["2027-01-01", "2027-01-02"]] {
            #expect(try code { _ = try keeper.request(KeeperQuestion(act: "sweep", targets: targets)) } == .malformed)
        }
    }

    @Test func `without leads nothing can be asked for`() throws {
        let bare = try Ground(leads: 0)
        let keeper = try bare.newKeeper()
        #expect(try code { _ = try keeper.request(KeeperQuestion(act: "sweep", targets: ["2027-01-01"])) } == .refused)
        #expect(keeper.status().warnings.contains { $0.contains("no safeguarding leads") })
    }

    @Test func `two leads can approve what the time budget holds back`() throws {
        _ = try keeper.drawPages((0..<40).map { ground.today.adding(days: $0) })
        ground.clock.reboot(pauseSeconds: 30 * Day.seconds)
        #expect(try keeper.sweep().result == .partly)
        let request = try request(ground.today)
        let approvals = try ground.approvals(request, by: [ground.leads[1], ground.leads[2]])
        let outcome = try keeper.act(order(request, approvals))
        #expect(outcome.result == .done && outcome.overdue == 0 && outcome.highWater == ground.today.description)
    }

    @Test func `a used request stays used for as long as its approvals could count`() throws {
        let request = try request()
        let papers = order(request, try ground.approvals(request, by: [ground.leads[0], ground.leads[1]]))
        _ = try keeper.act(papers)
        let further = try self.request(target.adding(days: 30))
        _ = try keeper.act(order(further, try ground.approvals(further, by: [ground.leads[0], ground.leads[1]])))
        try expectRefusal(papers)
    }

    @Test func `over the socket it is the same`() throws {
        let door = try Door(keeper)
        let client = door.client()
        let text = try client.request(CanonicalJSON.line(KeeperQuestion(act: "sweep", targets: [target.description])))
        let request = try Request(parsing: text)
        let one = try ground.approvals(request, by: [ground.leads[0]])
        #expect(try keeperCode { _ = try client.act(order(request, one).json) } == .refused)
        let two = try ground.approvals(request, by: [ground.leads[0], ground.leads[1]])
        let answer = try client.act(order(request, two).json)
        let outcome = try CanonicalJSON.value(KeeperOutcome.self, fromLine: answer, limitBytes: 1 << 16)
        #expect(outcome.result == .done && outcome.highWater == target.description)
        #expect(try keeperCode { _ = try client.act(order(request, two).json) } == .refused)
    }
}
