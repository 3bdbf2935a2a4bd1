import Handover
import Identity
import Keeper
import KeyCalendar
import Minisign
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// After a handover whoever has the record is its holder, with a lead, for an erasure; and where anything is not proven, or not clear, nobody is.
@Suite struct TheOneItWasHandedToIsTheHolderTests {
    let ground: Ground
    let keeper: RetentionKeeper
    let conversation = Ground.conversation()
    let expiry: Day
    let part: PartID
    let ben: Person
    let cora: Person
    let pair: [Person]

    init() throws {
        ground = try Ground()
        ben = try Person("ben", .worker)
        cora = try Person("cora", .worker)
        keeper = try ground.newKeeper()
        let keeperCard = try Card.sign(name: "keeper", role: .keeper, recordKey: nil, recipients: [], with: ground.keeperKey)
        try ground.change(RosterChange(enrol: [keeperCard]), by: [ground.leads[0]])
        try ground.enrolWorker([ben, cora])
        expiry = Ground.expiry(ground.today)
        part = try #require(PartID(SystemRandom().bytes(16)))
        pair = Array(ground.leads.sorted { $0.key < $1.key }.prefix(2))
        try write(part, heldBy: ground.worker)
        try keeper.reloadRoster()
    }

    private func write(_ part: PartID, heldBy holder: Person) throws {
        try ground.addRecord(conversation, part: part, expiring: expiry, heldBy: holder, leads: (pair[0], pair[1]))
    }

    private struct Made {
        let box: [UInt8]
        let steps: [HandoverStep]
    }

    /// A handover by the holder, or by the leads of the pair where none is named, that the keeper records.
    private func recorded(by holder: Person?, to recipient: Person, after steps: [HandoverStep] = []) throws -> Made {
        let box = SystemRandom().bytes(PartHeader.boxBytes)
        var authority = HandoverTerms.Authority.leads(first: pair[0].key, second: pair[1].key)
        if let holder { authority = .holder(holder.key) }
        let terms = HandoverTerms(
            vault: ground.roster.vault, conversation: conversation, expiry: expiry, items: [.init(part: part, box: box)],
            recipient: recipient.key, reason: .leave, authority: authority,
            expires: Timestamp(seconds: ground.clock.now().seconds + 3_600))
        let proposed = try holder.map { try byHolder(terms, $0) } ?? byLeads(terms)
        let receipt = try HandoverOrder.receipt(answer: keeper.record(HandoverOrder(proposed).json))
        return Made(box: box, steps: steps + [HandoverStep(proposed, receipt: receipt)])
    }

    private func byHolder(_ terms: HandoverTerms, _ holder: Person) throws -> ProposedHandover {
        ProposedHandover(peel: nil, statement: try HandoverStatement.sign(terms, after: nil, by: holder.identity.signingKey))
    }

    private func byLeads(_ terms: HandoverTerms) throws -> ProposedHandover {
        let peel = try PeelStatement.sign(terms, by: pair[0].identity.signingKey)
        let statement = try HandoverStatement.sign(terms, after: PeelStatement(parsing: peel), by: pair[1].identity.signingKey)
        return ProposedHandover(peel: peel, statement: statement)
    }

    private func put(_ made: Made, for recipient: Person, part other: PartID? = nil) throws {
        let path = ground.layout.handover(of: other ?? part, in: conversation, to: recipient.key, expiring: expiry)
        let bytes = try HandoverFile(box: made.box, steps: made.steps).bytes
        try ground.fileSystem.replaceDurably(path, bytes.rawSpan, mode: VaultLayout.fileMode)
    }

    /// Hands it over, durably.
    @discardableResult
    private func handOver(by holder: Person?, to recipient: Person, after steps: [HandoverStep] = []) throws -> [HandoverStep] {
        let made = try recorded(by: holder, to: recipient, after: steps)
        try put(made, for: recipient)
        return made.steps
    }

    private func expectRefusal(of request: Request, by person: Person, sourceLocation: SourceLocation) throws {
        let order = try ground.order(request, by: [person, ground.leads[0]])
        try RetentionTests.expectRefusal("may not approve", of: keeper, sourceLocation: sourceLocation) { _ = try keeper.act(order) }
    }

