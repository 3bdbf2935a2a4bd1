import Records
import Roster
import Sodium
import Testing

@Suite("The roster says who is who")
struct WhoIsWhoTests {
    @Test("people are found by name while in force, by key for ever")
    func lookUps() throws {
        var charity = try Charity()
        let (anna, service, keeper) = (try Person("anna"), try Person("intake", .service), try Person("keeper", .keeper))
        #expect(charity.roster.keeper == nil)
        try charity.make(RosterChange(enrol: [anna.card, service.card, keeper.card]), by: [charity.leads[0]])
        let holder = try charity.roster.holder(named: "anna")
        #expect(
            holder.keyID == anna.card.keyID && holder.recordKey == anna.card.recordKey && holder.name == "anna" && holder.role == .worker
        )
        #expect(charity.roster.keeper?.card == keeper.card)
        for name in ["intake", "keeper", "nobody", "Anna", ""] {
            #expect(try code { _ = try charity.roster.holder(named: name) } == .notInRoster)
            #expect(try code { _ = try charity.roster.addressee(named: name, on: charity.now.day) } == .notInRoster)
        }
        let enrolled = charity.now.day
        charity.now = charity.now.later(days: 10)
        try charity.make(RosterChange(retire: ["anna", "intake"]), by: [charity.leads[0]])
        let retired = charity.now.day
        #expect(try code { _ = try charity.roster.holder(named: "anna") } == .notInRoster)
        #expect(charity.roster.member(named: "intake") == nil)
        #expect(charity.roster.membersInForce.count == 4)
        #expect(charity.roster.card(keyID: try #require(anna.card.keyID)) == anna.card)
        #expect(charity.roster.card(signer: service.card.signerID) == service.card)
        #expect(charity.roster.card(signer: try Person("x").card.signerID) == nil)
        // What it signed counts from the day of enrolment to the day of retirement, both included.
        let counts: (Day) -> Bool = { charity.roster.member(signer: service.card.signerID, on: $0) != nil }
        #expect(!counts(Day(number: enrolled.number - 1)) && counts(enrolled) && counts(retired) && !counts(retired.adding(days: 1)))
    }

    @Test("lead pairs are all unordered pairs, sorted as a header has them", arguments: [3, 4, 7, 26])
    func leadPairs(count: Int) throws {
        let roster = try Charity(leads: count).roster
        #expect(roster.leads.count == count && roster.leadPairs.count == count * (count - 1) / 2)
        #expect(roster.leadPairs.count <= Limits.leadPairs)
        #expect(roster.leadPairs.allSatisfy { $0.first.keyID < $0.second.keyID && $0.first.role == .lead })
        let keys = roster.leadPairs.map { $0.first.keyID.bytes + $0.second.keyID.bytes }
        #expect(zip(keys, keys.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    }

    @Test("an addressee has the recipients of the day")
    func addressee() throws {
        var charity = try Charity()
        let key = try SigningKey(seed: .random(SigningKey.seedBytes, from: SystemRandom()))
        let months = try [("2026-11-01", "2026-11-30"), ("2026-12-01", "2026-12-31")].map { from, to in
            try DatedRecipient(text: Person.recipient(), from: #require(Day(text: from)), to: Day(text: to))
        }
        let card = try Card.sign(name: "team", role: .team, recordKey: Person.recordKey(), recipients: months.reversed(), with: key)
        #expect(card.recipients == months)
        try charity.make(RosterChange(enrol: [card]), by: [charity.leads[0]])
        let recipients: (String) throws -> [DatedRecipient] = { day in
            try charity.roster.addressee(named: "team", on: #require(Day(text: day))).recipients
        }
        #expect(try recipients("2026-11-30") == [months[0]])
        #expect(try recipients("2026-12-01") == [months[1]])
        // A year's recipient beside the month's: both, sorted.
        let both = try [("z", "2026-01-01"), ("q", "2026-11-01")].map { letter, from in
            try DatedRecipient(text: "age1" + String(repeating: letter, count: 58), from: #require(Day(text: from)), to: nil)
        }
        let other = try Card.sign(name: "other", role: .team, recordKey: Person.recordKey(), recipients: both, with: Person("other").key)
        try charity.make(RosterChange(enrol: [other]), by: [charity.leads[0]])
        #expect(try charity.roster.addressee(named: "other", on: charity.now.day).recipients == both.reversed())
        #expect(try code { _ = try recipients("2027-01-01") } == .notInRoster)
        #expect(try code { _ = try recipients("2026-10-31") } == .notInRoster)
    }

    @Test("an identity is told when the card of its name is not its own")
    func owner() throws {
        var charity = try Charity()
        let (anna, other) = (try Person("anna"), try Person("anna"))
        try charity.make(RosterChange(enrol: [anna.card]), by: [charity.leads[0]])
        let owner: (Person, String, Role, BoxPublicKey?) throws -> RosterError.Code? = { person, name, role, recordKey in
            try code {
                let member = try charity.roster.owner(named: name, role: role, recordKey: recordKey, signingKey: person.key.publicKey)
                #expect(member.card == anna.card)
            }
        }
        #expect(try owner(anna, "anna", .worker, anna.card.recordKey) == nil)
        #expect(try owner(other, "anna", .worker, other.card.recordKey) == .notYourCard)
        #expect(try owner(anna, "anna", .worker, other.card.recordKey) == .notYourCard)
        #expect(try owner(other, "anna", .worker, anna.card.recordKey) == .notYourCard)
        #expect(try owner(anna, "anna", .lead, anna.card.recordKey) == .notYourCard)
        #expect(try owner(anna, "anna", .worker, nil) == .notYourCard)
        #expect(try owner(anna, "bert", .worker, anna.card.recordKey) == .notInRoster)
    }
}
