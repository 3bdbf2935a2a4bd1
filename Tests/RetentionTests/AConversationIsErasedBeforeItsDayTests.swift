import Keeper
import KeyCalendar
import Minisign
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// Erasing one conversation: who must want it, what goes with it, and that nothing else does.
@Suite struct AConversationIsErasedBeforeItsDayTests {
    let ground: Ground
    let keeper: RetentionKeeper
    let conversation = Ground.conversation()
    let day: Day

    init() throws {
        ground = try Ground()
        try ground.enrolWorker()
        keeper = try ground.newKeeper()
        day = Ground.expiry(ground.today)
        try ground.addRecord(conversation, expiring: day)
    }

    private var target: ConversationTarget { ConversationTarget(conversation) }

    private func request(_ targets: [ConversationTarget]? = nil) throws -> Request {
        try ground.request(.erase, targets ?? [target], of: keeper)
    }

    @Test func `its holder and one lead suffice, and so do two leads`() throws {
        let other = Ground.conversation()
        try ground.addRecord(other, expiring: day)
        for (conversation, people) in [(conversation, [ground.worker, ground.leads[1]]), (other, [ground.leads[0], ground.leads[2]])] {
            let request = try request([ConversationTarget(conversation)])
            let holder = ground.worker.key
            #expect(request.targets == ["\(conversation) expiring \(day) holder \(holder)"])
            let outcome = try keeper.act(ground.order(request, by: people))
            #expect(outcome.act == "erase" && outcome.result == .done && outcome.files == 1 && outcome.left == 0)
            for purpose in [LeafPurpose.reading, .sealing] { #expect(keeper.state(conversation, day, purpose) == .erased) }
        }
        #expect(keeper.state(Ground.conversation(), day) == .found)
        #expect(keeper.status().pages.punctured == 1)
    }

    @Test func `run again it is done, and with other papers it was erased before`() throws {
        let papers = try ground.order(request(), by: [ground.worker, ground.leads[1]])
        #expect(try keeper.act(papers).result == .done)
        let before = keeper.trace
        for _ in 0..<2 { #expect(try keeper.act(papers).result == .already) }
        #expect(keeper.trace == before)
        try expectRefusal("erased: ", of: keeper) { _ = try request() }
        var named = target
        named.expiry = day
        try expectRefusal("erased: ", of: keeper) { _ = try request([named]) }
    }

    @Test func `too few, the wrong ones, and the same one twice are refused`() throws {
        let request = try request()
        let (worker, leads) = (ground.worker, ground.leads)
        let stranger = try Person("lead-9", .lead)
        for (people, words) in [
            ([], "fewer approvals"), ([worker], "fewer approvals"), ([leads[0]], "fewer approvals"),
            ([leads[0], leads[0]], "one person approved twice"), ([worker, worker], "one person approved twice"),
            ([worker, stranger], "not, as it stands, signed by anybody"), ([leads[0], stranger], "not, as it stands, signed by anybody"),
        ] { try expectRefusal(words, of: keeper) { _ = try keeper.act(ground.order(request, by: people)) } }
        let other = try Person("ben", .worker)
        try ground.change(RosterChange(enrol: [other.identity.card(from: ground.today)]), by: [leads[0]])
        try expectRefusal("may not approve", of: keeper) { _ = try keeper.act(ground.order(request, by: [other, leads[0]])) }
        try ground.change(RosterChange(retire: ["lead-1"]), by: [leads[0], leads[2]])
        try expectRefusal("retired", of: keeper) { _ = try keeper.act(ground.order(request, by: [worker, leads[1]])) }
        try ground.change(RosterChange(retire: ["worker"]), by: [leads[0]])
        try expectRefusal("retired", of: keeper) { _ = try keeper.act(ground.order(request, by: [worker, leads[0]])) }
        #expect(keeper.state(conversation, day) == .found)
        #expect(try keeper.act(ground.order(request, by: [leads[0], leads[2]])).result == .done)
    }

    @Test func `an approval that has expired, of another vault, act, request or conversation is refused`() throws {
        let people = [ground.leads[0], ground.leads[1]]
        let good = try request()
        let other = Ground.conversation()
        try ground.addRecord(other, expiring: day)
        let approvals = try ground.approvals(good, by: people)
        func approved(_ request: Request) -> KeeperOrder {
            .approved(request: String(decoding: request.bytes, as: UTF8.self), approvals: approvals)
        }
        for wrong in [try request(), try request([ConversationTarget(other)])] {
            try expectRefusal("another request", of: keeper) { _ = try keeper.act(approved(wrong)) }
        }
        let hold = try ground.request(.hold, [ConversationTarget(conversation, until: ground.today.adding(days: 9))], of: keeper)
        try expectRefusal("another act", of: keeper) { _ = try keeper.act(approved(hold)) }
        let others = "\(other) expiring \(day)"
        let same = try Request(
            act: .erase, targets: [others], vault: ground.roster.vault, id: good.id, expires: good.expires)
        try expectRefusal("something else than what is to be done", of: keeper) { _ = try keeper.act(approved(same)) }
        let elsewhere = try Ground()
        try elsewhere.addRecord(conversation, expiring: day)
        let theirs = try elsewhere.request(.erase, [target], of: elsewhere.newKeeper())
        try expectRefusal("another vault", of: keeper, .otherVault) {
            _ = try keeper.act(elsewhere.order(theirs, by: [elsewhere.leads[0], elsewhere.leads[1]]))
        }
        ground.advance(days: 7)
        keeper.attendCalendar()
        try expectRefusal("expired", of: keeper) { _ = try keeper.act(approved(good)) }
        #expect(keeper.state(conversation, day) == .found && keeper.state(other, day) == .found)
    }

    @Test func `all files of it go, and of nobody else`() throws {
        let part = try #require(PartID(SystemRandom().bytes(16)))
        let more = [
            try ground.addRecord(conversation, expiring: day), try ground.addRecord(conversation, expiring: day, isOpen: true),
            try ground.addFile("\(conversation).\(part).\(part).handover", expiring: day),
            try ground.addFile(".tmp-\(conversation).\(part).transcript", expiring: day),
        ]
        let others = [
            try ground.addRecord(Ground.conversation(), expiring: day),
            try ground.addRecord(Ground.conversation(), expiring: day, isOpen: true),
            try ground.addFile("notes.txt", expiring: day), try ground.addFile("\(conversation).txt", expiring: day),
        ]
        let outcome = try ground.act(.erase, target, by: [ground.leads[0], ground.leads[1]], of: keeper)
        // What is named after it and is none of ours stays, and is told.
        #expect(outcome.files == 1 + more.count && outcome.left == 1)
        for path in more { #expect(try !ground.exists(path), "\(path)") }
        for path in others { #expect(try ground.exists(path), "\(path)") }
        // What a sync tool brings back, or a writer finished meanwhile, goes too: at the next start, and whenever the calendar has changed.
        let back = try ground.addRecord(conversation, expiring: day)
        keeper.attend()
        #expect(try !ground.exists(back))
        let late = try ground.addRecord(conversation, expiring: day)
        ground.advance(days: 1)
        keeper.attend()
        #expect(try !ground.exists(late) && others.allSatisfy { try ground.exists($0) })
    }

    @Test func `where a handover lies that is nobody's, nobody counts as the holder`() throws {
        let part = try #require(PartID(SystemRandom().bytes(16)))
        _ = try ground.addFile("\(conversation).\(part).\(part).handover", expiring: day)
        let request = try request()
        #expect(request.targets == ["\(conversation) expiring \(day)"])
        try expectRefusal("may not approve", of: keeper) {
            _ = try keeper.act(ground.order(request, by: [ground.worker, ground.leads[0]]))
        }
        #expect(try keeper.act(ground.order(request, by: [ground.leads[1], ground.leads[0]])).result == .done)
    }

    @Test func `a file that names another holder takes the holder's word from both, and not from two leads`() throws {
        let early = try request()
        let mallory = try Person("mallory", .worker)
        try ground.change(RosterChange(enrol: [mallory.identity.card(from: ground.today)]), by: [ground.leads[0]])
        let forged = try ground.addRecord(conversation, expiring: day, heldBy: mallory)
        let late = try request()
        #expect(late.targets == ["\(conversation) expiring \(day)"])
        for request in [early, late] {
            for person in [ground.worker, mallory] {
                try expectRefusal("may not approve", of: keeper) {
                    _ = try keeper.act(ground.order(request, by: [person, ground.leads[0]]))
                }
            }
        }
        // A request is not signed: one that mallory wrote counts no more, whether the files speak against it or are not there.
        let own = "\(conversation) expiring \(day) holder \(mallory.key)"
        let written = try Request(
            act: .erase, targets: [own], vault: ground.roster.vault, id: #require(RequestID(SystemRandom().bytes(16))),
            expires: early.expires)
        try expectRefusal("may not approve", of: keeper) { _ = try keeper.act(ground.order(written, by: [mallory, ground.leads[0]])) }
        for name in try ground.fileSystem.list(ground.layout.records(expiring: day)) {
            try ground.fileSystem.remove("\(ground.layout.records(expiring: day))/\(name)")
        }
        #expect(try !ground.exists(forged))
        try expectRefusal("may not approve", of: keeper) { _ = try keeper.act(ground.order(written, by: [mallory, ground.leads[0]])) }
        #expect(try keeper.act(ground.order(late, by: [ground.leads[1], ground.leads[0]])).result == .done)
    }

    @Test func `files that are away die too, once the day is named`() throws {
        let away = Ground.conversation()
        try expectRefusal("missing: no file of conversation \(away)", of: keeper) { _ = try self.request([ConversationTarget(away)]) }
        let named = ConversationTarget(away, expiry: day)
        let request = try self.request([named])
        try expectRefusal("may not approve", of: keeper) {
            _ = try keeper.act(ground.order(request, by: [ground.worker, ground.leads[0]]))
        }
        #expect(try keeper.act(ground.order(request, by: [ground.leads[1], ground.leads[0]])).files == 0)
        // They come back: there is no leaf for them, nothing can be sealed to them, and the keeper takes them away.
        let back = try ground.addRecord(away, expiring: day)
        #expect(keeper.state(away, day) == .erased && keeper.state(away, day, .sealing) == .erased)
        keeper.attend()
        #expect(try !ground.exists(back))
        // No file of it is there: that it was erased is known all the same.
        try expectRefusal("erased: ", of: keeper) { _ = try self.request([ConversationTarget(away)]) }
    }

    @Test func `erased, expired, missing and without a page are told apart`() throws {
        try expectRefusal("there is no page for", of: keeper) {
            _ = try request([ConversationTarget(Ground.conversation(), expiry: day.adding(days: 300))])
        }
        let past = Day(number: ground.today.number - 1)
        try expectRefusal("expired: ", of: keeper) { _ = try request([ConversationTarget(conversation, expiry: past)]) }
        let old = Ground.conversation()
        try ground.addRecord(old, expiring: past)
        try expectRefusal("expired: ", of: keeper) { _ = try request([ConversationTarget(old)]) }
        try expectRefusal("missing: ", of: keeper) { _ = try request([ConversationTarget(Ground.conversation())]) }
    }

    @Test func `files that name two days ask for a person's look`() throws {
        let other = day.adding(days: 1)
        let strange = try ground.addRecord(conversation, expiring: other)
        try expectRefusal("name 2 days", of: keeper) { _ = try request() }
        let outcome = try ground.act(
            .erase, ConversationTarget(conversation, expiry: day), by: [ground.leads[0], ground.worker], of: keeper)
        #expect(try outcome.files == 1 && ground.exists(strange))
        #expect(keeper.state(conversation, day) == .erased && keeper.state(conversation, other) == .found)
        // A header that does not belong into its folder is one more day.
        let third = Ground.conversation()
        try ground.addRecord(third, expiring: other, inFolderOf: day)
        try expectRefusal("name 2 days", of: keeper) { _ = try request([ConversationTarget(third)]) }
    }

    @Test func `an id that was chosen to share another's key is not acted on`() throws {
        let bytes: [UInt8] = Array(conversation.bytes[..<8]) + SystemRandom().bytes(8)
        let rival = try #require(ConversationID(bytes))
        let mallory = try Person("mallory", .worker)
        try ground.change(RosterChange(enrol: [mallory.identity.card(from: ground.today)]), by: [ground.leads[0]])
        let before = try ground.request(.hold, [ConversationTarget(conversation, until: ground.today.adding(days: 9))], of: keeper)
        for isOpen in [false, true] {
            let forged = try ground.addRecord(rival, expiring: day, heldBy: mallory, isOpen: isOpen)
            for id in [rival, conversation] {
                try expectRefusal("claim the same key", of: keeper) { _ = try request([ConversationTarget(id)]) }
                try expectRefusal("claim the same key", of: keeper) {
                    _ = try ground.request(.hold, [ConversationTarget(id, until: ground.today.adding(days: 9))], of: keeper)
                }
            }
            try expectRefusal("claim the same key", of: keeper) { _ = try keeper.act(ground.order(before, by: [ground.leads[0]])) }
            try ground.fileSystem.remove(forged)
        }
        #expect(keeper.state(conversation, day) == .found)
        #expect(try request().targets.count == 1)
    }

    @Test func `several are erased together, or none`() throws {
        let others = (0..<4).map { _ in Ground.conversation() }
        for other in others { try ground.addRecord(other, expiring: day) }
        let all = ([conversation] + others).map { ConversationTarget($0) }
        let request = try request(all)
        #expect(request.targets.count == 5)
        try ground.act(.hold, ConversationTarget(others[1], until: ground.today.adding(days: 3)), by: [ground.leads[0]], of: keeper)
        try expectRefusal("held", of: keeper) { _ = try keeper.act(ground.order(request, by: [ground.worker, ground.leads[0]])) }
        #expect(others.allSatisfy { keeper.state($0, day) == .found })
        try ground.act(.release, ConversationTarget(others[1]), by: [ground.leads[0], ground.leads[1]], of: keeper)
        #expect(try keeper.act(ground.order(request, by: [ground.worker, ground.leads[0]])).files == 5)
        #expect(others.allSatisfy { keeper.state($0, day) == .erased })
        try expectRefusal("each conversation once", of: keeper, .malformed) {
            let twice = Ground.conversation()
            _ = try self.request([ConversationTarget(twice, expiry: day), ConversationTarget(twice, expiry: day)])
        }
        // One that somebody else holds takes the holder's word from all.
        let (mine, theirs) = (Ground.conversation(), Ground.conversation())
        try ground.addRecord(mine, expiring: day)
        try ground.addRecord(theirs, expiring: day, heldBy: ground.leads[2])
        let mixed = try self.request([ConversationTarget(mine), ConversationTarget(theirs)])
        try expectRefusal("may not approve", of: keeper) { _ = try keeper.act(ground.order(mixed, by: [ground.worker, ground.leads[0]])) }
    }

    @Test func `what is overdue is refused to readers, and can be erased before it is torn off`() throws {
        let over = ground.today
        let late = Ground.conversation()
        _ = try keeper.drawPages([over])
        try ground.addRecord(late, expiring: over)
        ground.advance(days: 1)
        #expect(keeper.state(late, over) == .expired)
        #expect(try ground.act(.erase, ConversationTarget(late), by: [ground.worker, ground.leads[0]], of: keeper).result == .done)
        #expect(keeper.state(late, over) == .expired)
        keeper.attend()
        try expectRefusal("missing: ", of: keeper) { _ = try request([ConversationTarget(late)]) }
    }

    @Test func `over the socket a refusal is one line, and other forms are not understood`() throws {
        let door = try Door(keeper)
        let client = door.client()
        let text = try client.request(CanonicalJSON.line(KeeperQuestion(act: "erase", targets: [target.text])))
        let request = try Request(parsing: text)
        #expect(try keeperCode { _ = try client.act(ground.order(request, by: [ground.worker]).json) } == .refused)
        #expect(try client.act(ground.order(request, by: [ground.worker, ground.leads[0]]).json).isEmpty == false)
        for (act, targets) in [
            ("erase", []), ("erase", ["x"]), ("erase", ["\(conversation) holder \(conversation)"]),
            ("erase", ["\(conversation) until 2030-01-01"]),
            ("erase", Array(repeating: target.text, count: 33)), ("hold", [target.text]), ("release", [target.text + " now 2030-01-01"]),
            ("change-class", ["\(conversation) class disclosure"]), ("change-class", ["\(conversation) class held reason inquiry"]),
            ("change-class", ["\(conversation) class transport reason ended"]), ("forget", [target.text]),
        ] {
            #expect(
                try keeperCode { _ = try client.request(CanonicalJSON.line(KeeperQuestion(act: act, targets: targets))) } == .malformed,
                "\(act) \(targets)")
        }
        #expect(
            try keeperCode { _ = try client.request(CanonicalJSON.line(KeeperQuestion(act: "remove-cell", targets: ["1"]))) } == .refused)
    }
}

/// At a team: its own copy takes the team alone, and only in a vault of its own.
@Suite struct ATeamErasesItsOwnCopyTests {
    @Test(arguments: [0, 3]) func `the team alone suffices, with leads or without`(leads: Int) throws {
        let team = try Person("family-support", .team)
        let ground = try leads == 0 ? Ground(leads: 0, others: [team]) : Ground(leads: 3)
        if leads > 0 { try ground.enrolWorker([team]) }
        let keeper = try ground.newKeeper()
        let (day, copy, other) = (Ground.expiry(ground.today), Ground.conversation(), Ground.conversation())
        try ground.addRecord(copy, expiring: day, heldBy: team)
        try ground.addRecord(other, expiring: day, heldBy: ground.worker)
        #expect(try ground.act(.erase, ConversationTarget(copy), by: [team], of: keeper).files == 1)
        #expect(keeper.state(copy, day) == .erased)
        // What somebody else holds is not the team's, and a team holds and releases nothing.
        if leads > 0 {
            try expectRefusal("may not approve", of: keeper) {
                try ground.act(.erase, ConversationTarget(other), by: [team], of: keeper)
            }
            try expectRefusal("may not approve", of: keeper) {
                try ground.act(.hold, ConversationTarget(other, until: ground.today.adding(days: 3)), by: [team], of: keeper)
            }
        } else {
            try expectRefusal("without safeguarding leads", of: keeper) {
                try ground.act(.erase, ConversationTarget(other), by: [team], of: keeper)
            }
            try expectRefusal("without safeguarding leads", of: keeper) {
                try ground.act(.hold, ConversationTarget(other, until: ground.today.adding(days: 3)), by: [team], of: keeper)
            }
        }
        #expect(keeper.state(other, day) == .found)
    }

    @Test func `in a charity's vault a file that names a team gives the team nothing`() throws {
        let ground = try Ground()
        let team = try Person("family-support", .team)
        let service = try Ground.key()
        try ground.enrolWorker([team])
        try ground.change(
            RosterChange(enrol: [Card.sign(name: "chat", role: .service, recordKey: nil, recipients: [], with: service)]),
            by: [ground.leads[0]])
        let keeper = try ground.newKeeper()
        let (day, conversation) = (Ground.expiry(ground.today), Ground.conversation())
        try ground.addRecord(conversation, expiring: day, heldBy: team)
        try expectRefusal("fewer approvals", of: keeper) {
            try ground.act(.erase, ConversationTarget(conversation), by: [team], of: keeper)
        }
        #expect(keeper.state(conversation, day) == .found)
    }
}
