import Minisign
import Records
import Roster
import Sodium
import Testing

/// The administrator has the organisation's key and every file, and none of the leads' keys.
@Suite("An administrator alone changes nothing")
struct AnAdministratorAloneChangesNothingTests {
    let charity: Charity
    let legitimate: UnverifiedRoster
    let mallory: Person

    init() throws {
        var charity = try Charity()
        try charity.make(RosterChange(enrol: [Person("anna").card, Person("team", .team).card]), by: [charity.leads[0]])
        charity.now = charity.now.later(days: 3)
        self.charity = charity
        legitimate = try charity.next(RosterChange(enrol: [Person("bert").card], retire: ["anna"]), by: [charity.leads[1]])
        mallory = try Person("mallory")
    }

    /// What becomes of the legitimate next roster with something changed, signed again with the organisation's key.
    func judge(_ change: (inout [String: Any]) throws -> Void) throws -> RosterError.Code? {
        try code { _ = try charity.roster.successor(charity.sign(forge(legitimate.bytes, change))) }
    }

    func entry(_ person: Person) -> [String: Any] {
        [
            "card": String(decoding: person.card.text, as: UTF8.self), "signature": String(decoding: person.card.signature, as: UTF8.self),
            "valid_from": charity.now.day.description, "valid_to": Optional<String>.none as Any,
        ]
    }

    @Test("unchanged it is accepted, with any change of bytes alone it is not")
    func control() throws {
        #expect(try judge { _ in } == nil)
        #expect(try code { _ = try charity.roster.successor(charity.sign(legitimate.bytes.dropLast())) } == .refused)
        #expect(try code { _ = try charity.roster.successor(charity.sign([UInt8(ascii: " ")] + legitimate.bytes)) } == .refused)
        #expect(try code { _ = try charity.roster.successor(charity.sign(legitimate.bytes + [10])) } == .refused)
    }

