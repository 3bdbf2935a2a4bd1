import HandingOver
import Handover
import Identity
import Keeper
import Ledger
import Opening
import RecordStore
import Records
import Roster
import Sodium
import System
import TestVault
import Testing

/// Whoever holds a record can give it to another worker; nobody who does not hold it can, and it can be taken from nobody.
@Suite("P1: a record goes to another worker by its holder's own hand")
struct P1HandoverByTheHolderTests {
    typealias Person = TestVault.Person

    let vault: TestVault
    let disk: MemoryFileSystem
    let id: ConversationID

    init() throws {
        disk = MemoryFileSystem()
        vault = try TestVault(fileSystem: disk)
        id = try vault.seal([TestData.message("only you", id: "1"), TestData.message("I hear you", id: "2", role: "worker")])
    }

    private func note(_ text: String) -> [UInt8] { Array(#"{"type":"\#(text)"}"#.utf8) }

    @Test("the holder hands it over: both read it, nobody else does, and it stands in the ledger")
    func control() throws {
        #expect(try vault.handOver(id) == 1)
        #expect(try vault.read(id, as: .ben).lines == vault.read(id).lines)
        for person in Person.allCases where ![.anna, .ben].contains(person) {
            #expect { try vault.read(id, as: person) } throws: { ($0 as? OpeningError)?.code == .notYours }
        }
        #expect(vault.ledger.count == 1 && vault.ledger.last(.done, act: "handover") != nil)
        #expect(try handoverCode { try vault.handOver(id) } == .nothing)
        #expect(vault.ledger.count == 1)
    }

    @Test("whoever does not hold it hands nothing over, in the own name or in the holder's", arguments: [Person.ben, .lena, .team])
    func notTheHolder(person: Person) throws {
        let recipient: Person = person == .ben ? .lara : .ben
        #expect(try handoverCode { try vault.handOver(id, by: person, to: recipient) } == .refused(.notHeld))
        let forger = try HandoverForger(vault, of: id)
        // Even with the right half in the box, as somebody has it who once could read: the word is the holder's alone.
        let half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        let box = forger.box(half, for: recipient)
        for holder in [Person.anna, person] {
            let proposed = try forger.byHolder(holder, signedBy: person, box: box, to: recipient)
            #expect(try forger.refusalByKeeper(proposed) == .refused)
            #expect(try forger.refusal(forger.file(proposed, box: box), as: recipient) == .corrupt)
        }
        let right = try forger.byHolder(.anna, signedBy: .anna, box: box, to: recipient)
        #expect(try forger.refusal(forger.file(right, box: box), as: recipient) == nil)
    }

    @Test("a second lead who kept the half cannot go on alone")
    func keptHalf() throws {
        let (first, second) = try vault.inOrder(.lena, .luis)
        try vault.finish(vault.peel(id, by: first, with: second), by: second)
        let forger = try HandoverForger(vault, of: id)
        let half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        let earlier = try HandoverFile(parsing: disk.readFile(vault.handoverPaths(of: id)[0], limitBytes: 1 << 20))
        let (step, box) = (try #require(earlier.steps.first), forger.box(half, for: second))
        // With the first lead's old word for another person; as the holder; and behind the handover that they made.
        let terms = try forger.terms(
            box: box, to: second, on: .leads(first: forger.keyID(first), second: forger.keyID(second)), reason: .lostKey)
        #expect(throws: HandoverError.self) { try forger.proposal(terms, after: step.peel, signedBy: second) }
        let asHolder = try forger.byHolder(second, signedBy: second, box: forger.box(half, for: .lara), to: .lara)
        #expect(try forger.refusalByKeeper(asHolder) == .refused)
        #expect(try forger.refusal(forger.file(asHolder, box: forger.box(half, for: .lara)), as: .lara) == .corrupt)
        #expect(try forger.refusal(forger.file(asHolder, box: forger.box(half, for: .lara), after: [step]), as: .lara) == .corrupt)
    }

    @Test("whoever it was handed to can hand it on; each step is proven, from the header on")
    func chain() throws {
        try vault.handOver(id)
        try vault.handOver(id, by: .ben, to: .lara, reason: .illness)
        try vault.handOver(id, by: .lara, to: .lena, reason: .agreed)
        #expect(try vault.read(id, as: .lena).lines.count == 2)
        let part = try vault.steal(id)
        let path = vault.layout.handover(
            of: part.header.part, in: id, to: try vault.holder(.lena).keyID, expiring: part.header.expiry)
        let file = try HandoverFile(parsing: disk.readFile(path, limitBytes: 1 << 20))
        try #require(file.steps.count == 3)
        func code(_ steps: [Int]) throws -> OpeningError.Code? {
            let bytes = try HandoverFile(box: file.box, steps: steps.map { file.steps[$0] }).bytes
            return vault.refusal(of: part.file, leaf: part.leaf, as: .lena, handover: bytes)
        }
        #expect(try code([0, 1, 2]) == nil)
        for steps in [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [1, 0, 2], [0, 0, 1, 2], [0, 1, 2, 2], [2, 1, 0]] {
            #expect(try code(steps) == .corrupt, "\(steps)")
        }
        // The files of those between may go: each stands by itself.
        for other in try vault.handoverPaths(of: id) where other != path { try disk.remove(other) }
        #expect(try vault.read(id, as: .lena).lines.count == 2)
        #expect { try vault.read(id, as: .ben) } throws: { ($0 as? OpeningError)?.code == .notYours }
        #expect(throws: HandoverError.self) {
            try HandoverFile(box: file.box, steps: Array(repeating: file.steps[0], count: Limits.handoverSteps + 1))
        }
    }

    @Test("what is said by two leads begins at the header, never behind a holder's word")
    func leadsInTheMiddle() throws {
        try vault.handOver(id)
        let earlier = try HandoverFile(parsing: disk.readFile(vault.handoverPaths(of: id)[0], limitBytes: 1 << 20))
        let forger = try HandoverForger(vault, of: id)
        let half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        let (first, second) = try vault.inOrder(.lena, .luis)
        let box = forger.box(half, for: .lara)
        let proposed = try forger.byLeads(first, second, signedBy: (first, second), box: box, to: .lara)
        #expect(try forger.refusal(forger.file(proposed, box: box), as: .lara) == nil)
        #expect(try forger.refusal(forger.file(proposed, box: box, after: earlier.steps), as: .lara) == .corrupt)
    }

    @Test("a retired holder hands nothing over, and what they handed over before stays")
    func retiredHolder() throws {
        let earlier = try vault.seal([TestData.message("in time", id: "1")])
        try vault.handOver(earlier)
        try vault.change(RosterChange(retire: ["anna"]), by: [.lena])
        #expect(try handoverCode { try vault.handOver(id) } == .refused(.retired))
        let forger = try HandoverForger(vault, of: id)
        let box = forger.box(SystemRandom().bytes(32), for: .ben)
        #expect(try forger.refusalByKeeper(forger.byHolder(.anna, signedBy: .anna, box: box, to: .ben)) == .refused)
        #expect(try vault.read(earlier, as: .ben).lines.count == 1)
        // Staff leave, and their records are not stuck.
        try vault.handOver(id, byLeads: .lena, .luis)
        #expect(try vault.read(id, as: .ben).lines.count == 2)
    }

    @Test("a holder does not say that their key is lost, nor hands over to themselves")
    func holdersReasons() throws {
        #expect(try handoverCode { try vault.handOver(id, reason: .lostKey) } == .refused(.invalid))
        #expect(try handoverCode { try vault.handOver(id, to: .anna) } == .nothing)
        for reason in HandoverReason.allCases where reason.isForHolders {
            let another = try vault.seal([TestData.message("x", id: "1")])
            #expect(try vault.handOver(another, reason: reason) == 1)
        }
    }

    @Test("parts that come later are not handed over by what came before; whoever lacks one is told, and records nothing over the gap")
    func laterParts() throws {
        try vault.handOver(id)
        try vault.record([note("anna's note")], in: vault.read(id))
        let late = try #require(vault.read(id).parts.last).header.part
        let seen = try vault.read(id, as: .ben)
        #expect(seen.remarks == [.sealedToAnother(late)] && seen.acts.isEmpty && seen.lines.count == 2 && !seen.isWhole)
        #expect(try vault.handOver(id) == 1)
        let whole = try vault.read(id, as: .ben)
        #expect(whole.remarks.isEmpty && whole.isWhole && whole.acts == [note("anna's note")])
    }

    @Test("the new holder goes on: further parts are theirs, name what came before, and their acts count")
    func goingOn() throws {
        try vault.record([note("anna's note")], in: vault.read(id))
        #expect(try vault.handOver(id) == 2)
        let before = try vault.read(id, as: .ben)
        try vault.add([note("ben's note")], to: before, as: .ben)
        let after = try vault.read(id, as: .ben)
        #expect(after.acts == [note("anna's note"), note("ben's note")] && after.remarks.isEmpty)
        let last = try #require(after.parts.last)
        #expect(last.predecessors == before.ends && last.header.holder?.key == Card.id(of: vault.recordKey(of: .ben).bytes))
        #expect(last.header.leadPairs.count == 3)
        // Who held it before still reads what they could read, and is told that there is more.
        let old = try vault.read(id)
        #expect(old.acts == [note("anna's note")] && old.remarks == [.sealedToAnother(last.header.part)])
        // A cut tail of an old part is noticed by the new one.
        let first = try #require(after.parts.first)
        let path = vault.layout.part(first.header.part, of: id, expiring: first.header.expiry)
        let file = try disk.readFile(path, limitBytes: 1 << 24)
        try vault.overwrite(path, with: file.dropLast(200))
        #expect(throws: OpeningError.self) { try vault.read(id, as: .ben) }
    }

    @Test("acts in a part that was handed over count as their holder's, and nobody can add some in another's name")
    func actsStayTheirHolders() throws {
        try vault.handOver(id)
        let seen = try vault.read(id, as: .ben)
        // Ben seals a part for Anna, or signs one for himself in her name: neither is an act.
        try vault.record([note("said by ben, for anna's eyes")], in: seen, by: .ben)
        let later = try vault.read(id)
        #expect(later.acts.isEmpty && later.lines.count == 2)
    }

    @Test("more parts than one handover holds are handed over in several, each recorded")
    func manyParts() throws {
        func addParts(to id: ConversationID) throws {
            let first = try vault.read(id)
            for number in 0..<(Limits.handoverParts + 2) { try vault.record([note("\(number)")], in: first) }
        }
        try addParts(to: id)
        #expect(try vault.handOver(id) == Limits.handoverParts + 3)
        #expect(vault.ledger.count == 2)
        #expect(try vault.read(id, as: .ben).acts == vault.read(id).acts)
        let other = try vault.seal([TestData.message("x", id: "1")])
        try addParts(to: other)
        let (first, second) = try vault.inOrder(.luis, .lara)
        let peels = try vault.peel(other, by: first, with: second)
        #expect(peels.count == 2)
        #expect(try vault.finish(peels, by: second) == Limits.handoverParts + 3)
        #expect(try vault.read(other, as: .ben).isWhole)
    }

    @Test("a crash between the ledger and the last file leaves what can be done again")
    func crash() throws {
        try vault.record([note("a note")], in: vault.read(id))
        let (maker, recipient, parts) = (try vault.register, try vault.holder(.ben), try vault.reader.parts(of: id))
        for number in 0..<40 {
            let faulty = FaultyFileSystem(disk, fault: .fails(.noSpace), at: number)
            let store = RecordStore(fileSystem: faulty, layout: vault.layout)
            let again = HandoverMaker(vault.reader, store: store, roster: vault.roster, register: maker, now: try vault.now)
            do throws(HandingOverError) {
                _ = try again.handOver(parts, of: id, by: vault.anna, to: recipient, reason: .leave)
            } catch {
                if case .storage = error.code {} else { #expect(error.code == .nothing) }
            }
            if try vault.handoverPaths(of: id).count == 2 { break }
        }
        #expect(try vault.read(id, as: .ben).isWhole)
        for path in try vault.handoverPaths(of: id) { #expect(!path.contains(DiskFileSystem.temporaryPrefix)) }
    }
}
