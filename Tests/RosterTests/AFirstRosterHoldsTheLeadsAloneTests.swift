import Minisign
import Records
import Roster
import Sodium
import Testing

@Suite("A first roster holds the leads alone, or is of a vault without leads")
struct AFirstRosterHoldsTheLeadsAloneTests {
    static func first(_ people: [Person], organisation: String = "Kinder-Chat") throws -> RosterError.Code? {
        let key = try Person("organisation", .keeper)
        return try code {
            let vault = try #require(VaultID(SystemRandom().bytes(16)))
            let unsigned = try VerifiedRoster.first(
                organisation: organisation,
                vault: vault,
                policy: #require(Charity.policy),
                cards: people.map(\.card),
                at: Charity.start,
                organisationKey: key.key.publicKey
            )
            _ = try VerifiedRoster(first: unsigned.sign(with: key.key), organisationKey: MinisignPublicKey(key.key.publicKey))
        }
    }

    static func leads(_ count: Int) throws -> [Person] {
        try (0..<count).map { try Person("lead-\($0)", .lead) }
    }

    @Test("three leads or more, up to the pairs that a header holds")
    func numbersOfLeads() throws {
        #expect(try Self.first(Self.leads(1)) == .tooFewLeads)
        #expect(try Self.first(Self.leads(2)) == .tooFewLeads)
        #expect(try Self.first(Self.leads(3)) == nil)
        #expect(try Self.first(Self.leads(26)) == nil)
        #expect(try Self.first(Self.leads(27)) == .tooManyLeads)
    }

    @Test("nobody else beside leads, anybody without them")
    func others() throws {
        for role in Role.allCases where role != .lead {
            #expect(try Self.first(Self.leads(3) + [Person("other", role)]) == .leadsFirst)
        }
        #expect(try Self.first([]) == nil)
        #expect(try Self.first([Person("a"), Person("b"), Person("t", .team), Person("s", .service), Person("k", .keeper)]) == nil)
    }

    @Test("names, keys and the keeper are each one's own")
    func ownership() throws {
        #expect(try Self.first([Person("a"), Person("a")]) == .nameTaken)
        #expect(try Self.first([Person("k", .keeper), Person("l", .keeper)]) == .keeperTaken)
        let seed = SecretBytes.random(SigningKey.seedBytes, from: SystemRandom())
        #expect(try Self.first([Person("a", key: SigningKey(seed: seed)), Person("b", key: SigningKey(seed: seed))]) == .keyTaken)
        let record = try Person.recordKey()
        #expect(try Self.first([Person("a", recordKey: record), Person("b", recordKey: record)]) == .keyTaken)
    }

    @Test("two names cannot have one recipient")
    func recipients() throws {
        let (one, two) = (try Person("a"), try Person("b"))
        let card = try Card.sign(name: "b", role: .worker, recordKey: two.card.recordKey, recipients: one.card.recipients, with: two.key)
        let charity = try Charity()
        #expect(
            try code { _ = try charity.roster.requests(for: RosterChange(enrol: [one.card, card]), expires: Charity.start) } == .keyTaken
        )
    }

    @Test("the organisation's name is one short line", arguments: ["", " x", "a\nb", "a\u{202E}b", String(repeating: "x", count: 101)])
    func organisationName(name: String) throws {
        #expect(try Self.first([], organisation: name) == .invalid)
    }

    @Test("the first three leads see that every later change needs them; without leads nothing changes any more")
    func withoutLeads() throws {
        let charity = try Charity(leads: 0, others: [Person("a"), Person("k", .keeper)])
        #expect(charity.roster.leads.isEmpty && charity.roster.leadPairs.isEmpty)
        for change in try [
            RosterChange(enrol: [Person("b").card]), RosterChange(retire: ["a"]), RosterChange(enrol: [Person("l", .lead).card]),
        ] {
            #expect(try code { _ = try charity.roster.changed(by: change, approvals: [], at: charity.now) } == .withoutLeads)
        }
    }
}
