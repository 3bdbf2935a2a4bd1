import Minisign
import Records
import Roster
import Sodium
import Testing

@Suite("Only the next roster follows")
struct OnlyTheNextRosterFollowsTests {
    @Test("a roster that skips one, repeats one or follows another is refused")
    func order() throws {
        var charity = try Charity()
        let first = charity.roster
        try charity.make(RosterChange(enrol: [Person("anna").card]), by: [charity.leads[0]])
        let second = charity.roster
        try charity.make(RosterChange(enrol: [Person("bert").card]), by: [charity.leads[0]])
        let third = charity.roster
        #expect(third.number == 3)
        #expect(try code { _ = try first.successor(third.file) } == .refused)
        #expect(try code { _ = try second.successor(second.file) } == .refused)
        #expect(try code { _ = try third.successor(second.file) } == .refused)
        #expect(try code { _ = try first.successor(first.file) } == .refused)
        #expect(try first.successor(second.file).successor(third.file).digest == third.digest)
        // A roster that is not the first does not begin a chain, and the first does not go on with one.
        #expect(try code { _ = try VerifiedRoster(first: second.file, organisationKey: second.organisationKey) } == .refused)
        let later = charity.sign(try forge(first.file.bytes) { $0["predecessor"] = String(repeating: "0", count: 64) })
        #expect(try code { _ = try VerifiedRoster(first: later, organisationKey: first.organisationKey) } == .refused)
    }

    @Test("two rosters of one number do not both count")
    func fork() throws {
        var charity = try Charity()
        let before = charity
        try charity.make(RosterChange(enrol: [Person("anna").card]), by: [charity.leads[0]])
        var other = before
        try other.make(RosterChange(enrol: [Person("bert").card]), by: [charity.leads[1]])
        try other.make(RosterChange(enrol: [Person("carl").card]), by: [charity.leads[1]])
        #expect(try code { _ = try charity.roster.successor(other.roster.file) } == .refused)
        #expect(try code { _ = try VerifiedRoster(other.roster.file, pinnedBy: charity.roster.pin) } == .refused)
    }

    @Test("another organisation's, another vault's and an unsigned roster are refused")
    func otherOrganisation() throws {
        let (one, two) = (try Charity(), try Charity())
        let next = try one.next(RosterChange(enrol: [Person("anna").card]), by: [one.leads[0]])
        #expect(try code { _ = try two.roster.successor(next) } == .refused)
        #expect(try code { _ = try VerifiedRoster(first: one.roster.file, organisationKey: two.roster.organisationKey) } == .refused)
        #expect(try code { _ = try one.roster.successor(two.sign(next.bytes)) } == .refused)
        #expect(try code { _ = try one.roster.successor(UnverifiedRoster(bytes: next.bytes, signature: [])) } == .refused)
        let comment = MinisignSignature.sign(next.bytes.rawSpan, with: one.organisation.key, trustedComment: "transcript-vault card 1")
        #expect(try code { _ = try one.roster.successor(UnverifiedRoster(bytes: next.bytes, signature: comment.fileBytes)) } == .refused)
        let large = [UInt8](repeating: 32, count: Limits.rosterBytes + 1)
        #expect(try code { _ = try one.roster.successor(one.sign(large)) } == .refused)
    }

    @Test("no byte of a roster or its signature can be another")
    func everyByte() throws {
        let charity = try Charity()
        let file = try charity.next(RosterChange(enrol: [Person("anna").card]), by: [charity.leads[0]])
        _ = try charity.roster.successor(file)
        for (index, byte) in file.bytes.enumerated() {
            var bytes = file.bytes
            bytes[index] = byte ^ 1
            #expect(try code { _ = try charity.roster.successor(UnverifiedRoster(bytes: bytes, signature: file.signature)) } == .refused)
        }
        for (index, byte) in file.signature.enumerated() {
            var signature = file.signature
            signature[index] = byte ^ 1
            #expect(try code { _ = try charity.roster.successor(UnverifiedRoster(bytes: file.bytes, signature: signature)) } == .refused)
        }
    }

    @Test("a pin accepts its roster alone, and has one text")
    func pin() throws {
        var charity = try Charity()
        try charity.make(RosterChange(enrol: [Person("anna").card]), by: [charity.leads[0]])
        let pin = charity.roster.pin
        #expect(try Pin(file: pin.fileBytes) == pin)
        #expect(try VerifiedRoster(charity.roster.file, pinnedBy: pin).members == charity.roster.members)
        #expect(
            String(decoding: pin.fileBytes, as: UTF8.self) == """
                transcript-vault pin 1
                organisation-key: \(charity.roster.organisationKey.text)
                vault: \(charity.roster.vault)
                number: 2
                digest: \(charity.roster.digest)

                """
        )
        for (index, byte) in pin.fileBytes.enumerated() {
            var file = pin.fileBytes
            file[index] = byte ^ 1
            guard let other = try? Pin(file: file) else { continue }
            #expect(try code { _ = try VerifiedRoster(charity.roster.file, pinnedBy: other) } == .refused)
        }
        for (old, new) in [
            ("number: 2", "number: 02"), ("number: 2", "number: +2"), ("number: 2", "number: 0"), ("number: 2", "number: -2"),
        ] {
            #expect(try code { _ = try Pin(file: replacing(old, new, in: pin.fileBytes)) } == .refused)
        }
        #expect(try code { _ = try Pin(file: pin.fileBytes + [UInt8](repeating: 10, count: 10_000)) } == .refused)
    }
}
