import Minisign
import Records
import Roster
import Sodium
import Testing

@Suite("The minisign program verifies our files", .enabled(if: MinisignProgram.url != nil, Comment(rawValue: MinisignProgram.absent)))
struct TheMinisignProgramVerifiesOurFilesTests {
    static func verifies(_ bytes: [UInt8], _ signature: [UInt8], _ key: MinisignPublicKey) throws -> Bool {
        let program = try MinisignProgram()
        defer { program.remove() }
        try program.write(bytes, to: "file")
        try program.write(signature, to: "file.minisig")
        return try program.run("-V", "-H", "-q", "-P", key.text, "-m", "file") == 0
    }

    @Test("card, approval and roster")
    func files() throws {
        let charity = try Charity()
        let anna = try Person("anna")
        let change = RosterChange(enrol: [anna.card])
        #expect(try Self.verifies(anna.card.text, anna.card.signature, anna.card.signingKey))
        let approval = try charity.approvals(change, by: [charity.leads[0]])[0]
        #expect(try Self.verifies(approval.text, approval.signature, charity.leads[0].card.signingKey))
        let next = try charity.next(change, by: [charity.leads[0]])
        #expect(try Self.verifies(next.bytes, next.signature, charity.roster.organisationKey))
        #expect(try !Self.verifies(next.bytes, next.signature, anna.card.signingKey))
        #expect(try !Self.verifies(next.bytes + [10], next.signature, charity.roster.organisationKey))
    }

    @Test("a card made with an editor and the program is a card")
    func handMade() throws {
        let program = try MinisignProgram()
        defer { program.remove() }
        #expect(try program.run("-G", "-W", "-p", "key.pub", "-s", "key.sec") == 0)
        let key = try MinisignPublicKey(file: program.read("key.pub"))
        let text = """
            transcript-vault card 1
            name: youth-office
            role: team
            record-key: \(Base64.encode(try Person.recordKey().bytes))
            signing-key: \(key.text)
            age-recipient: \(Person.recipient()) from 2026-11-01 to -

            """
        try program.write(Array(text.utf8), to: "card")
        #expect(try program.run("-S", "-s", "key.sec", "-m", "card", "-t", "transcript-vault card 1") == 0)
        let card = try UnverifiedCard(text: program.read("card"), signature: program.read("card.minisig")).verified()
        #expect(card.name == "youth-office" && card.signingKey == key)
        var charity = try Charity()
        try charity.make(RosterChange(enrol: [card]), by: [charity.leads[0]])
        #expect(charity.roster.card(signer: Card.id(of: key.key.bytes)) == card)
    }
}
