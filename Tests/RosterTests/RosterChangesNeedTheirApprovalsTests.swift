import Minisign
import Records
import Roster
import Testing

@Suite("Roster changes need their approvals")
struct RosterChangesNeedTheirApprovalsTests {
    /// What becomes of a change approved by the first `count` leads.
    static func change(_ charity: Charity, _ change: RosterChange, by count: Int) throws -> RosterError.Code? {
        try code { _ = try charity.next(change, by: Array(charity.leads.prefix(count))) }
    }

    @Test("one lead for a worker, team, service or keeper, to enrol and to retire", arguments: [Role.worker, .team, .service, .keeper])
    func members(role: Role) throws {
        var charity = try Charity()
        let person = try Person("somebody", role)
        let enrol = RosterChange(enrol: [person.card])
        #expect(try Self.change(charity, enrol, by: 0) == .tooFewApprovals)
        #expect(try Self.change(charity, enrol, by: 1) == nil)
        #expect(try Self.change(charity, enrol, by: 3) == nil)
        try charity.make(enrol, by: [charity.leads[2]])
        #expect(charity.roster.member(named: "somebody")?.card == person.card)
        let retire = RosterChange(retire: ["somebody"])
        #expect(try Self.change(charity, retire, by: 0) == .tooFewApprovals)
        try charity.make(retire, by: [charity.leads[0]])
        #expect(charity.roster.member(named: "somebody") == nil)
        #expect(charity.roster.number == 3)
    }

    @Test("two leads for a lead, to enrol and to retire, also among others")
    func leads() throws {
        var charity = try Charity()
        let lead = try Person("new-lead", .lead)
        let enrol = RosterChange(enrol: [lead.card])
        #expect(try Self.change(charity, enrol, by: 1) == .tooFewApprovals)
        #expect(try Self.change(charity, RosterChange(enrol: [Person("w").card, lead.card, Person("v").card]), by: 1) == .tooFewApprovals)
        try charity.make(enrol, by: Array(charity.leads.prefix(2)))
        #expect(charity.roster.leads.count == 4 && charity.roster.leadPairs.count == 6)
        #expect(try Self.change(charity, RosterChange(retire: ["lead-0"]), by: 1) == .tooFewApprovals)
        try charity.make(RosterChange(retire: ["lead-0"]), by: [charity.leads[1], lead])
        #expect(charity.roster.leads.count == 3)
    }

    @Test("leads may fall to two, who can enrol a third, but not below")
    func fewestLeads() throws {
        var charity = try Charity()
        try charity.make(RosterChange(retire: ["lead-2"]), by: Array(charity.leads.prefix(2)))
        #expect(charity.roster.leadPairs.isEmpty && charity.roster.leads.count == 2)
        #expect(try Self.change(charity, RosterChange(retire: ["lead-1"]), by: 2) == .tooFewLeads)
        try charity.make(RosterChange(enrol: [Person("third", .lead).card]), by: Array(charity.leads.prefix(2)))
        #expect(charity.roster.leadPairs.count == 3)
    }

    @Test("no more leads than a header has pairs for")
    func mostLeads() throws {
        let charity = try Charity(leads: 26)
        #expect(try Self.change(charity, RosterChange(enrol: [Person("one-more", .lead).card]), by: 2) == .tooManyLeads)
    }

    @Test("a card is replaced by retiring the old and enrolling the new in one change")
    func replacement() throws {
        var charity = try Charity()
        let anna = try Person("anna", .team)
        try charity.make(RosterChange(enrol: [anna.card]), by: [charity.leads[0]])
        let renewed = try anna.renewed()
        #expect(try Self.change(charity, RosterChange(enrol: [renewed]), by: 1) == .nameTaken)
        charity.now = charity.now.later(days: 30)
        try charity.make(RosterChange(enrol: [renewed], retire: ["anna"]), by: [charity.leads[0]])
        #expect(charity.roster.member(named: "anna")?.card == renewed)
        #expect(charity.roster.members.count == 5)
        // Her key stays hers.
        #expect(
            try Self.change(charity, RosterChange(enrol: [Person("bert", .team, recordKey: anna.card.recordKey).card]), by: 1) == .keyTaken
        )
    }

    @Test("a worker becomes a lead with the same keys, but no program does")
    func promotion() throws {
        var charity = try Charity()
        let anna = try Person("anna")
        try charity.make(RosterChange(enrol: [anna.card]), by: [charity.leads[0]])
        let promotion = RosterChange(enrol: [try anna.renewed(role: .lead)], retire: ["anna"])
        // Enrolling needs two leads, retiring one: whoever approves, approves both.
        #expect(try Self.change(charity, promotion, by: 1) == .tooFewApprovals)
        try charity.make(promotion, by: Array(charity.leads.prefix(2)))
        #expect(charity.roster.leads.count == 4)
        #expect(try Self.change(charity, RosterChange(enrol: [try anna.renewed(role: .team)], retire: ["anna"]), by: 2) == .keyTaken)
    }

    @Test("a change is of people that are there, at a time that comes after")
    func impossibleChanges() throws {
        var charity = try Charity()
        #expect(try Self.change(charity, RosterChange(), by: 1) == .invalid)
        #expect(try Self.change(charity, RosterChange(retire: ["nobody"]), by: 1) == .notInRoster)
        #expect(try Self.change(charity, RosterChange(retire: ["lead-0", "lead-0"]), by: 2) == .notInRoster)
        let anna = try Person("anna").card
        #expect(try Self.change(charity, RosterChange(enrol: [anna, anna]), by: 1) == .nameTaken)
        #expect(try Self.change(charity, RosterChange(enrol: (0...Act.mostTargets).map { try Person("w\($0)").card }), by: 1) == .invalid)
        charity.now = charity.now.later(seconds: -1)
        #expect(try Self.change(charity, RosterChange(enrol: [anna]), by: 1) == .clock)
    }

    @Test("another key than the organisation's does not sign")
    func otherOrganisation() throws {
        let charity = try Charity()
        let change = RosterChange(enrol: [try Person("anna").card])
        let unsigned = try charity.roster.changed(by: change, approvals: charity.approvals(change, by: [charity.leads[0]]), at: charity.now)
        #expect(try code { _ = try unsigned.sign(with: charity.leads[0].key) } == .invalid)
    }
}
