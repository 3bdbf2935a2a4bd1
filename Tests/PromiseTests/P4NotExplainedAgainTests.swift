import Foundation
import Identity
import Keeper
import Opening
import RecordStore
import Records
import Roster
import Searching
import Sodium
import SodiumIdentity
import System
import TestVault
import Testing

@Suite("P4: if you come back you need not explain everything again")
struct P4NotExplainedAgainTests {
    typealias Person = TestVault.Person

    let disk = MemoryFileSystem()
    let vault: TestVault
    let bluebird: ConversationID
    let robin: ConversationID

    init() throws {
        vault = try TestVault(fileSystem: disk)
        bluebird = try vault.seal([
            TestData.message("Hello, I am Anna. What may I call you?", id: "1", role: "worker", name: "Anna"),
            TestData.message("i hide in the wardrobe", id: "2", name: "Blüebird", at: "2026-11-02T09:00:00Z"),
        ])
        robin = try vault.seal([TestData.message("my bluebird died", id: "1", name: "Robin")])
        _ = try vault.seal([TestData.message("the wardrobe is ben's", id: "1", name: "Bluebird")], for: "ben")
    }

    /// What each conversation holds that `person` finds, of those sealed to them or of others that they were told of.
    private func look<Found: Sendable>(
        as person: Person, among others: [ConversationReader.Summary]? = nil, _ examine: @Sendable (OpenedConversation) -> Found?
    ) throws -> (found: [ConversationID: Found], refused: [OpeningError.Code]) {
        let holder = Card.id(of: vault.recordKey(of: person).bytes)
        let summaries = try others ?? vault.reader.conversations(of: holder).found
        var found: [ConversationID: Found] = [:]
        var refused: [OpeningError.Code] = []
        vault.with(person) { (owner: borrowing PersonalIdentity) in
            vault.reader.examine(summaries, reader: owner.record, examine) { summary, result in
                switch result {
                case .success(let finding): found[summary.id] = finding
                case .failure(let error): refused.append(error.code)
                }
                return true
            }
        }
        return (found, refused)
    }

    private func search(_ words: String, as person: Person = .anna, among others: [ConversationReader.Summary]? = nil) throws -> Set<
        ConversationID
    > {
        let search = try SearchWords([words], asPhrases: false)
        return try Set(look(as: person, among: others) { search.passages(in: $0.lines, context: 2).isEmpty ? nil : true }.found.keys)
    }

    private func recall(_ name: String, as person: Person = .anna, among others: [ConversationReader.Summary]? = nil) throws
        -> [ConversationID: SoughtName.Likeness]
    {
        let name = try SoughtName(name)
        return try look(as: person, among: others) { conversation in
            let finding = name.finding(in: conversation.lines)
            return finding.likeness == .other ? nil : finding.likeness
        }.found
    }

    @Test(
        "whoever comes back is found by the name they used, made up or not, however it is written",
        arguments: ["Blüebird", "bluebird", "BLUEBIRD", "Blu\u{308}ebird", "𝓑𝓵𝓾𝓮𝓫𝓲𝓻𝓭"])
    func found(name: String) throws {
        #expect(try recall(name) == [bluebird: .same])
        #expect(try search(name) == [bluebird, robin])
        #expect(try search("\(name) wardrobe") == [bluebird])
    }

    @Test("a similar name is told from the same; a worker's own name recalls nobody")
    func similar() throws {
        #expect(try recall("blubird") == [bluebird: .similar])
        #expect(try recall("Blue") == [bluebird: .similar])
        #expect(try recall("Anna") == [:])
        #expect(try recall("wardrobe") == [:])
    }

    @Test(
        "nobody else finds anything of it, not even when told where to look, with every leaf",
        arguments: Person.allCases.filter { $0 != .anna })
    func others(person: Person) throws {
        let annas = try vault.reader.conversations(of: Card.id(of: vault.annaKey.bytes)).found
        #expect(annas.count == 2)
        for own in [nil, annas] {
            #expect(try search("hide", as: person, among: own).isEmpty)
            #expect(try recall("Robin", as: person, among: own).isEmpty)
        }
        #expect(try look(as: person, among: annas) { $0.lines.count }.refused == [.notYours, .notYours])
        // What is their own they find, so that finding nothing says something.
        #expect(try search("wardrobe", as: person).count == (person == .ben ? 1 : 0))
        #expect(try recall("Bluebird", as: person).count == (person == .ben ? 1 : 0))
    }

    @Test("what is expired or erased does not appear, though its files are still there")
    func expired() throws {
        let expiry = RetentionPeriod.oneYear.expiry(from: TestVault.today)
        try vault.leaves.erase(robin, day: expiry)
        #expect(try search("bluebird") == [bluebird] && recall("robin") == [:])
        #expect(try look(as: .anna) { $0.lines.count }.refused == [.erased])
        vault.leaves.advance(to: expiry)
        #expect(try search("bluebird") == [bluebird])
        vault.leaves.advance(to: expiry.adding(days: 1))
        #expect(try search("bluebird").isEmpty && recall("bluebird").isEmpty)
        #expect(try look(as: .anna) { $0.lines.count }.refused == [.expired, .expired])
        #expect(try vault.store.parts().count == 3)
        try vault.leaves.tearOff(before: expiry.adding(days: 1))
        #expect(try search("bluebird").isEmpty && recall("bluebird").isEmpty)
    }

    @Test("a name or words that a worker put into the record are not a young person's")
    func planted() throws {
        let conversation = try vault.read(robin)
        let holder = try vault.roster.holder(named: "anna")
        let planted = TestData.message("i hide in the attic", id: "2", name: "Kingfisher")
        try vault.with(.anna) { (owner: borrowing PersonalIdentity) throws in
            try vault.sealer.append(
                [PartRecord(.line, planted), PartRecord(.act, planted)], to: robin, expiring: conversation.expiry, after: conversation.ends,
                for: holder,
                signer: owner.signingKey)
        }
        #expect(try vault.store.parts(of: robin).count == 2)
        #expect(try search("attic").isEmpty && recall("Kingfisher").isEmpty)
        #expect(try search("bluebird") == [bluebird, robin])
        // The service may.
        try vault.append([PartRecord(.line, planted)], to: vault.read(robin))
        #expect(try search("attic") == [robin] && recall("Kingfisher") == [robin: .same])
    }

    @Test("a record that somebody damaged hides itself and nothing else")
    func damaged() throws {
        var file = try vault.store.read(vault.onlyPart(of: robin))
        file[file.count - 1] ^= 1
        try vault.overwrite(vault.onlyPart(of: robin).path, with: file)
        #expect(try search("bluebird") == [bluebird])
        #expect(try look(as: .anna) { $0.lines.count }.refused == [.corrupt])
    }

    @Test("looking through everything writes nothing, changes nothing, and takes nothing but the leaves of one's own")
    func nothingWritten() throws {
        let before = try disk.everything(below: "/")
        let contents = disk.everyContents
        let (sealing, reading) = (vault.leaves.count(.sealing), vault.leaves.count(.reading))
        #expect(try search("hide wardrobe") == [bluebird])
        #expect(try recall("bluebird") == [bluebird: .same])
        #expect(try disk.everything(below: "/") == before)
        #expect(disk.everyContents == contents)
        #expect(vault.leaves.count(.sealing) == sealing && vault.leaves.count(.reading) == reading + 4)
        for word in ["wardrobe", "Blüebird", "bluebird", "bluebird".uppercased()] {
            #expect(!disk.everyContents.contains { occurs(Array(word.utf8), in: $0) })
        }
    }
}