    @Test("cannot enrol themself: not beside others, not in a change of their own, not as a lead")
    func enrolment() throws {
        #expect(
            try judge { roster in
                let entries = try #require(roster["entries"] as? [Any])
                roster["entries"] = entries + [entry(mallory)]
            } == .otherTargets
        )
        for role in Role.allCases {
            let person = try Person("mallory", role)
            let file = try forge(legitimate.bytes) { roster in
                let entries = try #require(roster["entries"] as? [[String: Any]])
                roster["entries"] =
                    entries.prefix(5).map { entry in
                        var entry = entry
                        entry["valid_to"] = Optional<String>.none as Any
                        return entry
                    } + [self.entry(person)]
                roster["approvals"] = [Any]()
            }
            #expect(try code { _ = try charity.roster.successor(charity.sign(file)) } == .tooFewApprovals)
        }
    }

    @Test("cannot put their own card in the place of somebody's")
    func replacement() throws {
        for index in 0..<5 {
            #expect(
                try judge { roster in
                    var entries = try #require(roster["entries"] as? [[String: Any]])
                    let card = entries[index]["card"] as? String ?? ""
                    let name = try #require(card.split(separator: "\n").first { $0.hasPrefix("name: ") }).dropFirst(6)
                    let role = try #require(card.split(separator: "\n").first { $0.hasPrefix("role: ") }).dropFirst(6)
                    let person = try Person(String(name), #require(Role(rawValue: String(role))))
                    entries[index]["card"] = String(decoding: person.card.text, as: UTF8.self)
                    entries[index]["signature"] = String(decoding: person.card.signature, as: UTF8.self)
                    roster["entries"] = entries
                } == .refused
            )
        }
    }

    @Test("cannot retire a lead, undo a retirement, remove or reorder entries, or move their days")
    func entries() throws {
        let day = charity.now.day
        let change: (Int, String, Any) throws -> RosterError.Code? = { index, key, value in
            try judge { roster in
                var entries = try #require(roster["entries"] as? [[String: Any]])
                entries[index][key] = value
                roster["entries"] = entries
            }
        }
        // Entries: three leads, anna (retired by this roster), the team, bert (enrolled by it).
        #expect(try change(0, "valid_to", day.description) == .otherTargets)
        #expect(try change(3, "valid_to", Optional<String>.none as Any) == .otherAct)
        #expect(try change(3, "valid_to", day.adding(days: 1).description) == .refused)
        #expect(try change(3, "valid_to", Charity.start.day.description) == .refused)
        #expect(try change(3, "valid_to", "2000-01-01") == .refused)
        #expect(try change(0, "valid_from", day.description) == .refused)
        #expect(try change(5, "valid_from", Charity.start.day.description) == .refused)
        #expect(try change(5, "valid_from", day.adding(days: 1).description) == .refused)
        #expect(try change(5, "valid_to", day.description) == .refused)
        for count in 0..<5 {
            #expect(
                try judge { roster in
                    let entries = try #require(roster["entries"] as? [Any])
                    roster["entries"] = Array(entries.prefix(count))
                } == .refused
            )
        }
        #expect(
            try judge { roster in
                var entries = try #require(roster["entries"] as? [Any])
                entries.swapAt(0, 1)
                roster["entries"] = entries
            } == .refused
        )
    }

    @Test("cannot change anything else that the organisation laid down")
    func everythingElse() throws {
        let changes: [(String, Any)] = [
            ("vault", String(repeating: "0", count: 32)), ("organisation", "Somebody Else"), ("number", 2), ("number", 4), ("number", 0),
            ("predecessor", String(repeating: "0", count: 64)), ("predecessor", Optional<String>.none as Any),
            ("type", "transcript-vault roster 2"),
            ("created", Charity.start.later(seconds: -1).description), ("created", "2026-11-23"), ("approvals", [Any]()),
            ("policy", ["retention": ["default": "P9Y", "disclosure": "P7Y"], "replicas": [String](), "notices": ["2026-1 en"]]),
            ("policy", ["retention": ["default": "P1Y", "disclosure": "P7Y"], "replicas": ["elsewhere"], "notices": ["2026-1 en"]]),
            ("policy", ["retention": ["default": "P1Y", "disclosure": "P7Y"], "replicas": [String](), "notices": [String]()]),
            ("policy", ["retention": ["default": "P01Y", "disclosure": "P7Y"], "replicas": [String](), "notices": ["2026-1 en"]]),
            ("more", 1),
        ]
        for (key, value) in changes {
            #expect(try judge { $0[key] = value } != nil, "\(key)")
        }
    }

    @Test("cannot date a roster before the one it follows, be it on the same day")
    func earlier() throws {
        var charity = try Charity()
        let first = charity.roster
        charity.now = charity.now.later(seconds: 100)
        try charity.make(RosterChange(enrol: [mallory.card]), by: [charity.leads[0]])
        let next = try charity.next(RosterChange(retire: ["mallory"]), by: [charity.leads[0]])
        let dated: (Int) throws -> RosterError.Code? = { seconds in
            let moment = Charity.start.later(seconds: seconds).description
            return try code { _ = try charity.roster.successor(charity.sign(forge(next.bytes) { $0["created"] = moment })) }
        }
        #expect(first.created.day == charity.roster.created.day)
        #expect(try dated(101) == nil && dated(100) == nil)
        #expect(try dated(99) == .refused)
    }

    @Test("cannot leave out, add or exchange an approval")
    func approvals() throws {
        #expect(
            try judge { roster in
                let approvals = try #require(roster["approvals"] as? [Any])
                roster["approvals"] = Array(approvals.dropFirst())
            } == .tooFewApprovals
        )
        let early = try #require(charity.roster.file.bytes.isEmpty ? nil : charity.roster.file.bytes)
        #expect(
            try judge { roster in
                var old: [Any] = []
                _ = try forge(early) { old = try #require($0["approvals"] as? [Any]) }
                let approvals = try #require(roster["approvals"] as? [Any])
                roster["approvals"] = approvals + old
            } == .otherRequest
        )
    }

    @Test("no single byte of the next roster can be another, but for the second at which it was made")
    func everyByte() throws {
        let legal = try charity.roster.successor(legitimate)
        var accepted = 0
        for (index, byte) in legitimate.bytes.enumerated() {
            for value in [byte ^ 1, byte ^ 0x20] {
                var bytes = legitimate.bytes
                bytes[index] = value
                guard let other = try? charity.roster.successor(charity.sign(bytes)) else { continue }
                accepted += 1
                #expect(other.created != legal.created && other.created.day == legal.created.day)
                #expect(other.members == legal.members && other.policy == legal.policy && other.number == legal.number)
            }
        }
        #expect(accepted < 10)
    }
}
