import Records
import Roster
import Sodium
import Testing

@Suite("Keeper's acts need their approvals")
struct KeeperActsNeedTheirApprovalsTests {
    static let conversation = "00112233445566778899aabbccddeeff expiring 2027-03-01"

    struct Case: Sendable, CustomTestStringConvertible {
        let act: Act
        let target: String
        let subject: ApprovalRule.Subject
        /// What becomes of it with one lead, with two, with the holder alone, with the holder and a lead.
        let outcomes: [RosterError.Code?]
        var testDescription: String { "\(subject)" }
    }

    static let cases = [
        Case(act: .sweep, target: "2027-01-01", subject: .sweep, outcomes: [.tooFewApprovals, nil, .notALead, .notALead]),
        Case(act: .erase, target: conversation, subject: .erase, outcomes: [.tooFewApprovals, nil, .tooFewApprovals, nil]),
        Case(act: .erase, target: conversation, subject: .eraseCopy, outcomes: [.tooFewApprovals, nil, nil, nil]),
        Case(
            act: .hold,
            target: "\(conversation) until 2027-03-15",
            subject: .hold(days: 14),
            outcomes: [nil, nil, .notALead, .notALead]
        ),
        Case(
            act: .hold,
            target: "\(conversation) until 2027-03-15",
            subject: .hold(days: 15),
            outcomes: [.tooFewApprovals, nil, .notALead, .notALead]
        ),
        Case(
            act: .hold, target: "\(conversation) until 2027-03-15 now 2027-03-10", subject: .extendHold,
            outcomes: [.tooFewApprovals, nil, .notALead, .notALead]),
        Case(
            act: .release, target: "\(conversation) until 2027-03-15", subject: .release,
            outcomes: [.tooFewApprovals, nil, .notALead, .notALead]),
        Case(
            act: .changeClass, target: "\(conversation) class disclosure until 2034-03-01 reason legal-claim", subject: .changeClass,
            outcomes: [.tooFewApprovals, nil, .notALead, .notALead]),
    ]

    @Test("the table of acts and signatures", arguments: cases)
    func table(item: Case) throws {
        var charity = try Charity()
        let (holder, other) = (try Person("holder"), try Person("other"))
        try charity.make(RosterChange(enrol: [holder.card, other.card]), by: [charity.leads[0]])
        let id = try #require(RequestID(SystemRandom().bytes(16)))
        let expires = charity.now.later(days: 1)
        let request = try Request(act: item.act, targets: [item.target], vault: charity.roster.vault, id: id, expires: expires)
        let approval = try Request(parsing: request.bytes).review(in: charity.roster, at: charity.now).approval
        let question = ApprovalQuestion(
            act: item.act,
            targets: [item.target],
            request: id,
            subject: item.subject,
            holder: holder.card.keyID
        )
        let judge: ([Person]) throws -> RosterError.Code? = { people in
            try code {
                let signers = try charity.roster.check(people.map { approval.sign(with: $0.key) }, answer: question, at: charity.now)
                #expect(signers.map(\.card) == people.map(\.card))
            }
        }
        #expect(try judge([]) == .tooFewApprovals)
        #expect(try judge([charity.leads[0]]) == item.outcomes[0])
        #expect(try judge([charity.leads[0], charity.leads[2]]) == item.outcomes[1])
        #expect(try judge([holder]) == item.outcomes[2])
        #expect(try judge([holder, charity.leads[1]]) == item.outcomes[3])
        #expect(try judge([other, charity.leads[1]]) == .notALead)
        #expect(try judge([charity.leads[0], charity.leads[0]]) == .repeatedSigner)
    }

