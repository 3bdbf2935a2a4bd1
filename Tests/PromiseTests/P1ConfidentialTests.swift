import Identity
import Opening
import PartKeys
import Records
import Roster
import Sodium
import SodiumSeal
import System
import TestVault
import Testing

/// Everybody but the worker at the other end has every file of the vault and every leaf of the calendar, and their own keys.
@Suite("P1: your chat is confidential between you and the worker at the other end")
struct P1ConfidentialTests {
    typealias Person = TestVault.Person

    let vault: TestVault
    let disk: MemoryFileSystem
    let id: ConversationID

    init() throws {
        disk = MemoryFileSystem()
        vault = try TestVault(fileSystem: disk)
        id = try vault.seal([TestData.message("I tell this to nobody else", id: "1")])
    }

    @Test("the worker opens it, by the very ways that everybody else tries")
    func control() throws {
        let part = try vault.steal(id)
        #expect(vault.refusal(of: part.file, leaf: part.leaf, as: .anna) == nil)
        let secret = try #require(annaSecret(of: part))
        #expect(part.isOpened(by: secret))
        let found = part.tryWindows(of: [1, 2, 3] + secret + [4])
        #expect(found.tried == 5 && found.opened == 1)
    }

    /// The person's half, as the worker has it.
    func annaSecret(of part: StolenPart) -> [UInt8]? {
        part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) }
    }

    @Test("nobody else opens it, with every file, every leaf and their own keys", arguments: Person.allCases.filter { $0 != .anna })
    func everybodyElse(person: Person) throws {
        let part = try vault.steal(id)
        #expect { try vault.read(id, as: person) } throws: { ($0 as? OpeningError)?.code == .notYours }
        #expect(vault.refusal(of: part.file, leaf: part.leaf, as: person) == .notYours)
        // The box itself, whatever the header says about whose it is; and everything that they hold, taken for the missing half.
        let holder = try #require(part.header.holder)
        #expect(vault.content(of: holder.box, as: person) == nil)
        #expect(part.tryWindows(of: vault.secrets(of: person)).opened == 0)
    }

    @Test("a header that names the thief is refused, with the old box or a new one", arguments: Person.allCases.filter { $0 != .anna })
    func renamedHolder(person: Person) throws {
        let part = try vault.steal(id)
        let key = vault.recordKey(of: person)
        let box = try #require(part.header.holder).box
        let renamed = part.header.with(holder: .init(key: Card.id(of: key.bytes), box: box))
        #expect(vault.refusal(of: part.file(with: renamed), leaf: part.leaf, as: person) == .corrupt)
        // A box that the thief made opens for the thief. What is in it is not the half that the commitment wants,
        let own = SystemRandom().bytes(PartHeader.secretBytes)
        let stolen = part.header.with(holder: .init(key: Card.id(of: key.bytes), box: SealedBox.seal(own.rawSpan, to: key)))
        #expect(vault.refusal(of: part.file(with: stolen), leaf: part.leaf, as: person) == .corrupt)
        // and a commitment made for it is not followed by a stream that its key opens.
        let commitment = try StolenPart(part.file(with: stolen), leaf: part.leaf).commitment(with: own)
        let recommitted = part.file(with: stolen, commitment: commitment)
        #expect(try StolenPart(recommitted, leaf: part.leaf).isOpened(by: own))
        #expect(vault.refusal(of: recommitted, leaf: part.leaf, as: person) == .corrupt)
        // In the vault it is refused as well, to the thief and to the worker.
        try vault.overwrite(vault.onlyPart(of: id).path, with: recommitted)
        #expect { try vault.read(id, as: person) } throws: { ($0 as? OpeningError)?.code == .corrupt }
        #expect(throws: OpeningError.self) { try vault.read(id) }
    }

    @Test("a lead alone gets a box for a second lead, and nothing else", arguments: Self.leads)
    func leadAlone(lead: Person) throws {
        let part = try vault.steal(id)
        #expect(part.header.leadPairs.count == 3)
        let own = Card.id(of: vault.recordKey(of: lead).bytes)
        var (peeled, tried, opened) = (0, 0, 0)
        for pair in part.header.leadPairs {
            // Only whoever is named first peels the outer box.
            guard let content = vault.content(of: pair.box, as: lead) else {
                #expect(pair.first != own)
                continue
            }
            #expect(pair.first == own && pair.second != own)
            peeled += 1
            #expect(Array(content.prefix(32)) == BLAKE2b.hash(part.header.boundPart))
            #expect(vault.content(of: Array(content.dropFirst(32)), as: lead) == nil)
            let windows = part.tryWindows(of: content)
            tried += windows.tried
            opened += windows.opened
        }
        #expect(opened == 0 && tried == peeled * 81)
        #expect(peeled == part.header.leadPairs.count { $0.first == own })
    }

    static let leads: [Person] = [.lena, .luis, .lara]

    @Test("two leads together get the person's half: the attack of one alone could succeed")
    func twoLeads() throws {
        let part = try vault.steal(id)
        let secret = try #require(annaSecret(of: part))
        var found: [[UInt8]] = []
        for (first, second) in Self.leads.flatMap({ first in Self.leads.map { (first, $0) } }) where first != second {
            for pair in part.header.leadPairs {
                guard let inner = vault.content(of: pair.box, as: first)?.dropFirst(32) else { continue }
                if let half = vault.content(of: Array(inner), as: second) { found.append(half) }
            }
        }
        #expect(found == [secret, secret, secret])
        #expect(part.isOpened(by: secret))
    }

    @Test("a pair's box from another file says to the first lead that it is another's")
    func exchangedPair() throws {
        let part = try vault.steal(id)
        let other = try vault.steal(vault.seal([TestData.message("another's words", id: "1")]))
        var peeled = 0
        for pair in other.header.leadPairs {
            for lead in Self.leads {
                guard let content = vault.content(of: pair.box, as: lead) else { continue }
                #expect(Array(content.prefix(32)) != BLAKE2b.hash(part.header.boundPart))
                peeled += 1
            }
        }
        #expect(peeled == 3)
        // In the file it is refused to everybody.
        let spliced = part.file(with: part.header.with(leadPairs: other.header.leadPairs))
        #expect(vault.refusal(of: spliced, leaf: part.leaf, as: .anna) == .corrupt)
    }

    @Test("pieces of different files do not fit together")
    func splices() throws {
        let part = try vault.steal(id)
        let otherID = try vault.seal([TestData.message("the same worker, another chat", id: "1")])
        let other = try vault.steal(otherID)
        #expect(vault.refusal(of: other.file, leaf: other.leaf, as: .anna) == nil)
        #expect(vault.refusal(of: part.file(body: other.body), leaf: part.leaf, as: .anna) == .corrupt)
        #expect(vault.refusal(of: other.file(body: part.body), leaf: other.leaf, as: .anna) == .corrupt)
        // The leaf of another conversation, and the box of another file.
        #expect(vault.refusal(of: part.file, leaf: other.leaf, as: .anna) == .corrupt)
        let exchanged = part.header.with(holder: other.header.holder)
        #expect(vault.refusal(of: part.file(with: exchanged), leaf: part.leaf, as: .anna) == .corrupt)
        #expect(vault.refusal(of: part.file(with: exchanged, commitment: other.commitment), leaf: part.leaf, as: .anna) == .corrupt)
        // A conversation under another one's name, so that another leaf would open it.
        let renamed = part.header.with(conversation: otherID)
        #expect(vault.refusal(of: part.file(with: renamed), leaf: other.leaf, as: .anna) == .corrupt)
        try vault.overwrite(vault.onlyPart(of: id).path, with: other.file)
        #expect { try vault.read(id) } throws: { ($0 as? OpeningError)?.code == .corrupt }
    }

    @Test("a part whose header does not commit to its key is refused, though the service itself made and signed it")
    func falseCommitment() throws {
        let template = try vault.steal(id)
        #expect(try vault.refusal(of: handMade(like: template, flipping: 0), leaf: template.leaf, as: .anna) == nil)
        for bit in [UInt8(1), 0x80] {
            #expect(try vault.refusal(of: handMade(like: template, flipping: bit), leaf: template.leaf, as: .anna) == .corrupt)
        }
    }

    /// A part like another, put together by hand: right in everything, but that bits of its commitment may be others.
    private func handMade(like template: StolenPart, flipping bits: UInt8) throws -> [UInt8] {
        let half = SystemRandom().bytes(PartHeader.secretBytes)
        let holder = PartHeader.Holder(
            key: Card.id(of: vault.annaKey.bytes), box: SealedBox.seal(half.rawSpan, to: vault.annaKey))
        let header = template.header.with(holder: holder).encoded
        let keys = PartKeys(leaf: secret(template.leaf), secret: secret(half), header: header)
        var commitment = keys.commitment
        commitment[31] ^= bits
        let signed = Opening.signedBytes(header: header, commitment: commitment, predecessors: [])
        let opening = Opening(
            predecessors: [], signer: Card.id(of: vault.service.publicKey.bytes), signature: vault.service.sign(signed))
        var stream = StreamWriter(key: keys.takeStreamKey())
        let frame = Frame.encode([PartRecord(.opening, opening.encoded), PartRecord(.line, TestData.message("by hand", id: "1"))])
        let sealed = try stream.push(frame.rawSpan, tag: .rekey)
        let length = (0..<4).map { UInt8(truncatingIfNeeded: sealed.count >> (8 * $0)) }
        return header + commitment + stream.header + length + sealed
    }
}
