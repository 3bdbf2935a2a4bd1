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
        let conversation = try #require(ConversationID(text: Self.id))
        let until = try #require(Day(text: "2027-03-01"))
        for (act, target, sentence) in [
            (Act.sweep, "2027-01-01", "Everything that expires before 2027-01-01 is destroyed and cannot be brought back."),
            (.erase, Self.id, "The conversation \(Self.id) becomes unreadable for everybody and cannot be brought back."),
            (.hold, Act.holdTarget(conversation, until: until), "The conversation \(Self.id) is kept from destruction until 2027-03-01."),
            (
                .release, Self.id,
                "The hold on the conversation \(Self.id) ends; if its day is over, it is destroyed and cannot be brought back."
            ),
        ] {
            let request = try Request(act: act, targets: [target], vault: charity.roster.vault, id: id, expires: charity.now.later(days: 1))
            #expect(try Request(parsing: request.bytes) == request)
            #expect(try request.review(in: charity.roster, at: charity.now).words.contains(sentence))
        }
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
        for act in ["change-class", "remove-cell"] {
            let bytes = try forge(request.bytes) {
                $0["act"] = act
                $0["cards"] = [Any]()
            }
            #expect(try code { _ = try Request(parsing: bytes) } == .unsupported)
        }
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
        #expect(try make(.erase, (0...Act.mostTargets).map { Self.id.dropLast(2) + String(10 + $0) }) == .invalid)
        #expect(try make(.hold, [Self.id]) == .invalid)
        #expect(try make(.hold, ["\(Self.id) until never"]) == .invalid)
        #expect(try make(.enrol, [String(repeating: "0", count: 64)]) == .invalid)
        #expect(try make(.retire, [String(repeating: "0", count: 64)]) == .invalid)
        #expect(try make(.changeClass, [Self.id]) == .unsupported)
        #expect(try make(.removeCell, [Self.id]) == .unsupported)
    }
}