    /// Whom a request for the erasure names, and that nobody else's word counts, with a lead's.
    private func expectHolder(_ holder: Person?, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let request = try ground.request(.erase, [ConversationTarget(conversation)], of: keeper)
        let target = "\(conversation) expiring \(expiry)"
        var named = target
        if let holder { named += " holder \(holder.key)" }
        #expect(request.targets == [named], sourceLocation: sourceLocation)
        for person in [ground.worker, ben, cora] where person !== holder {
            try expectRefusal(of: request, by: person, sourceLocation: sourceLocation)
            // A request is not signed: one that names them counts no more.
            let id = try #require(RequestID(SystemRandom().bytes(16)))
            let own = try Request(
                act: .erase, targets: ["\(target) holder \(person.key)"], vault: ground.roster.vault, id: id,
                expires: request.expires)
            try expectRefusal(of: own, by: person, sourceLocation: sourceLocation)
        }
        guard let holder else { return }
        let outcome = try keeper.act(ground.order(request, by: [holder, ground.leads[0]]))
        #expect(outcome.result == .done, sourceLocation: sourceLocation)
        #expect(keeper.state(conversation, expiry) == .erased, sourceLocation: sourceLocation)
    }

    @Test func `on the holder's word`() throws {
        try handOver(by: ground.worker, to: ben)
        try expectHolder(ben)
    }

    @Test func `on the word of two leads, and with a part of their own`() throws {
        try handOver(by: nil, to: ben)
        try write(try #require(PartID(SystemRandom().bytes(16))), heldBy: ben)
        try expectHolder(ben)
    }

    @Test func `handed on it is the last one's`() throws {
        let steps = try handOver(by: ground.worker, to: ben)
        try handOver(by: ben, to: cora, after: steps)
        try expectHolder(cora)
    }

    @Test func `handed to two apart from each other it is nobody's alone`() throws {
        try handOver(by: ground.worker, to: ben)
        try handOver(by: ground.worker, to: cora)
        try expectHolder(nil)
    }

    @Test func `a part that was not handed over makes it nobody's`() throws {
        try handOver(by: ground.worker, to: ben)
        try write(try #require(PartID(SystemRandom().bytes(16))), heldBy: ground.worker)
        try expectHolder(nil)
    }

    enum Fault: CaseIterable, Sendable {
        case damaged, otherBox, otherReceipt, noReceiptOfTheKeeper, otherPart, underAnotherName
    }

    @Test(arguments: Fault.allCases)
    func `one that is not proven takes the holder's word away, and gives it to nobody`(_ fault: Fault) throws {
        let made = try recorded(by: ground.worker, to: ben)
        let step = made.steps[0]
        let proposed = ProposedHandover(peel: nil, statement: step.statement)
        switch fault {
        case .damaged:
            let path = ground.layout.handover(of: part, in: conversation, to: ben.key, expiring: expiry)
            try ground.fileSystem.replaceDurably(path, Array("{}".utf8).rawSpan, mode: VaultLayout.fileMode)
        case .otherBox: try put(Made(box: SystemRandom().bytes(PartHeader.boxBytes), steps: made.steps), for: ben)
        case .otherReceipt:
            let other = try recorded(by: ground.worker, to: ben).steps[0].receipt
            try put(Made(box: made.box, steps: [HandoverStep(proposed, receipt: other)]), for: ben)
        case .noReceiptOfTheKeeper:
            // One that whoever signed the statement made for it.
            let receipt = try HandoverReceipt(verifying: step.receipt, in: ground.roster)
            let forged = try receipt.sign(for: ground.roster.vault, by: ground.worker.identity.signingKey)
            try put(Made(box: made.box, steps: [HandoverStep(proposed, receipt: forged)]), for: ben)
        case .otherPart:
            let other = try #require(PartID(SystemRandom().bytes(16)))
            try put(made, for: ben, part: other)
        case .underAnotherName: try put(made, for: cora)
        }
        try expectHolder(nil)
        // What was right all along is right again.
        if fault != .otherPart, fault != .underAnotherName {
            try put(made, for: ben)
            try expectHolder(ben)
        }
    }
}