    @Test("a holder who is a lead counts once")
    func holderIsALead() throws {
        let charity = try Charity()
        let id = try #require(RequestID(SystemRandom().bytes(16)))
        let request = try Request(
            act: .erase,
            targets: [Self.conversation],
            vault: charity.roster.vault,
            id: id,
            expires: charity.now.later(days: 1)
        )
        let approval = try request.review(in: charity.roster, at: charity.now).approval
        let question = ApprovalQuestion(
            act: .erase,
            targets: [Self.conversation],
            request: id,
            subject: .erase,
            holder: charity.leads[0].card.keyID
        )
        let judge: ([Person]) throws -> RosterError.Code? = { people in
            try code { _ = try charity.roster.check(people.map { approval.sign(with: $0.key) }, answer: question, at: charity.now) }
        }
        #expect(try judge([charity.leads[0]]) == .tooFewApprovals)
        #expect(try judge([charity.leads[0], charity.leads[1]]) == nil)
    }

    @Test("without leads only what needs none can be done")
    func withoutLeads() throws {
        let team = try Person("team", .team)
        let charity = try Charity(leads: 0, others: [team])
        let id = try #require(RequestID(SystemRandom().bytes(16)))
        for (subject, outcome) in [(ApprovalRule.Subject.eraseCopy, nil), (.erase, RosterError.Code.withoutLeads), (.sweep, .withoutLeads)]
        {
            let act: Act = subject == .sweep ? .sweep : .erase
            let target = act == .sweep ? "2027-01-01" : Self.conversation
            let request = try Request(act: act, targets: [target], vault: charity.roster.vault, id: id, expires: charity.now.later(days: 1))
            let approval = try request.review(in: charity.roster, at: charity.now).approval.sign(with: team.key)
            let question = ApprovalQuestion(act: act, targets: [target], request: id, subject: subject, holder: team.card.keyID)
            #expect(try code { _ = try charity.roster.check([approval], answer: question, at: charity.now) } == outcome)
        }
    }

    @Test("a copy is a team's own where a team holds it and no service seals; else it takes more than the team")
    func teamsOwnCopy() throws {
        let (team, worker, service) = (try Person("team", .team), try Person("anna"), try Person("chat", .service))
        var charity = try Charity()
        try charity.make(RosterChange(enrol: [team.card, worker.card]), by: [charity.leads[0]])
        #expect(charity.roster.subjectOfErasure(holder: team.card.keyID) == .eraseCopy)
        #expect(charity.roster.subjectOfErasure(holder: worker.card.keyID) == .erase)
        #expect(charity.roster.subjectOfErasure(holder: nil) == .erase)
        #expect(charity.roster.subjectOfErasure(holder: try Person("other", .team).card.keyID) == .erase)
        var served = charity
        try served.make(RosterChange(enrol: [service.card]), by: [charity.leads[0]])
        #expect(served.roster.subjectOfErasure(holder: team.card.keyID) == .erase)
        try charity.make(RosterChange(retire: ["team"]), by: [charity.leads[0]])
        #expect(charity.roster.subjectOfErasure(holder: team.card.keyID) == .erase)
    }

    @Test("the rules are the design's table")
    func rules() {
        let two = [ApprovalRule(organisation: false, holder: false, leads: 2)]
        let subjects: [ApprovalRule.Subject] = [
            .sweep, .release, .changeClass, .removeCell, .hold(days: 15), .hold(days: 4000), .extendHold,
        ]
        for subject in subjects { #expect(ApprovalRule.rules(for: subject) == two) }
        for role in Role.allCases {
            #expect(
                ApprovalRule.rules(for: .membership(role)) == [
                    ApprovalRule(organisation: true, holder: false, leads: role == .lead ? 2 : 1)
                ]
            )
        }
        #expect(ApprovalRule.rules(for: .hold(days: 1)) == [ApprovalRule(organisation: false, holder: false, leads: 1)])
        #expect(ApprovalRule.rules(for: .erase) == [ApprovalRule(organisation: false, holder: true, leads: 1)] + two)
        #expect(ApprovalRule.rules(for: .eraseCopy) == [ApprovalRule(organisation: false, holder: true, leads: 0)] + two)
    }
}
