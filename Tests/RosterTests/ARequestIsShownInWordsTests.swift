import Records
import Roster
import Sodium
import Testing

@Suite("A request is shown in words, and what is signed is built anew")
struct ARequestIsShownInWordsTests {
    static let id = "0123456789abcdef0123456789abcdef"

    @Test("an enrolment names role, name and number of each card")
    func enrolment() throws {
        let charity = try Charity()
        let (anna, lead) = (try Person("anna"), try Person("new-lead", .lead))
        let requests = try charity.roster.requests(for: RosterChange(enrol: [anna.card, lead.card]), expires: charity.now.later(days: 1))
        #expect(requests.count == 1)
        let review = try Request(parsing: requests[0].bytes).review(in: charity.roster, at: charity.now)
        let text = review.words.joined(separator: "\n")
        #expect(review.words[0].contains("Kinder-Chat e. V. ☎") && review.words[0].contains(charity.roster.vault.description))
        #expect(text.contains("Enrol the worker anna, card number \(anna.card.fingerprint)."))
        #expect(text.contains("Enrol the lead new-lead, card number \(lead.card.fingerprint). Together with another lead"))
        #expect(text.contains(charity.now.later(days: 1).description))
        #expect(review.approval.targets == [anna.card.digest.description, lead.card.digest.description].sorted())
        #expect(
            String(decoding: review.approval.text, as: UTF8.self) == """
                transcript-vault approval 1
                act: enrol
                target: \(review.approval.targets[0])
                target: \(review.approval.targets[1])
                vault: \(charity.roster.vault)
                request: \(charity.roster.changeID)
                expires: \(charity.now.later(days: 1))

                """
        )
    }

    @Test("a retirement names who, a sweep what is lost")
    func otherWords() throws {
        var charity = try Charity()
        let anna = try Person("anna", .team)
        try charity.make(RosterChange(enrol: [anna.card]), by: [charity.leads[0]])
        let request = try charity.roster.requests(for: RosterChange(retire: ["anna"]), expires: charity.now.later(days: 1))[0]
        let words = try request.review(in: charity.roster, at: charity.now).words.joined(separator: "\n")
        #expect(words.contains("Retire the team anna, card number \(anna.card.fingerprint)."))
        let id = try #require(RequestID(text: Self.id))
        let request2 = try Request(
            act: .sweep, targets: ["2027-01-01"], vault: charity.roster.vault, id: id, expires: charity.now.later(days: 1))
        #expect(try Request(parsing: request2.bytes) == request2)
        #expect(
            try request2.review(in: charity.roster, at: charity.now).words.contains(
                "Everything that expires before 2027-01-01 is destroyed and cannot be brought back."))
    }

    /// The words for an act on one conversation, and that the request is read as it was written.
    private func words(_ act: Act, _ more: String, in charity: Charity) throws -> String {
        let request = try Request(
            act: act, targets: ["\(Self.id) expiring 2027-03-01\(more)"], vault: charity.roster.vault,
            id: #require(RequestID(text: Self.id)), expires: charity.now.later(days: 1))
        #expect(try Request(parsing: request.bytes) == request)
        return try request.review(in: charity.roster, at: charity.now).words.joined(separator: "\n")
    }

    @Test("an act on a conversation names it, its day, until when it is kept, and what it takes")
    func conversations() throws {
        var charity = try Charity()
        let (anna, team) = (try Person("anna"), try Person("family-support", .team))
        try charity.make(RosterChange(enrol: [anna.card, team.card]), by: [charity.leads[0]])
        let holder = " holder \(try #require(anna.card.keyID))"
        for (act, more, sentences) in [
            (
                Act.erase, "",
                ["\(Self.id), which can be opened until 2027-03-01, becomes unreadable for everybody, in every copy", "takes two leads"]
            ),
            (.erase, holder, ["anna holds it: this takes anna and one lead, or two leads."]),
            (.erase, " holder \(String(repeating: "0", count: 32))", ["do not say who holds it: this takes two leads."]),
            (
                .erase, " holder \(try #require(team.card.keyID))",
                ["it is the copy of the team family-support: the team's approval is enough"]
            ),
            (
                .hold, " until 2027-03-15",
                ["expires on 2027-03-01, is kept from destruction until 2027-03-15. It is not held now: up to 14 days take one lead"]
            ),
            (.hold, " until 2027-03-15 now 2027-03-10", ["It is held until 2027-03-10 now: to hold it longer takes two leads."]),
            (.release, " until 2027-03-15", ["The hold on the conversation \(Self.id), until 2027-03-15, ends. Its own day is 2027-03-01"]),
            (
                .changeClass, " class disclosure until 2034-03-01 reason legal-claim",
                ["is kept until 2034-03-01, in the class for the records of disclosures, because a legal claim is made or expected."]
            ),
            (
                .changeClass, " class standard until 2034-03-01 reason ended",
                ["is no longer kept until 2034-03-01", "because the reason for keeping it longer has ended", "2027-03-01: if that is over"]
            ),
        ] {
            let shown = try words(act, more, in: charity)
            for sentence in sentences { #expect(shown.contains(sentence), "\(shown)") }
        }
        try charity.make(RosterChange(retire: ["anna"]), by: [charity.leads[0]])
        #expect(try words(.erase, holder, in: charity).contains("anna holds it, who is retired: this takes two leads."))
    }

    @Test("every reason has words of its own, and every class only its own reasons")
    func reasons() throws {
        let charity = try Charity()
        #expect(Set(ClassReason.allCases.map(\.words)).count == ClassReason.allCases.count)
        for reason in ClassReason.allCases {
            let fitting = RetentionClass.allCases.filter { reason.isFor($0) }
            #expect(fitting.count == 1)
            for retention in RetentionClass.allCases {
                let more = " class \(retention.name) until 2034-03-01 reason \(reason.rawValue)"
                let found = try code {
                    let shown = try words(.changeClass, more, in: charity)
                    #expect(shown.contains("because \(reason.words)"))
                }
                #expect(found == (fitting == [retention] ? nil : .invalid), "\(more)")
            }
        }
    }

    @Test("who holds all of what is erased may approve it, and a lead anything; nobody else")
    func whoMayApprove() throws {
        let charity = try Charity()
        let (anna, ben) = (try #require(Person("anna").card.keyID), try #require(Person("ben").card.keyID))
        let other = String(repeating: "5", count: 32)
        func review(_ act: Act, _ targets: [String]) throws -> ReviewedRequest {
            try Request(
                act: act, targets: targets, vault: charity.roster.vault, id: #require(RequestID(text: Self.id)),
                expires: charity.now.later(days: 1)
            ).review(in: charity.roster, at: charity.now)
        }
        let own = "\(Self.id) expiring 2027-03-01 holder \(anna)"
        let erasure = try review(.erase, [own])
        #expect(erasure.canCount(from: .worker, holding: anna) && erasure.canCount(from: .lead, holding: ben))
        #expect(!erasure.canCount(from: .worker, holding: ben) && !erasure.canCount(from: .team, holding: ben))
        for more in ["\(other) expiring 2027-03-01", "\(other) expiring 2027-03-01 holder \(ben)"] {
            #expect(try !review(.erase, [own, more]).canCount(from: .worker, holding: anna))
        }
        #expect(try !review(.release, ["\(Self.id) expiring 2027-03-01 until 2027-04-01"]).canCount(from: .worker, holding: anna))
    }

    @Test("a request for another vault, another roster or another time is not shown")
    func otherRequests() throws {
        var charity = try Charity()
        let anna = try Person("anna")
        let request = try charity.roster.requests(for: RosterChange(enrol: [anna.card]), expires: charity.now.later(days: 5))[0]
        let review: (VerifiedRoster, Timestamp) throws -> RosterError.Code? = { roster, moment in
            try code { _ = try request.review(in: roster, at: moment) }
        }
        #expect(try review(charity.roster, charity.now) == nil)
        #expect(try review(charity.roster, charity.now.later(days: 5)) == .expired)
        #expect(try review(charity.roster, charity.now.later(days: -27)) == .expiresTooLate)
        #expect(try review(Charity().roster, charity.now) == .otherVault)
        try charity.make(RosterChange(enrol: [Person("bert").card]), by: [charity.leads[0]])
        #expect(try review(charity.roster, charity.now) == .otherRequest)
        let gone = try charity.roster.requests(for: RosterChange(retire: ["bert"]), expires: charity.now.later(days: 5))[0]
        let forged = try forge(gone.bytes) { $0["targets"] = [anna.card.digest.description] }
        #expect(try code { _ = try Request(parsing: forged).review(in: charity.roster, at: charity.now) } == .notInRoster)
    }

    @Test("every other form, and cards that are not the targets, are refused")
    func otherForms() throws {
        let charity = try Charity()
        let (anna, bert) = (try Person("anna"), try Person("bert"))
        let request = try charity.roster.requests(for: RosterChange(enrol: [anna.card]), expires: charity.now.later(days: 5))[0]
        let document: (Person) -> [String: Any] = { person in
            [
                "card": String(decoding: person.card.text, as: UTF8.self),
                "signature": String(decoding: person.card.signature, as: UTF8.self),
            ]
        }
        let changes: [(String, Any?)] = [
            ("type", "transcript-vault request 2"), ("act", "share"), ("act", "retire"), ("act", "sweep"), ("vault", "00"),
            ("request", "00"),
            ("expires", "2026-11-30"), ("expires", nil), ("targets", [String]()), ("targets", [bert.card.digest.description]),
            ("targets", [anna.card.digest.description, anna.card.digest.description]), ("cards", [Any]()), ("cards", [document(bert)]),
            ("cards", [document(anna), document(bert)]), ("cards", [["card": "x", "signature": "y"]]), ("more", 1),
        ]
        #expect(try Request(parsing: forge(request.bytes) { _ in }) == request)
        for (key, value) in changes {
            let bytes = try forge(request.bytes) { $0[key] = value }
            #expect(try code { _ = try Request(parsing: bytes) } == .refused, "\(key)")
        }
        #expect(try code { _ = try Request(parsing: request.bytes.dropLast()) } == .refused)
        #expect(try code { _ = try Request(parsing: request.bytes + [UInt8](repeating: 10, count: Limits.signedTextBytes)) } == .refused)
        let bytes = try forge(request.bytes) {
            $0["act"] = "remove-cell"
            $0["cards"] = [Any]()
        }
        #expect(try code { _ = try Request(parsing: bytes) } == .unsupported)
    }

    @Test("a request with a byte changed is refused, or shows what it then says")
    func everyByte() throws {
        let charity = try Charity()
        let anna = try Person("anna")
        let request = try charity.roster.requests(for: RosterChange(enrol: [anna.card]), expires: charity.now.later(days: 5))[0]
        let words = try request.review(in: charity.roster, at: charity.now).words
        for (index, byte) in request.bytes.enumerated() {
            var bytes = request.bytes
            bytes[index] = byte ^ 1
            guard let review = try? Request(parsing: bytes).review(in: charity.roster, at: charity.now) else { continue }
            #expect(review.words != words && review.request.expires != request.expires)
        }
    }

    @Test("a keeper's request cannot be made for an act of the roster, or for what the act cannot be done to")
    func notMade() throws {
        let charity = try Charity()
        let id = try #require(RequestID(text: Self.id))
        let make: (Act, [String]) throws -> RosterError.Code? = { act, targets in
            try code { _ = try Request(act: act, targets: targets, vault: charity.roster.vault, id: id, expires: charity.now) }
        }
        #expect(try make(.sweep, ["2027-01-01"]) == nil)
        #expect(try make(.sweep, ["2027-01-01", "2027-01-02"]) == .invalid)
        #expect(try make(.sweep, ["2027-1-1"]) == .invalid)
        #expect(try make(.sweep, []) == .invalid)
        #expect(try make(.erase, ["2027-01-01"]) == .invalid)
        func many(_ count: Int) -> [String] { (0..<count).map { Self.id.dropLast(2) + String(10 + $0) + " expiring 2027-03-01" } }
        #expect(try make(.erase, many(Act.mostConversations)) == nil)
        #expect(try make(.erase, many(Act.mostConversations + 1)) == .invalid)
        #expect(try make(.enrol, [String(repeating: "0", count: 64)]) == .invalid)
        #expect(try make(.retire, [String(repeating: "0", count: 64)]) == .invalid)
        #expect(try make(.removeCell, [Self.id]) == .unsupported)
    }

    @Test("a conversation's target has one form for each act", arguments: [Act.erase, .hold, .release, .changeClass])
    func targets(act: Act) throws {
        let (day, later, key) = ("2027-03-01", "2027-04-01", String(repeating: "7", count: 32))
        let good: [Act: [String]] = [
            .erase: ["\(Self.id) expiring \(day)", "\(Self.id) expiring \(day) holder \(key)"],
            .hold: ["\(Self.id) expiring \(day) until \(later)", "\(Self.id) expiring \(day) until \(later) now \(day)"],
            .release: ["\(Self.id) expiring \(day) until \(later)"],
            .changeClass: [
                "\(Self.id) expiring \(day) class disclosure until \(later) reason inquiry",
                "\(Self.id) expiring \(day) class standard until \(later) reason mistake",
            ],
        ]
        for text in Set(good.values.joined()) {
            #expect(ConversationTarget(text: text)?.text == text)
            #expect((act.target(text) != nil) == (good[act]?.contains(text) ?? false), "\(act): \(text)")
        }
        for text in good[act] ?? [] {
            for bad in [
                "", " \(text)", "\(text) ", text.replacing(" ", with: "  ", maxReplacements: 1), text + " reason ended", text + " now",
                text.uppercased(), text.replacing(day, with: "2027-3-1"), text.replacing("expiring \(day)", with: "expiring never"),
                text.replacing("expiring \(day) ", with: ""), text + " expiring \(day)", text + "\n",
                text.replacing(" until", with: "\tuntil"),
                String(text.dropFirst()), "x" + text, text.replacing("until \(later)", with: "until \(later) until \(later)"),
            ] where bad != text { #expect(act.target(bad) == nil, "\(bad)") }
        }
        // A hold gets longer, never shorter.
        #expect(Act.hold.target("\(Self.id) expiring \(day) until \(day) now \(day)") == nil)
        #expect(Act.hold.target("\(Self.id) expiring \(day) until \(day) now \(later)") == nil)
        // What is asked has what the keeper cannot find out, and may have the day.
        let asked: [Act: String] = [.erase: "", .release: "", .hold: " until \(later)", .changeClass: " class standard reason ended"]
        for (asking, more) in asked {
            for text in ["\(Self.id)\(more)", "\(Self.id) expiring \(day)\(more)"] {
                #expect((act.askedTarget(text) != nil) == (asked[act] == more), "\(asking): \(text)")
            }
        }
        #expect(act.askedTarget("\(Self.id) expiring \(day) until \(later) now \(day) holder \(key)") == nil)
    }
}
