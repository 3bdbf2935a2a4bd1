import Handover
import Identity
import Keeper
import Ledger
import RecordStore
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// The keeper writes a handover down when those who may have signed it, and nothing else; it gets nothing by which a record opens.
@Suite struct HandoversAreWrittenDownTests {
    let ground: Ground
    let keeper: RetentionKeeper
    let conversation = Ground.conversation()
    let expiry: Day
    let part: PartID
    /// The leads by key id; the header has the pair of the first and the last.
    let first: Person
    let middle: Person
    let second: Person
    let recipient: Person

    init() throws {
        ground = try Ground()
        recipient = try Person("recipient", .worker)
        keeper = try ground.newKeeper()
        let keeperCard = try Card.sign(name: "keeper", role: .keeper, recordKey: nil, recipients: [], with: ground.keeperKey)
        try ground.change(
            RosterChange(enrol: [
                ground.worker.identity.card(from: ground.today), recipient.identity.card(from: ground.today), keeperCard,
            ]), by: [ground.leads[0]])
        expiry = Ground.expiry(ground.today)
        part = try #require(PartID(SystemRandom().bytes(16)))
        let leads = ground.leads.sorted { $0.key < $1.key }
        (first, middle, second) = (leads[0], leads[1], leads[2])
        try ground.addRecord(conversation, part: part, expiring: expiry, leads: (first, second))
    }

    private func terms(
        on authority: HandoverTerms.Authority, to recipient: Person? = nil, vault: VaultID? = nil, conversation: ConversationID? = nil,
        part: PartID? = nil, expiry: Day? = nil, seconds: Int64 = 3_600
    ) -> HandoverTerms {
        HandoverTerms(
            vault: vault ?? ground.roster.vault, conversation: conversation ?? self.conversation, expiry: expiry ?? self.expiry,
            items: [.init(part: part ?? self.part, box: SystemRandom().bytes(PartHeader.boxBytes))],
            recipient: (recipient ?? self.recipient).key, reason: .leave, authority: authority,
            expires: Timestamp(seconds: ground.clock.now().seconds + seconds))
    }

    private func signed(_ terms: HandoverTerms, by person: Person) throws -> ProposedHandover {
        ProposedHandover(peel: nil, statement: try HandoverStatement.sign(terms, after: nil, by: person.identity.signingKey))
    }

    private func byHolder(_ terms: HandoverTerms? = nil) throws -> ProposedHandover {
        try signed(terms ?? self.terms(on: .holder(ground.worker.key)), by: ground.worker)
    }

    private func byLeads(_ first: Person, _ second: Person, _ given: HandoverTerms? = nil) throws -> ProposedHandover {
        let terms = given ?? self.terms(on: .leads(first: first.key, second: second.key))
        let peel = try PeelStatement.sign(terms, by: first.identity.signingKey)
        let statement = try HandoverStatement.sign(terms, after: PeelStatement(parsing: peel), by: second.identity.signingKey)
        return ProposedHandover(peel: peel, statement: statement)
    }

