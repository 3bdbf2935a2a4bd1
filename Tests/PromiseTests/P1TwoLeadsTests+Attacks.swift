import HandingOver
import Handover
import Identity
import Keeper
import Opening
import Records
import Roster
import Sodium
import SodiumSeal
import System
import TestVault
import Testing

/// Somebody who can write in the vault, or is one of the leads, wants the other to open what they did not mean; or to use what was meant once.
extension P1TwoLeadsTests {
    /// A lead's order, who begins first.
    private func inOrder() throws -> (first: Person, second: Person) { try vault.inOrder(.lena, .luis) }

    @Test("a pair out of another file is refused by the first lead, and so is another file under this one's name")
    func splicedPair() throws {
        let (first, second) = try inOrder()
        let (mine, path) = (try vault.steal(id), try vault.onlyPart(of: id).path)
        let other = try vault.steal(vault.seal([TestData.message("what the second lead wants to read", id: "1")], for: "ben"))
        // All pairs of the other file; only the one of these two leads.
        let own = try forgedPairs(in: mine, from: other, first: first, second: second)
        for pairs in [other.header.leadPairs, own] {
            try vault.overwrite(path, with: mine.file(with: mine.header.with(leadPairs: pairs)))
            #expect(try handoverCode { _ = try vault.peel(id, by: first, with: second, to: .lara) } == .corrupt)
        }
        try vault.overwrite(path, with: other.file)
        #expect(
            try handoverCode { _ = try vault.peel(id, by: first, with: second, to: .lara) }
                == .opening(.corrupt))
        try vault.overwrite(path, with: mine.file)
        #expect(try vault.peel(id, by: first, with: second, to: .lara).count == 1)
    }

    private func forgedPairs(in mine: StolenPart, from other: StolenPart, first: Person, second: Person) throws -> [PartHeader.LeadPair] {
        let keys = try (vault.holder(first).keyID, vault.holder(second).keyID)
        return mine.header.leadPairs.map { pair in
            guard pair.first == keys.0 && pair.second == keys.1 else { return pair }
            return other.header.leadPairs.first { $0.first == keys.0 && $0.second == keys.1 } ?? pair
        }
    }

    @Test("any byte of a file's first 144, or of the pair's box, changed: the first lead gives nothing on")
    func boundBytes() throws {
        let (first, second) = try inOrder()
        let (mine, path) = (try vault.steal(id), try vault.onlyPart(of: id).path)
        let keys = try (vault.holder(first).keyID, vault.holder(second).keyID)
        let index = try #require(mine.header.leadPairs.firstIndex { $0.first == keys.0 && $0.second == keys.1 })
        let box = 146 + 192 * index + 32
        for byte in Array(0..<144) + Array(box..<(box + 160)) {
            var changed = mine.file
            changed[byte] ^= 1
            try vault.overwrite(path, with: changed)
            // Bytes of the day or of the ids make it a file that is not this one; all others a pair that is not this file's.
            #expect(throws: HandingOverError.self, "byte \(byte)") { try vault.peel(id, by: first, with: second, to: .lara) }
        }
    }

    @Test("pairs exchanged between two parts of one conversation are refused, in the files and in what is given on")
    func exchangedPairs() throws {
        let (first, second) = try inOrder()
        try vault.record([Array(#"{"type":"a note"}"#.utf8)], in: vault.read(id))
        let parts = try vault.store.parts(of: id)
        let files = try parts.map { try vault.store.read($0) }
        let stolen = try files.map { try StolenPart($0, leaf: vault.leaf(of: id, expiring: PartHeader.decode($0).header.expiry)) }
        try #require(parts.count == 2)
        let peel = try #require(vault.peel(id, by: first, with: second).first)
        // What is given on: the boxes in each other's place.
        let exchanged = Peel(document: peel.document, boxes: [peel.boxes[1], peel.boxes[0]])
        #expect(try handoverCode { try vault.finish([exchanged], by: second) } == .corrupt)
        // The same, and the first lead signs it.
        let statement = try PeelStatement(parsing: peel.document)
        let items = zip(statement.terms.items, exchanged.boxes).map { HandoverTerms.Item(part: $0.part, box: $1) }
        let terms = HandoverTerms(
            vault: vault.roster.vault, conversation: id, expiry: statement.terms.expiry, items: items, recipient: statement.terms.recipient,
            reason: .lostKey, authority: statement.terms.authority, expires: statement.terms.expires)
        let document = try vault.with(first) { (owner: borrowing PersonalIdentity) throws in
            try PeelStatement.sign(terms, by: owner.signingKey)
        }
        let signed = Peel(document: document, boxes: exchanged.boxes)
        #expect(try handoverCode { try vault.finish([signed], by: second) } == .opening(.corrupt))
        // In the files.
        for (one, other) in [(0, 1), (1, 0)] {
            try vault.overwrite(
                parts[one].path, with: stolen[one].file(with: stolen[one].header.with(leadPairs: stolen[other].header.leadPairs)))
        }
        #expect(try handoverCode { _ = try vault.peel(id, by: first, with: second) } == .corrupt)
        #expect(try vault.handoverPaths(of: id).isEmpty && vault.ledger.count == 0)
        for (part, file) in zip(parts, files) { try vault.overwrite(part.path, with: file) }
        #expect(try vault.finish([peel], by: second) == 2)
        #expect(try vault.read(id, as: .ben).acts.count == 1)
    }

    @Test("what was given on for one conversation does nothing for another")
    func wrongConversation() throws {
        let (first, second) = try inOrder()
        let other = try vault.seal([TestData.message("another's", id: "1")])
        let peel = try #require(vault.peel(id, by: first, with: second).first)
        let others = try #require(vault.peel(other, by: first, with: second).first)
        // Boxes or texts exchanged, or the id in the text.
        let mixed = Peel(document: others.document, boxes: peel.boxes)
        #expect(try handoverCode { try vault.finish([mixed], by: second) } == .corrupt)
        let (part, anothers) = (try vault.onlyPart(of: id).part, try vault.onlyPart(of: other).part)
        for (from, to) in [(id.description, other.description), (part.description, anothers.description)] {
            let text = peel.document.text.replacing(from, with: to)
            let renamed = Peel(document: SignedDocument(text: text, signature: peel.document.signature), boxes: peel.boxes)
            #expect(text != peel.document.text)
            #expect(try handoverCode { try vault.finish([renamed], by: second) } == .refused(.refused))
        }
        // A whole handover under the other's name.
        try vault.finish([peel], by: second)
        let file = try handover(of: id).bytes
        let stolen = try vault.steal(other)
        #expect(vault.refusal(of: stolen.file, leaf: stolen.leaf, as: .ben, handover: file) == .corrupt)
        let path = vault.layout.handover(
            of: anothers, in: other, to: try vault.holder(.ben).keyID, expiring: stolen.header.expiry)
        try vault.overwrite(path, with: file)
        #expect { try vault.read(other, as: .ben) } throws: { ($0 as? OpeningError)?.code == .corrupt }
        #expect(throws: Never.self) { try vault.read(other) }
    }

    @Test("a handover under somebody else's name is refused, and without one it is not yours")
    func renamedHandover() throws {
        try vault.handOver(id, byLeads: .lena, .luis)
        let (path, file) = try handover(of: id)
        let part = try vault.steal(id)
        for person in [Person.lena, .luis, .lara, .team] {
            #expect(vault.refusal(of: part.file, leaf: part.leaf, as: person) == .notYours)
            #expect(vault.refusal(of: part.file, leaf: part.leaf, as: person, handover: file) == .corrupt)
            let name = vault.layout.handover(
                of: part.header.part, in: id, to: Card.id(of: vault.recordKey(of: person).bytes), expiring: part.header.expiry)
            try vault.overwrite(name, with: file)
            #expect { try vault.read(id, as: person) } throws: { ($0 as? OpeningError)?.code == .corrupt }
            try disk.remove(name)
        }
        try disk.remove(path)
        #expect { try vault.read(id, as: .ben) } throws: { ($0 as? OpeningError)?.code == .notYours }
    }

    @Test("a retired lead is refused, the first as well as the second, and what they did before stands")
    func retiredLeads() throws {
        let fourth = try PersonalIdentity.generate(name: "lukas", role: .lead, random: SystemRandom())
        try vault.change(RosterChange(enrol: [fourth.card(from: TestVault.today)]), by: [.lena, .luis])
        let earlier = try vault.seal([TestData.message("handed over in time", id: "1")])
        try vault.handOver(earlier, byLeads: .lena, .luis)
        let (first, second) = try inOrder()
        let peels = try vault.peel(id, by: first, with: second)
        let forger = try HandoverForger(vault, of: id)
        let half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        let box = forger.box(half, for: .ben)
        let proposed = try forger.byLeads(first, second, signedBy: (first, second), box: box, to: .ben)
        for retired in [first, second] {
            let before = vault.roster
            let name = try vault.holder(retired).name
            try vault.change(RosterChange(retire: [name]), by: Self.leads.filter { $0 != retired })
            // The lead's program, the keeper, and, some days later, a reader of what a false keeper signed.
            if retired == first { #expect(try handoverCode { try vault.finish(peels, by: second) } == .refused(.retired)) }
            if retired == second { #expect(throws: RosterError.self) { try vault.finish(peels, by: second) } }
            #expect(try forger.refusalByKeeper(proposed) == .refused)
            let late = try forger.byLeads(
                first, second, signedBy: (first, second), box: box, to: .ben, expires: vault.now.adding(days: 9))
            #expect(try forger.refusal(forger.file(late, box: box, at: vault.now.adding(days: 1)), as: .ben) == .corrupt)
            // On the day itself what they signed counts, where the keeper wrote it down.
            #expect(try forger.refusal(forger.file(proposed, box: box), as: .ben) == nil)
            #expect(try vault.read(earlier, as: .ben).lines.count == 1)
            try vault.goBack(to: before)
        }
    }

    @Test("a lead for whom the record was not prepared is refused")
    func notInThePair() throws {
        let fourth = try PersonalIdentity.generate(name: "lukas", role: .lead, random: SystemRandom())
        try vault.change(RosterChange(enrol: [fourth.card(from: TestVault.today)]), by: [.lena, .luis])
        let forger = try HandoverForger(vault, of: id)
        let own = Card.id(of: fourth.record.publicKey.bytes)
        let half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        let box = forger.box(half, for: .ben)
        let lena = try vault.holder(.lena)
        let (first, second) = own < lena.keyID ? (own, lena.keyID) : (lena.keyID, own)
        let terms = try forger.terms(box: box, to: .ben, on: .leads(first: first, second: second))
        let signedByFourth = try PeelStatement.sign(terms, by: fourth.signingKey)
        let peel = own < lena.keyID ? signedByFourth : try forger.peel(terms, signedBy: .lena)
        let agreed = try PeelStatement(parsing: peel)
        let statement =
            own < lena.keyID
            ? try forger.proposal(terms, after: peel, signedBy: .lena).statement
            : try HandoverStatement.sign(terms, after: agreed, by: fourth.signingKey)
        let proposed = ProposedHandover(peel: peel, statement: statement)
        #expect(try forger.refusalByKeeper(proposed) == .refused)
        #expect(try forger.refusal(forger.file(proposed, box: box), as: .ben) == .corrupt)
        // Their own program finds nothing to peel in a record from before their time, and something in a later one.
        let later = try vault.seal([TestData.message("later", id: "1")])
        for (conversation, expected) in [(id, 0), (later, 1)] {
            let other = try vault.roster.holder(named: "lukas")
            guard other.keyID < lena.keyID else {
                let peeler = try LeadPeeler(
                    vault.reader, roster: vault.roster, first: lena, second: other, to: vault.holder(.ben), reason: .illness, now: vault.now
                )
                let parts = try vault.reader.parts(of: conversation)
                let found = try vault.with(.lena) { (owner: borrowing PersonalIdentity) throws in
                    try peeler.peel(parts, of: conversation, by: owner)
                }
                #expect(found.peels.count == expected && found.unprepared == 1 - expected)
                continue
            }
            let peeler = try LeadPeeler(
                vault.reader, roster: vault.roster, first: other, second: lena, to: vault.holder(.ben), reason: .illness, now: vault.now)
            let found = try peeler.peel(vault.reader.parts(of: conversation), of: conversation, by: fourth)
            #expect(found.peels.count == expected && found.unprepared == 1 - expected)
        }
    }

    @Test("what was given on does not outlive its week, and cannot be made to")
    func expired() throws {
        let (first, second) = try inOrder()
        let peels = try vault.peel(id, by: first, with: second)
        let day = TestVault.today
        vault.leaves.advance(to: day.adding(days: 6))
        #expect(try vault.finish(vault.peel(vault.seal([TestData.message("x", id: "1")]), by: first, with: second), by: second) == 1)
        vault.leaves.advance(to: day.adding(days: LeadPeeler.lifeDays))
        #expect(try handoverCode { try vault.finish(peels, by: second) } == .refused(.expired))
        // The second lead cannot say more than the first did: the keeper asks both texts.
        let forger = try HandoverForger(vault, of: id)
        let box = forger.box(SystemRandom().bytes(32), for: .ben)
        let terms = try forger.terms(box: box, to: .ben, on: .leads(first: forger.keyID(first), second: forger.keyID(second)))
        let old = try forger.peel(terms.expiring(noLaterThan: vault.now), signedBy: first)
        #expect(try forger.refusalByKeeper(forger.proposal(terms, after: old, signedBy: second)) == .refused)
        let late = try forger.byLeads(first, second, signedBy: (first, second), box: box, to: .ben, expires: vault.now.adding(days: 32))
        #expect(try forger.refusalByKeeper(late) == .refused)
        #expect(try forger.refusal(forger.file(late, box: box), as: .ben) == .corrupt)
    }

    @Test("used again it gives the same again, to the same person, and to nobody who was retired meanwhile")
    func replay() throws {
        let (first, second) = try inOrder()
        let peels = try vault.peel(id, by: first, with: second)
        try vault.finish(peels, by: second)
        let before = try vault.handoverPaths(of: id)
        try vault.finish(peels, by: second)
        #expect(try vault.handoverPaths(of: id) == before && vault.read(id, as: .ben).lines.count == 1)
        #expect(try vault.peel(id, by: first, with: second).isEmpty, "who has it already needs no second handover")
        // A part that came later is not among what was agreed to.
        try vault.record([Array(#"{"type":"a later note"}"#.utf8)], in: vault.read(id))
        try vault.finish(peels, by: second)
        #expect(try vault.handoverPaths(of: id) == before)
        #expect(try vault.read(id, as: .ben).remarks.count == 1 && !vault.read(id, as: .ben).isWhole)
        try vault.change(RosterChange(retire: ["ben"]), by: [.lena])
        #expect(try handoverCode { try vault.finish(peels, by: second) } == .refused(.unknownRecipient))
        // For another lead it was never meant.
        let third = try #require(Self.leads.first { $0 != first && $0 != second })
        #expect(try handoverCode { try vault.finish(vault.peel(id, by: first, with: second, to: third), by: third) } == .notForYou)
    }

    @Test("one changed byte anywhere in what is given on is refused")
    func everyByteOfThePeel() throws {
        let (first, second) = try inOrder()
        let whole = try PeelFile.bytes(of: vault.peel(id, by: first, with: second))
        let (maker, holder) = (try vault.maker, try vault.holder(second))
        func isRefused(_ bytes: [UInt8]) -> Bool {
            do {
                for peel in try PeelFile.parse(bytes) { _ = try maker.review(peel, for: holder) }
                return false
            } catch {
                return true
            }
        }
        #expect(!isRefused(whole))
        var changed = whole
        for index in whole.indices {
            for bit in [UInt8(1), 0x20] {
                changed[index] ^= bit
                #expect(isRefused(changed), "byte \(index), bit \(bit)")
                changed[index] ^= bit
            }
        }
        for length in 0..<whole.count where length % 5 == 0 { #expect(isRefused(Array(whole.prefix(length)))) }
        print("bytes of a peel changed: \(whole.count)")
    }

    @Test("nobody but a worker or a lead in force gets a record, least of all a team", arguments: [Person.team])
    func recipients(person: Person) throws {
        let (first, second) = try inOrder()
        #expect(try handoverCode { _ = try vault.peel(id, by: first, with: second, to: person) } == .refused(.unknownRecipient))
        let forger = try HandoverForger(vault, of: id)
        let half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        let box = forger.box(half, for: person)
        for proposed in [
            try forger.byLeads(first, second, signedBy: (first, second), box: box, to: person),
            try forger.byHolder(.anna, signedBy: .anna, box: box, to: person),
        ] {
            #expect(try forger.refusalByKeeper(proposed) == .refused)
            #expect(try forger.refusal(forger.file(proposed, box: box), as: person) == .corrupt)
        }
    }
}
