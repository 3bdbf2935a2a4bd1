import Keeper
import Ledger
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// What the keeper does stands in the ledger, and what stands there counts for the keeper.
@Suite struct TheKeeperTellsTheLedgerTests {
    private func entries(_ ground: Ground) throws -> [LedgerEntry] {
        let reading = try LedgerReading.read(
            fileSystem: ground.fileSystem, layout: ground.layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
        #expect(reading.uncovered == 0)
        return reading.entries
    }

    @Test func `every change of the calendar stands there twice: before and after`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        for _ in 0..<3 {
            ground.advance(days: 1)
            keeper.attend()
        }
        let target = ground.today.adding(days: 90)
        let request = try keeper.request(KeeperQuestion(act: "sweep", targets: [target.description]))
        let approvals = try ground.approvals(request, by: [ground.leads[0], ground.leads[1]])
        _ = try keeper.act(.approved(request: String(decoding: request.bytes, as: UTF8.self), approvals: approvals))
        let entries = try entries(ground).filter { $0.event.serial != nil }
        let acts = ["create"] + Array(repeating: ["draw", "sweep"], count: 3).flatMap { $0 } + ["sweep"]
        #expect(entries.map(\.event.act) == acts.flatMap { [$0, $0] })
        #expect(entries.map(\.event.state) == acts.flatMap { _ in [.intent, .done] })
        #expect(entries.map(\.event.serial) == acts.indices.flatMap { [UInt64($0 + 1), UInt64($0 + 1)] })
        let last = try #require(entries.last?.event)
        #expect(last.until == target && last.cells == ["L1", "L1"])
        #expect(last.approvals == approvals.map { BLAKE2b.hash(Array($0.text.utf8)) })
        #expect(entries[3].event.until == Ground.expiry(Timestamp(seconds: Ground.start.seconds).day.adding(days: 8)))
        #expect(entries[5].event.until == Timestamp(seconds: Ground.start.seconds).day.adding(days: 1))
    }

    @Test func `every roster that it goes by stands there once, with its digest`() throws {
        let ground = try Ground()
        let first = ground.roster
        let keeper = try ground.newKeeper()
        for _ in 0..<3 { keeper.attend() }
        try ground.change(RosterChange(enrol: [ground.worker.identity.card(from: ground.today)]), by: [ground.leads[0]])
        for _ in 0..<3 { keeper.attend() }
        let rosters = try entries(ground).compactMap(\.event.roster)
        #expect(rosters == [first, ground.roster].map { .init(number: $0.number, sha256: SHA256.hash($0.file.bytes)) })
        #expect(keeper.status().warnings.allSatisfy { !$0.contains("ledger") })
    }

    @Test func `a roster counts though it cannot be written down, and is written down later`() throws {
        let ground = try Ground()
        try ground.initialise()
        let keeper = try ground.keeper()
        try ground.change(RosterChange(retire: ["lead-2"]), by: [ground.leads[0], ground.leads[1]])
        let acts = try ground.fileSystem.readFile(ground.layout.ledgerActs, limitBytes: 1 << 20)
        try ground.fileSystem.replaceDurably(ground.layout.ledgerActs, Array(acts.dropLast(40)).rawSpan, mode: 0o660)
        keeper.attend()
        #expect(keeper.roster.number == ground.roster.number && keeper.roster.leads.count == 2)
        #expect(keeper.status().warnings.contains { $0.hasPrefix("ledger: ") })
        try ground.fileSystem.replaceDurably(ground.layout.ledgerActs, acts.rawSpan, mode: 0o660)
        keeper.attend()
        #expect(try entries(ground).last?.event.roster?.number == ground.roster.number)
        #expect(keeper.status().warnings.allSatisfy { !$0.hasPrefix("ledger: ") })
    }

    @Test func `a ledger that was cut off is whole again when the keeper starts, and the keeper says so`() throws {
        let ground = try Ground()
        try ground.initialise()
        let layout = ground.layout
        func files() throws -> [(path: String, bytes: [UInt8])] {
            try [layout.ledgerActs, layout.ledgerCheckpoint].map { ($0, try ground.fileSystem.readFile($0, limitBytes: 1 << 20)) }
        }
        let early = try files()
        do {
            let keeper = try ground.keeper()
            #expect(keeper.status().warnings.allSatisfy { !$0.contains("ledger") })
            ground.advance(days: 1)
            keeper.attend()
        }
        let late = try files()
        for (path, bytes) in early { try ground.fileSystem.replaceDurably(path, bytes.rawSpan, mode: 0o660) }
        #expect(try entries(ground).count == 2)
        let keeper = try ground.keeper()
        #expect(try zip(files(), late).allSatisfy { $0.bytes == $1.bytes })
        #expect(keeper.status().warnings.contains { $0.contains("put back from the keeper's copy") })
        #expect(keeper.status().warnings.allSatisfy { !$0.contains("behind the calendar") })
    }

    @Test func `a ledger of another history of this keeper stops it, though all of it verifies`() throws {
        let ground = try Ground()
        do { _ = try ground.newKeeper() }
        for path in [ground.layout.ledgerActs, ground.layout.ledgerCheckpoint] { try ground.fileSystem.remove(path) }
        do {
            let other = try Ledger(
                fileSystem: ground.fileSystem, layout: ground.layout, vault: ground.roster.vault,
                keeper: RetentionTestKeys.copy(ground.keeperKey))
            try other.append(LedgerEvent(.done, act: "create", serial: 1), at: Ground.start)
        }
        #expect(try entries(ground).count == 1)
        #expect {
            _ = try ground.keeper()
        } throws: { error in
            guard let error = error as? RetentionError else { return false }
            return error.code == .failed && error.message.contains("ledger.jsonl beside the cells")
        }
    }
}