    /// The entries of handovers; by which rosters the keeper goes stands there as well.
    private func entries() throws -> [LedgerEntry] {
        try LedgerReading.read(
            fileSystem: ground.fileSystem, layout: ground.layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]
        ).entries.filter { $0.event.mark != nil }
    }

    /// The code with which the keeper refuses, which leaves the ledger as it was; nil where it records.
    private func refusal(_ proposed: ProposedHandover, sourceLocation: SourceLocation = #_sourceLocation) throws -> RetentionError.Code? {
        let before = try entries().count
        let code = try code { _ = try keeper.record(HandoverOrder(proposed).json) }
        #expect(try entries().count == before + (code == nil ? 1 : 0), sourceLocation: sourceLocation)
        return code
    }

    @Test func `what two leads or the holder signed is written down, and the receipt is for that very entry`() throws {
        let leaves = keeper.leaves([LeafName(expiry: expiry, conversation: conversation)], for: .reading)
        guard let leaf = leaves.leaf(at: 0) else {
            Issue.record("there is no leaf")
            return
        }
        for proposed in [try byHolder(), try byLeads(first, second)] {
            try keeper.reloadRoster()
            let before = keeper.status()
            let receipt = try HandoverOrder.receipt(answer: keeper.record(HandoverOrder(proposed).json))
            let verified = try HandoverReceipt(verifying: receipt, in: ground.roster)
            let entry = try #require(entries().last)
            #expect(verified.entry == entry.number && entry.event.mark == verified.mark && verified.at.day == entry.at.day)
            #expect(LedgeredAct(.handover, text: Array(proposed.statement.text.utf8)).mark(leaf: leaf) == verified.mark)
            #expect(entry.event.act == "handover" && entry.event.state == .done && entry.event.serial == nil)
            // The calendar is as it was, and what it last did is still what counts.
            #expect(keeper.status().serial == before.serial && keeper.status().ledger.entries == before.ledger.entries + 1)
        }
    }

    @Test func `over the socket it takes the right to read, and an answer that is not asked for again`() throws {
        let order = try HandoverOrder(byHolder()).json
        let reader = try Door(keeper, rights: [.read])
        #expect(try HandoverReceipt(verifying: HandoverOrder.receipt(answer: reader.client().record(order)), in: ground.roster).entry > 0)
        let sealer = try Door(keeper, rights: [.seal, .act])
        #expect(try keeperCode { _ = try sealer.client().record(order) } == .notAllowed)
        #expect(try keeperCode { _ = try reader.client().record(Array("{}".utf8)) } == .malformed)
    }

    @Test func `whoever may not is refused, and the ledger has nothing of it`() throws {
        let stranger = try Person("stranger", .lead)
        let workerKey = ground.worker.key
        #expect(try refusal(signed(terms(on: .holder(workerKey)), by: recipient)) == .refused, "in the holder's name")
        #expect(try refusal(signed(terms(on: .holder(middle.key)), by: middle)) == .refused, "who does not hold it")
        #expect(try refusal(signed(terms(on: .holder(stranger.key)), by: stranger)) == .refused, "nobody")
        let (one, other) = first.key < stranger.key ? (first, stranger) : (stranger, first)
        #expect(try refusal(byLeads(one, other)) == .refused, "a lead and nobody")
        let (low, high) = first.key < workerKey ? (first, ground.worker) : (ground.worker, first)
        #expect(try refusal(byLeads(low, high)) == .refused, "a lead and a worker")
        #expect(try refusal(byLeads(first, middle)) == .refused, "no pair of the header's")
        // One lead's text without the other's.
        let whole = try byLeads(first, second)
        #expect(try refusal(ProposedHandover(peel: nil, statement: whole.statement)) == .refused)
        let holders = try byHolder()
        #expect(try refusal(ProposedHandover(peel: whole.peel, statement: holders.statement)) == .refused)
        let another = try byLeads(first, second, terms(on: .leads(first: first.key, second: second.key), seconds: 60))
        #expect(try refusal(ProposedHandover(peel: another.peel, statement: whole.statement)) == .refused)
    }

    @Test func `for nobody, elsewhere, too late, or of a part that is not there it is refused`() throws {
        let own = HandoverTerms.Authority.holder(ground.worker.key)
        let stranger = try Person("stranger", .worker)
        #expect(try refusal(byHolder(terms(on: own, to: stranger))) == .refused)
        #expect(try refusal(byHolder(terms(on: own, vault: .zero))) == .otherVault)
        #expect(try refusal(byHolder(terms(on: own, conversation: Ground.conversation()))) == .refused)
        #expect(try refusal(byHolder(terms(on: own, part: PartID(SystemRandom().bytes(16))))) == .refused)
        #expect(try refusal(byHolder(terms(on: own, expiry: expiry.adding(days: 1)))) == .refused)
        #expect(try refusal(byHolder(terms(on: own, seconds: 0))) == .refused)
        #expect(try refusal(byHolder(terms(on: own, seconds: 32 * 86_400))) == .refused)
        #expect(try refusal(byHolder(terms(on: own, seconds: 31 * 86_400))) == nil)
    }

    @Test func `somebody who was retired a moment ago counts no more, without a word to the keeper`() throws {
        let (holders, leads) = (try byHolder(), try byLeads(first, second))
        let others = ground.leads.filter { $0 !== first }
        try ground.change(RosterChange(retire: [ground.worker.identity.name, first.identity.name]), by: others)
        #expect(try refusal(holders) == .refused && refusal(leads) == .refused)
        try ground.change(RosterChange(retire: [recipient.identity.name]), by: others)
        #expect(try refusal(leads) == .refused)
    }

    @Test func `when the day is over there is nothing to hand over any more`() throws {
        ground.advance(days: Int(expiry.number - ground.today.number))
        #expect(try refusal(byHolder()) == nil, "on the last day")
        ground.advance(days: 1)
        #expect(try refusal(byHolder()) == .refused)
        _ = try keeper.sweep()
        #expect(try refusal(byHolder()) == .refused)
    }

    @Test func `a keeper that is not in the roster records nothing, for nobody would believe it`() throws {
        try ground.change(RosterChange(retire: ["keeper"]), by: [ground.leads[0]])
        #expect(try refusal(byHolder()) == .refused)
    }

    @Test func `nobody can fill the ledger with handovers`() throws {
        let limited = KeeperDesk(
            keeper, access: KeeperAccess(own: 1), handovers: LeafLimiter(burst: 2, perSecond: 1))
        let frame = Array(KeeperRequest.record(try HandoverOrder(byHolder()).json).encoded.dropFirst(KeeperFrame.lengthBytes))
        func code() -> KeeperError.Code? {
            switch limited.answer(frame, from: 1) {
            case .leaves: .malformed
            case .last: .malformed
            case .plain(let answer): Frames.code(answer)
            }
        }
        #expect([code(), code(), code()] == [nil, nil, .limited])
        ground.clock.advance(seconds: 60)
        #expect([code(), code()] == [nil, .limited])
    }

    @Test func `handovers go with their records' day, and not a day before`() throws {
        let path = ground.layout.handover(of: part, in: conversation, to: recipient.key, expiring: expiry)
        try ground.fileSystem.writeDurably(path, Array("handover".utf8).rawSpan, mode: VaultLayout.fileMode)
        let torn = "\(ground.layout.records(expiring: expiry))/\(DiskFileSystem.temporaryPrefix)\(DiskFileSystem.name(of: path))"
        try ground.fileSystem.writeDurably(torn, Array("half of one".utf8).rawSpan, mode: VaultLayout.fileMode)
        ground.advance(days: Int(expiry.number - ground.today.number))
        _ = try keeper.sweep()
        #expect(try ground.exists(path))
        ground.advance(days: 1)
        let outcome = try keeper.sweep()
        #expect(try outcome.files == 3 && outcome.left == 0 && !ground.exists(path) && !ground.exists(torn))
        #expect(try !ground.exists(ground.layout.records(expiring: expiry)))
    }

    @Test func `where the ledger cannot be written there is no receipt, and afterwards it goes on`() throws {
        let order = try HandoverOrder(byHolder()).json
        let disk = MemoryFileSystem()
        let store = RecordStore(fileSystem: ground.fileSystem, layout: ground.layout)
        var receipts = 0
        for number in 0..<60 {
            let faulty = FaultyFileSystem(disk, fault: .fails(.noSpace), at: number)
            do {
                let ledger = try Ledger(
                    fileSystem: faulty, layout: ground.layout, vault: ground.roster.vault, keeper: RetentionTestKeys.copy(ground.keeperKey))
                let registrar = HandoverRegistrar(roster: ground.roster, store: store, ledger: ledger)
                let now = Timestamp(seconds: ground.clock.now().seconds)
                let answer = try registrar.record(order, at: now, by: ground.keeperKey) { keeper.leaves([$0], for: .reading) }
                disk.crash(.nothingUnsynced)
                let receipt = try HandoverReceipt(verifying: HandoverOrder.receipt(answer: answer), in: ground.roster)
                receipts += 1
                let entries = try LedgerReading.read(
                    fileSystem: disk, layout: ground.layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]
                ).entries
                #expect(entries.last?.number == receipt.entry && entries.last?.event.mark == receipt.mark, "operation \(number)")
            } catch let error as RetentionError {
                #expect(error.code == .failed, "operation \(number)")
            } catch let error as LedgerError {
                #expect(error.code == .storage(.noSpace), "operation \(number)")
            }
        }
        #expect(receipts > 5 && receipts < 60)
    }
}
