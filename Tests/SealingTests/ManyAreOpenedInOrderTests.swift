import Foundation
import Identity
import Keeper
import Opening
import Records
import Roster
import Sodium
import SodiumIdentity
import Synchronization
import System
import TestVault
import Testing

/// Asks another source, counts the questions, and fails from one of them on, if told so.
private final class CountingLeaves: LeafSource {
    private let source: any LeafSource
    private let failsFrom: Int
    private let asked = Mutex<[Int]>([])

    init(_ source: any LeafSource, failingFrom failsFrom: Int = .max) {
        self.source = source
        self.failsFrom = failsFrom
    }

    /// How many leaves each question asked for.
    var questions: [Int] { asked.withLock { $0 } }

    func leaves(_ names: [LeafName], for purpose: LeafPurpose) throws(KeeperError) -> LeafBatch {
        let number = asked.withLock { asked in
            asked.append(names.count)
            return asked.count
        }
        guard number < failsFrom else { throw KeeperError(.notRunning, "the keeper is not running: start it") }
        return try source.leaves(names, for: purpose)
    }

    func today() throws(KeeperError) -> Day { try source.today() }
    func preparePages(_ days: [Day]) throws(KeeperError) { try source.preparePages(days) }
    func isErased(_ conversation: ConversationID) throws(KeeperError) -> Bool { try source.isErased(conversation) }
}

@Suite("Many conversations are opened on all cores, in their order, and one that cannot be opened stops none")
struct ManyAreOpenedInOrderTests {
    private let vault: TestVault

    init() throws {
        vault = try TestVault()
    }

    /// Seals so many conversations for anna; returns the lines of each.
    private func seal(_ count: Int) throws -> [ConversationID: [[UInt8]]] {
        var sealed: [ConversationID: [[UInt8]]] = [:]
        for number in 0..<count {
            let lines = (0...(number % 3)).map { TestData.message("message \($0) of \(number)", id: "\($0)") }
            sealed[try vault.seal(lines)] = lines
        }
        return sealed
    }

    private func summaries(_ reader: ConversationReader) throws -> [ConversationReader.Summary] {
        try reader.conversations(of: Card.id(of: vault.annaKey.bytes)).found
    }

    private func reader(_ leaves: any LeafSource) -> ConversationReader {
        ConversationReader(store: vault.store, leaves: leaves, roster: vault.roster)
    }

    /// What is received of each conversation: its lines, or the code of its error.
    private func received(_ reader: ConversationReader, _ summaries: [ConversationReader.Summary], stopAfter: Int = .max) -> [(
        ConversationID, Result<[[UInt8]], OpeningError>
    )] {
        var received: [(ConversationID, Result<[[UInt8]], OpeningError>)] = []
        vault.with(.anna) { (owner: borrowing PersonalIdentity) in
            reader.examine(summaries, reader: owner.record) {
                $0.lines
            } receive: { summary, result in
                received.append((summary.id, result))
                return received.count < stopAfter
            }
        }
        return received
    }

    @Test("all of them, as they are opened one by one, with a few questions to the keeper; or the first few, or none")
    func all() throws {
        let sealed = try seal(700)
        let leaves = CountingLeaves(vault.leaves)
        let reader = reader(leaves)
        let summaries = try summaries(reader)
        #expect(summaries.count == 700)
        let received = received(reader, summaries)
        #expect(received.map(\.0) == summaries.map(\.id))
        for (id, result) in received { #expect(try result.get() == sealed[id]) }
        #expect(leaves.questions == [64, 512, 124])
        for count in [0, 1, 2, 63, 64, 65, 576, 577] {
            let some = Array(summaries.prefix(count))
            #expect(self.received(reader, some).map(\.0) == some.map(\.id))
        }
    }

    @Test("until the receiver has enough")
    func stops() throws {
        _ = try seal(140)
        let leaves = CountingLeaves(vault.leaves)
        let reader = reader(leaves)
        let summaries = try summaries(reader)
        for enough in [1, 64, 65, 100] {
            #expect(received(reader, summaries, stopAfter: enough).map(\.0) == summaries.prefix(enough).map(\.id))
        }
        struct Enough: Error {}
        #expect(throws: Enough.self) {
            try vault.with(.anna) { (owner: borrowing PersonalIdentity) throws in
                try reader.examine(summaries, reader: owner.record) {
                    $0.lines.count
                } receive: { _, _ throws(Enough) in
                    throw Enough()
                }
            }
        }
    }

    @Test("each that cannot be opened says why, and the others are opened")
    func failures() throws {
        let sealed = try seal(140)
        let reader = reader(vault.leaves)
        let summaries = try summaries(reader)
        var changed = summaries
        // Damaged, erased, gone, somebody else's: at both ends of the questions and in their middle.
        for place in [0, 63, 64, 100, 139] {
            var file = try vault.store.read(summaries[place].parts[0])
            file[file.count / 2] ^= 1
            try vault.overwrite(summaries[place].parts[0].path, with: file)
        }
        for place in [1, 65, 138] { try vault.leaves.erase(summaries[place].id, day: summaries[place].expiry) }
        for place in [2, 90] { try vault.fileSystem.remove(summaries[place].parts[0].path) }
        _ = try vault.seal([TestData.message("not anna's", id: "1")], for: "ben")
        let ben = vault.with(.ben) { (owner: borrowing PersonalIdentity) in owner.record.publicKey.bytes }
        changed[3] = try #require(try reader.conversations(of: Card.id(of: ben)).found.first)
        var codes: [Int: OpeningError.Code] = [:]
        for (place, (id, result)) in received(reader, changed).enumerated() {
            switch result {
            case .success(let lines): #expect(lines == sealed[id])
            case .failure(let error): codes[place] = error.code
            }
        }
        var wanted: [Int: OpeningError.Code] = [3: .notYours]
        for place in [0, 63, 64, 100, 139] { wanted[place] = .corrupt }
        for place in [1, 65, 138] { wanted[place] = .erased }
        for place in [2, 90] { wanted[place] = .missing }
        #expect(codes == wanted)
    }

    @Test("those whose day is over are expired, all of them")
    func expired() throws {
        _ = try seal(70)
        let reader = reader(vault.leaves)
        let summaries = try summaries(reader)
        vault.leaves.advance(to: TestVault.today.adding(days: 400))
        for (_, result) in received(reader, summaries) {
            #expect { try result.get() } throws: { ($0 as? OpeningError)?.code == .expired }
        }
    }

    @Test("a keeper that goes away is the answer for all that were not yet asked for")
    func keeperGoes() throws {
        let sealed = try seal(600)
        for (question, opened) in [(1, 0), (2, 64), (3, 576)] {
            let reader = reader(CountingLeaves(vault.leaves, failingFrom: question))
            for (place, (id, result)) in received(reader, try summaries(reader)).enumerated() {
                if place < opened {
                    #expect(try result.get() == sealed[id])
                } else {
                    #expect { try result.get() } throws: { ($0 as? OpeningError)?.code == .keeper(.notRunning) }
                }
            }
        }
    }
}
