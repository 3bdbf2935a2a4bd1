import Handover
import Identity
import Keeper
import Minisign
import Opening
import Records
import Roster
import Sodium
import System
import TestVault
import Testing

/// Handovers in which everything is right but one thing, each with the right half in its box, and the receipt of a keeper who signs whatever it
/// is asked: so that it is that one thing which is refused.
extension P1TwoLeadsTests {
    private struct Forged {
        let forger: HandoverForger
        let half: [UInt8]
        let first: Person
        let second: Person

        init(_ vault: TestVault, _ id: ConversationID) throws {
            forger = try HandoverForger(vault, of: id)
            half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
            (first, second) = try vault.inOrder(.lena, .luis)
        }

        var leads: HandoverTerms.Authority { .leads(first: forger.keyID(first), second: forger.keyID(second)) }

        func proposal(_ terms: HandoverTerms) throws -> ProposedHandover {
            try forger.proposal(terms, after: forger.peel(terms, signedBy: first), signedBy: second)
        }
    }

    @Test("for another vault, conversation, day or part it is refused")
    func otherTerms() throws {
        let forged = try Forged(vault, id)
        let forger = forged.forger
        let box = forger.box(forged.half, for: .ben)
        let right = try forged.proposal(forger.terms(box: box, to: .ben, on: forged.leads))
        #expect(try forger.refusal(forger.file(right, box: box), as: .ben) == nil)
        let random = SystemRandom()
        let wrong = [
            try forger.terms(box: box, to: .ben, on: forged.leads, vault: random.identifier(VaultID.self)),
            try forger.terms(box: box, to: .ben, on: forged.leads, conversation: random.identifier(ConversationID.self)),
            try forger.terms(box: box, to: .ben, on: forged.leads, expiry: forger.part.header.expiry.adding(days: 1)),
            try forger.terms(box: box, to: .ben, on: forged.leads, part: random.identifier(PartID.self)),
            try forger.terms(box: box, to: .lara, on: forged.leads),
        ]
        for (number, terms) in wrong.enumerated() {
            let proposed = try forged.proposal(terms)
            #expect(try forger.refusal(forger.file(proposed, box: box), as: .ben) == .corrupt, "terms \(number)")
            if number < 4 { #expect(try forger.refusalByKeeper(proposed) != nil, "terms \(number)") }
        }
    }

    @Test("the second lead gives it to nobody else, and for no other reason, than the first agreed to")
    func secondLeadChangesTheTerms() throws {
        let forged = try Forged(vault, id)
        let forger = forged.forger
        let box = forger.box(forged.half, for: forged.second)
        let agreed = try forger.terms(box: box, to: .ben, on: forged.leads, reason: .illness)
        let peel = try forger.peel(agreed, signedBy: forged.first)
        let honest = try forger.proposal(agreed, after: peel, signedBy: forged.second).statement
        let anothers = SystemRandom().identifier(PartID.self).description
        for (field, old, new) in [
            ("to", forger.keyID(.ben).description, forger.keyID(forged.second).description), ("reason", "illness", "agreed"),
            ("part", forger.part.header.part.description, anothers),
            ("conversation", id.description, SystemRandom().identifier(ConversationID.self).description),
            ("expiry", forger.part.header.expiry.description, forger.part.header.expiry.adding(days: 1).description),
        ] {
            let text = honest.text.replacing("\(field): \(old)", with: "\(field): \(new)")
            #expect(text != honest.text)
            let signature = vault.with(forged.second) { (owner: borrowing PersonalIdentity) in
                MinisignSignature.sign(Array(text.utf8).rawSpan, with: owner.signingKey, trustedComment: "transcript-vault handover 1")
            }
            let statement = SignedDocument(text: text, signature: String(decoding: signature.fileBytes, as: UTF8.self))
            let proposed = ProposedHandover(peel: peel, statement: statement)
            let reader = field == "to" ? forged.second : .ben
            #expect(try forger.refusalByKeeper(proposed) == .refused, "\(field)")
            #expect(try forger.refusal(forger.file(proposed, box: box), as: reader) == .corrupt, "\(field)")
            #expect(throws: HandoverError(.refused)) {
                try HandoverRules(recordingIn: vault.roster, at: vault.now).check(proposed)
            }
        }
    }

    @Test("a lead who is a worker now, with the same keys, opens nothing as a lead any more")
    func demotedLead() throws {
        let forged = try Forged(vault, id)
        let forger = forged.forger
        let demoted = try vault.with(forged.second) { (owner: borrowing PersonalIdentity) throws in
            try Card.sign(
                name: owner.name, role: .worker, recordKey: owner.record.publicKey,
                recipients: [DatedRecipient(text: owner.age.recipient.description, from: TestVault.today, to: nil)], with: owner.signingKey)
        }
        let fourth = try PersonalIdentity.generate(name: "lukas", role: .lead, random: SystemRandom())
        try vault.change(RosterChange(enrol: [fourth.card(from: TestVault.today)]), by: [.lena, .luis])
        let others = Self.leads.filter { $0 != forged.second }
        try vault.change(RosterChange(enrol: [demoted], retire: [demoted.name]), by: others)
        let box = forger.box(forged.half, for: .ben)
        let expires = try vault.now.adding(days: 9)
        let proposed = try forger.byLeads(
            forged.first, forged.second, signedBy: (forged.first, forged.second), box: box, to: .ben, expires: expires)
        #expect(try forger.refusalByKeeper(proposed) == .refused)
        #expect(try forger.refusal(forger.file(proposed, box: box, at: vault.now.adding(days: 1)), as: .ben) == .corrupt)
    }

