import Testing

@Suite struct EveryKnownAnswerIsGivenTests {
    /// What reads each kind.
    private static let judges: [String: @Sendable (KnownAnswer) throws -> [KnownAnswer.Field]] = [
        "part": judgeConversation, "handover": judgeConversation, "pair": judgePair, "ledger": judgeLedger,
        "calendar": judgeCalendar, "slot": judgeSlot, "cell": judgeCell, "intent": judgeIntent,
        "card": judgeCard, "roster": judgeRoster, "approvals": judgeApprovals, "request": judgeRequest,
        "identity": judgeIdentity, "statement": judgeStatement, "consent": judgeConsent, "bundle": judgeBundle, "event": judgeEvent,
    ]

    @Test func eachFileHasExactlyTheOutcomeThatItNames() throws {
        let answers = try KnownAnswer.all()
        var counts: [String: Int] = [:]
        for answer in answers {
            let judge = try #require(Self.judges[answer.kind], "\(answer.name): nothing reads the kind \(answer.kind)")
            let found = try judge(answer).map { "\($0.name): \($0.value)" }
            #expect(found == answer.outcome.map { "\($0.name): \($0.value)" }, "\(answer.name)")
            counts[answer.kind, default: 0] += 1
        }
        #expect(Set(counts.keys) == Set(Self.judges.keys), "a kind has no file")
        print("\(answers.count) known answers:", counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
    }

    @Test func whatIsNotInTheFormIsNoKnownAnswer() throws {
        let head = "transcript-vault known answer 1\nkind: slot\nfact: x.\n"
        func read(_ text: String) throws -> KnownAnswer { try KnownAnswer(name: "x", Array(text.utf8)) }
        let right = try read(head + "file: slot 2\nzeros: slot 2\nexpect: valid\n\nab")
        #expect(try right.file("slot") == Array("ab\0\0".utf8))
        for text in [
            "", head, "transcript-vault known answer 2\nkind: slot\nfact: x.\nexpect: valid\n\n", head + "\n",
            head + "file: slot 2\nexpect: valid\n\na", head + "file: slot 2\nexpect: valid\n\nabc", head + "file: slot\nexpect: valid\n\n",
            head + "zeros: slot 2\nexpect: valid\n\n", head + "line\nexpect: valid\n\n",
        ] {
            #expect(throws: KnownAnswer.FormError.self) { try read(text) }
        }
    }
}
