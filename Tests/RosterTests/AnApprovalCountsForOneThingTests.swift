import Minisign
import Records
import Roster
import Sodium
import Testing

@Suite("An approval counts for one thing")
struct AnApprovalCountsForOneThingTests {
    let charity: Charity
    let anna: Person
    let change: RosterChange

    init() throws {
        charity = try Charity()
        anna = try Person("anna")
        change = RosterChange(enrol: [anna.card])
    }

    /// What becomes of the change with these approvals.
    func judge(_ approvals: [UnverifiedApproval], at moment: Timestamp? = nil) throws -> RosterError.Code? {
        try code { _ = try charity.roster.changed(by: change, approvals: approvals, at: moment ?? charity.now) }
    }

    func good(_ index: Int = 0) throws -> UnverifiedApproval {
        try charity.approvals(change, by: [charity.leads[index]])[0]
    }

    @Test("the right one counts")
    func right() throws {
        #expect(try judge([good()]) == nil)
        #expect(try judge([good(), good(1)]) == nil)
    }

    @Test("another vault, act, request or target is refused")
    func otherThings() throws {
        let good = try good()
        let lead = charity.leads[0]
        let vault = charity.roster.vault.description
        #expect(try judge([forgedApproval(good, replacing: vault, by: String(repeating: "0", count: 32), signedBy: lead)]) == .otherVault)
        let request = charity.roster.changeID.description
        #expect(
            try judge([forgedApproval(good, replacing: request, by: String(repeating: "0", count: 32), signedBy: lead)]) == .otherRequest
        )
        let target = anna.card.digest.description
        #expect(
            try judge([forgedApproval(good, replacing: target, by: String(repeating: "0", count: 64), signedBy: lead)]) == .otherTargets
        )
        #expect(try judge([forgedApproval(good, replacing: "act: enrol", by: "act: retire", signedBy: lead)]) == .otherAct)
        #expect(
            try judge([
                forgedApproval(
                    good,
                    replacing: "target: \(target)",
                    by: "target: \(String(repeating: "0", count: 64))\ntarget: \(target)",
                    signedBy: lead
                )
            ]) == .otherTargets
        )
    }

    @Test("it expires, at the second, and no later than any may")
    func expiry() throws {
        let good = try good()
        #expect(try judge([good], at: charity.now.later(days: 7, seconds: -1)) == nil)
        #expect(try judge([good], at: charity.now.later(days: 7)) == .expired)
        let expires = charity.now.later(days: 7).description
        let latest = charity.now.later(days: 31)
        let lead = charity.leads[0]
        #expect(try judge([forgedApproval(good, replacing: expires, by: latest.description, signedBy: lead)]) == nil)
        #expect(
            try judge([forgedApproval(good, replacing: expires, by: latest.later(seconds: 1).description, signedBy: lead)])
                == .expiresTooLate
        )
    }

    @Test("it does not count when the roster has moved on")
    func replay() throws {
        var charity = charity
        let approval = try good()
        try charity.make(RosterChange(enrol: [Person("bert").card]), by: [charity.leads[1]])
        #expect(try code { _ = try charity.roster.changed(by: change, approvals: [approval], at: charity.now) } == .otherRequest)
        // Nor for enrolling again what was retired since.
        try charity.make(change, by: [charity.leads[0]])
        let used = try charity.approvals(RosterChange(retire: ["anna"]), by: [charity.leads[0]])
        try charity.make(RosterChange(retire: ["anna"]), by: [charity.leads[0]])
        #expect(try code { _ = try charity.roster.changed(by: change, approvals: [approval], at: charity.now) } == .otherRequest)
        try charity.make(change, by: [charity.leads[0]])
        #expect(
            try code { _ = try charity.roster.changed(by: RosterChange(retire: ["anna"]), approvals: used, at: charity.now) }
                == .otherRequest
        )
    }

    @Test("one person is one person")
    func repeated() throws {
        #expect(try judge([good(), good()]) == .repeatedSigner)
        let lead = try Person("new", .lead)
        let two = RosterChange(enrol: [lead.card])
        let twice = try charity.approvals(two, by: [charity.leads[0], charity.leads[0]])
        #expect(try code { _ = try charity.roster.changed(by: two, approvals: twice, at: charity.now) } == .repeatedSigner)
    }

    @Test("nobody approves who is not a lead in force before the change")
    func otherSigners() throws {
        var charity = charity
        let (worker, stranger) = (try Person("bert"), try Person("lead-0", .lead))
        #expect(try judge(charity.approvals(change, by: [stranger])) == .unknownSigner)
        // The organisation's key is nobody's.
        #expect(try judge(charity.approvals(change, by: [charity.organisation])) == .unknownSigner)
        // Not the person who is enrolled, be it as a lead.
        #expect(try judge(charity.approvals(change, by: [anna])) == .unknownSigner)
        let own = RosterChange(enrol: [stranger.card, try Person("x").card])
        let ownApprovals = try charity.approvals(RosterChange(enrol: [try Person("y", .lead).card]), by: [stranger])
        #expect(try code { _ = try charity.roster.changed(by: own, approvals: ownApprovals, at: charity.now) } != nil)
        try charity.make(RosterChange(enrol: [worker.card]), by: [charity.leads[1]])
        let before = charity
        let byWorker = try charity.approvals(change, by: [worker])
        #expect(try code { _ = try charity.roster.changed(by: change, approvals: byWorker, at: charity.now) } == .notALead)
        try charity.make(RosterChange(enrol: [Person("fourth", .lead).card], retire: ["lead-0"]), by: Array(charity.leads.suffix(2)))
        let byRetired = try charity.approvals(change, by: [charity.leads[0]])
        #expect(try code { _ = try charity.roster.changed(by: change, approvals: byRetired, at: charity.now) } == .retiredSigner)
        #expect(try code { _ = try before.next(change, by: [charity.leads[0]]) } == nil)
    }

    @Test("what is wrong is not carried along with what is right")
    func mixed() throws {
        var wrong = try good(1)
        wrong = try forgedApproval(wrong, replacing: "act: enrol", by: "act: retire", signedBy: charity.leads[1])
        #expect(try judge([good(), wrong]) == .otherAct)
        let stranger = try charity.approvals(change, by: [Person("z", .lead)])
        #expect(try judge([good()] + stranger) == .unknownSigner)
        #expect(try judge([good(), UnverifiedApproval(text: [], signature: [])]) == .refused)
        #expect(try judge([good(), UnverifiedApproval(text: good(1).text, signature: good().signature)]) == .repeatedSigner)
    }

    @Test("no byte of text or signature can be another")
    func everyByte() throws {
        let good = try good()
        for (index, byte) in good.text.enumerated() {
            for value in [byte ^ 1, byte ^ 0x20, byte ^ 0x80, 10] where value != byte {
                var text = good.text
                text[index] = value
                #expect(try judge([UnverifiedApproval(text: text, signature: good.signature)]) != nil)
            }
        }
        for (index, byte) in good.signature.enumerated() {
            for value in [byte ^ 1, byte ^ 0x20, byte ^ 0x80, 10] where value != byte {
                var signature = good.signature
                signature[index] = value
                #expect(try judge([UnverifiedApproval(text: good.text, signature: signature)]) == .unknownSigner)
            }
        }
    }

    @Test("another form of the text is refused, whoever signed it")
    func otherForms() throws {
        let good = try good()
        let target = "target: \(anna.card.digest)\n"
        for (old, new) in [
            ("act: enrol", "act: Enrol"), ("act: enrol", "act: share"), (target, ""), (target, target + target), ("Z\n", "z\n"),
            ("Z\n", "+00:00\n"), ("Z\n", ".0Z\n"), ("vault: ", "vault: 0"), ("approval 1", "approval 2"), ("target: ", "target: x"),
            ("\n", "\r\n"), ("request: ", "request:  "),
        ] {
            #expect(try judge([forgedApproval(good, replacing: old, by: new, signedBy: charity.leads[0])]) == .refused, "\(old) as \(new)")
        }
        let many = (0...Act.mostTargets).map { "target: " + String(repeating: "0", count: 60) + String(1000 + $0) + "\n" }.joined()
        #expect(try judge([forgedApproval(good, replacing: target, by: many, signedBy: charity.leads[0])]) == .refused)
        let unsorted = "target: \(String(repeating: "f", count: 64))\n" + target
        #expect(try judge([forgedApproval(good, replacing: target, by: unsorted, signedBy: charity.leads[0])]) == .refused)
        #expect(
            try judge([forgedApproval(good, replacing: "act: enrol", by: "act: remove-cell", signedBy: charity.leads[0])]) == .unsupported
        )
    }

    @Test("a signature for another purpose is refused")
    func otherPurpose() throws {
        let good = try good()
        let text = good.text
        let signature = MinisignSignature.sign(text.rawSpan, with: charity.leads[0].key, trustedComment: "transcript-vault card 1")
        #expect(try judge([UnverifiedApproval(text: good.text, signature: signature.fileBytes)]) == .unknownSigner)
    }
}