    @Test("another box in the place of the one that was signed is refused, though it holds the right half")
    func otherBox() throws {
        let forged = try Forged(vault, id)
        let forger = forged.forger
        let (signed, other) = (forger.box(forged.half, for: .ben), forger.box(forged.half, for: .ben))
        let proposed = try forged.proposal(forger.terms(box: signed, to: .ben, on: forged.leads))
        #expect(try forger.refusal(forger.file(proposed, box: signed), as: .ben) == nil)
        #expect(try forger.refusal(forger.file(proposed, box: other), as: .ben) == .corrupt)
    }

    @Test("a file is for the one whom its last step names, and each of its steps for this part")
    func stepsAreForThisPart() throws {
        try vault.record([Array(#"{"type":"a note"}"#.utf8)], in: vault.read(id))
        try vault.handOver(id)
        let headers = try vault.store.parts(of: id).map { try vault.store.header(of: $0) }
        try #require(headers.count == 2)
        let files = try headers.map { header in
            let bytes = try vault.store.handover(of: header, to: vault.holder(.ben).keyID)
            return try HandoverFile(parsing: #require(bytes))
        }
        #expect(throws: Never.self) { try files[0].checked(for: headers[0], to: vault.holder(.ben).keyID, in: vault.roster) }
        for person in [Person.anna, .lena, .lara] {
            #expect(throws: HandoverError(.refused)) {
                try files[0].checked(for: headers[0], to: vault.holder(person).keyID, in: vault.roster)
            }
        }
        // Ben hands one part on, behind a step that was about the other part alone.
        let other = try vault.seal([TestData.message("x", id: "1")])
        try vault.handOver(other)
        let elsewhere = try HandoverFile(parsing: disk.readFile(vault.handoverPaths(of: other)[0], limitBytes: 1 << 20))
        let forger = try HandoverForger(vault, of: other)
        let half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        let box = forger.box(half, for: .lara)
        let onwards = try forger.byHolder(.ben, signedBy: .ben, box: box, to: .lara)
        #expect(try forger.refusal(forger.file(onwards, box: box, after: elsewhere.steps), as: .lara) == nil)
        let stranger = try forger.proposal(
            forger.terms(box: box, to: .ben, on: .holder(forger.keyID(.anna)), part: headers[0].part), after: nil, signedBy: .anna)
        let step = try HandoverFile(parsing: forger.file(stranger, box: box)).steps[0]
        #expect(try forger.refusal(forger.file(onwards, box: box, after: [step]), as: .lara) == .corrupt)
    }

    @Test("a keeper who is retired gives no receipts any more, and those from before stand")
    func retiredKeeper() throws {
        try vault.handOver(id)
        let other = try vault.seal([TestData.message("later", id: "1")])
        let forger = try HandoverForger(vault, of: other)
        let half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        let box = forger.box(half, for: .ben)
        try vault.change(RosterChange(retire: ["keeper"]), by: [.lena])
        #expect(try vault.read(id, as: .ben).lines.count == 1)
        vault.leaves.advance(to: TestVault.today.adding(days: 1))
        let proposed = try forger.byHolder(.anna, signedBy: .anna, box: box, to: .ben)
        #expect(try forger.refusal(forger.file(proposed, box: box), as: .ben) == .corrupt)
        #expect(try forger.refusalByKeeper(proposed) == .refused)
        let expected = try forger.file(proposed, box: box, at: TestVault.start)
        #expect(forger.refusal(expected, as: .ben) == nil, "on its last day")
    }

    @Test("a file that only looks like a handover makes nobody a holder in the keeper's eyes", arguments: [Person.ben, .lena])
    func falseHolder(person: Person) throws {
        let forged = try Forged(vault, id)
        let forger = forged.forger
        let recipient: Person = .lara
        let path = vault.layout.handover(
            of: forger.part.header.part, in: id, to: forger.keyID(person), expiring: forger.part.header.expiry)
        let box = forger.box(SystemRandom().bytes(32), for: person)
        let own = try forger.byHolder(.anna, signedBy: person, box: box, to: person)
        for file in [Array("a handover".utf8), try forger.file(own, box: box)] {
            try vault.overwrite(path, with: file)
            let proposed = try forger.byHolder(person, signedBy: person, box: forger.box(forged.half, for: recipient), to: recipient)
            #expect(try forger.refusalByKeeper(proposed) == .refused)
        }
        // With a true one they are.
        try disk.remove(path)
        try vault.handOver(id, to: person)
        let proposed = try forger.byHolder(person, signedBy: person, box: forger.box(forged.half, for: recipient), to: recipient)
        #expect(try forger.refusalByKeeper(proposed) == nil)
    }

    @Test("nobody hands over to themselves on their own word, and a holder's text names no second one")
    func oddTerms() throws {
        let forged = try Forged(vault, id)
        let forger = forged.forger
        let box = forger.box(forged.half, for: .anna)
        #expect(throws: HandoverError(.invalid)) { try forger.byHolder(.anna, signedBy: .anna, box: box, to: .anna) }
        #expect(throws: HandoverError(.invalid)) {
            try forger.peel(forger.terms(box: box, to: .ben, on: .holder(forger.keyID(.anna))), signedBy: .anna)
        }
        let terms = try forger.terms(box: box, to: .ben, on: forged.leads)
        #expect(throws: HandoverError(.invalid)) { try forger.proposal(terms, after: nil, signedBy: .lena) }
        let none = HandoverTerms(
            vault: terms.vault, conversation: id, expiry: terms.expiry, items: [], recipient: terms.recipient, reason: .leave,
            authority: .holder(forger.keyID(.anna)), expires: terms.expires)
        #expect(throws: HandoverError(.invalid)) { try forger.proposal(none, after: nil, signedBy: .anna) }
    }
}
