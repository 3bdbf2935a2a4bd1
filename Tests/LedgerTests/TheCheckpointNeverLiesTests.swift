import Ledger
import Records
import Sodium
import System
import Testing

/// The checkpoint is never ahead of the lines, never contradicts an earlier one, and shows whoever kept one that something was taken away.
@Suite final class TheCheckpointNeverLiesTests {
    private static let policies: [MemoryFileSystem.CrashPolicy] = [.nothingUnsynced, .everything, .seeded(1), .seeded(2), .seeded(3)]

    let desk: Desk

    init() throws { desk = try Desk() }

    private func keeperRefusal(copy: String? = Sample.copy) throws -> LedgerError.Code? {
        do {
            _ = try desk.ledger(copy: copy)
            return nil
        } catch let error as LedgerError {
            #expect(!error.message.contains("\n"))
            return error.code
        }
    }

    /// Every checkpoint that was ever signed, wherever a disk still holds it.
    private func signed(on disk: MemoryFileSystem, by desk: Desk) -> [Checkpoint] {
        disk.everyContents.compactMap { try? SignedCheckpoint($0, vault: Sample.vault, keys: [desk.key.publicKey]).checkpoint }
    }

    /// How many operations three entries take, the opening among them.
    private static func operations() throws -> Int {
        let desk = try Desk()
        let counting = FaultyFileSystem(desk.disk)
        try desk.fill(3, on: counting)
        return counting.operationCount
    }

    @Test(arguments: FaultyFileSystem.Moment.allCases, policies)
    func `a crash at any operation loses nothing that was acknowledged, and leaves no checkpoint ahead`(
        moment: FaultyFileSystem.Moment, policy: MemoryFileSystem.CrashPolicy
    ) throws {
        let operations = try Self.operations()
        #expect(operations > 50)
        for number in 0..<operations {
            let desk = try Desk()
            let faulty = FaultyFileSystem(desk.disk, fault: .crashes(moment), at: number)
            var acknowledged: [LedgerEvent] = []
            do {
                let ledger = try desk.ledger(on: faulty)
                for event in try Sample.events(3) {
                    try ledger.append(event, at: Sample.moment)
                    acknowledged.append(event)
                }
            } catch {}
            desk.disk.crash(policy)
            let reading = try desk.read()
            try reading.checkCoverage()
            #expect(Array(reading.entries.map(\.event).prefix(acknowledged.count)) == acknowledged, "operation \(number)")
            #expect(
                reading.checkpoint?.checkpoint.size ?? 0 >= acknowledged.count,
                "operation \(number): an entry was acknowledged before it was covered")
            for checkpoint in signed(on: desk.disk, by: desk) { try reading.check(continues: checkpoint) }
            // The keeper that is started again goes on, and everything is covered.
            let ledger = try desk.ledger()
            let count = try ledger.append(Sample.event(77), at: Sample.moment).number
            let after = try desk.read()
            #expect(count == after.entries.count && after.uncovered == 0 && after.lastDone == 77, "operation \(number)")
            #expect(try desk.bytes(Sample.copy) == desk.bytes())
            for checkpoint in signed(on: desk.disk, by: desk) { try after.check(continues: checkpoint) }
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>) func `through crashes at any moment, again and again`(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var acknowledged: [LedgerEvent] = []
        for serial in 1...12 as ClosedRange<UInt64> {
            let moment = FaultyFileSystem.Moment.allCases.randomElement(using: &random) ?? .before
            let faulty = FaultyFileSystem(desk.disk, fault: .crashes(moment), at: random.below(60))
            do {
                let ledger = try desk.ledger(on: faulty)
                for event in [try Sample.event(serial), try Sample.event(serial + 100, .intent)] {
                    try ledger.append(event, at: Sample.moment)
                    acknowledged.append(event)
                }
            } catch {
                desk.disk.crash([.nothingUnsynced, .everything, .seeded(random.next())].randomElement(using: &random) ?? .everything)
            }
            let reading = try desk.read()
            let found = reading.entries.map(\.event)
            #expect(acknowledged.allSatisfy { found.contains($0) } && reading.uncovered <= 1, "seed \(seed)")
            for checkpoint in signed(on: desk.disk, by: desk) { try reading.check(continues: checkpoint) }
        }
    }

    @Test func `fewer lines than the checkpoint says are refused, by readers and by a keeper without a copy`() throws {
        try desk.fill(6)
        let lines = try desk.lines()
        for count in 0..<6 {
            try desk.write(lines[..<count].flatMap { $0 })
            #expect(desk.refusal() == .cutOff)
            #expect(try keeperRefusal(copy: nil) == .cutOff)
            // With a piece of the next line, too: no crash leaves a checkpoint of it.
            try desk.write(lines[..<count].flatMap { $0 } + lines[count].dropLast(9))
            #expect(desk.refusal() == .cutOff)
        }
        try desk.disk.remove(Sample.layout.ledgerActs)
        #expect(desk.refusal() == .cutOff)
    }

    @Test func `a checkpoint of other lines, of another vault or by nobody is refused`() throws {
        try desk.fill(3)
        let other = try Desk()
        let seed = desk.key.seed()
        let twin = try Ledger(
            fileSystem: other.disk, layout: Sample.layout, vault: Sample.vault, keeper: SigningKey(seed: seed))
        for serial in 50...52 as ClosedRange<UInt64> { try twin.append(Sample.event(serial), at: Sample.moment) }
        try desk.write(other.checkpoint, to: Sample.layout.ledgerCheckpoint)
        #expect(desk.refusal() == .rewritten)
        #expect(try keeperRefusal() == .rewritten)
        let third = try Desk()
        try third.fill(3)
        try desk.write(third.checkpoint, to: Sample.layout.ledgerCheckpoint)
        #expect(desk.refusal() == .refused)
        try desk.write([], to: Sample.layout.ledgerCheckpoint)
        #expect(desk.refusal() == .refused)
        let elsewhere = try Desk()
        let stray = try Ledger(
            fileSystem: elsewhere.disk, layout: Sample.layout, vault: .zero, keeper: SigningKey(seed: seed))
        try stray.append(Sample.event(1), at: Sample.moment)
        try desk.write(elsewhere.checkpoint, to: Sample.layout.ledgerCheckpoint)
        #expect(desk.refusal() == .refused)
    }

    @Test func `a changed byte of the checkpoint is refused`() throws {
        try desk.fill(2)
        let whole = try desk.checkpoint
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 1 << UInt8(index % 8)
            try desk.write(changed, to: Sample.layout.ledgerCheckpoint)
            #expect(desk.refusal() == .refused, "byte \(index)")
        }
    }

    @Test func `other people's signatures below the keeper's do not matter`() throws {
        try desk.fill(2)
        let witness = "\u{2014} witness.example \(Base64.encode([UInt8](repeating: 4, count: 76)))\n"
        try desk.write(desk.checkpoint + Array(witness.utf8), to: Sample.layout.ledgerCheckpoint)
        #expect(try desk.read().uncovered == 0)
    }

    @Test func `one entry without a checkpoint is a crash; two are somebody's doing, and the keeper makes it good`() throws {
        var checkpoints: [[UInt8]] = []
        for count in 1...4 {
            try desk.fill(count)
            checkpoints.append(try desk.checkpoint)
        }
        for (index, checkpoint) in checkpoints.enumerated() {
            try desk.write(checkpoint, to: Sample.layout.ledgerCheckpoint)
            let reading = try desk.read()
            #expect(reading.uncovered == 3 - index && reading.entries.count == 4)
            #expect(code(reading.checkCoverage) == (index < 2 ? .uncovered : nil))
        }
        try desk.disk.remove(Sample.layout.ledgerCheckpoint)
        #expect(try code(desk.read().checkCoverage) == .uncovered)
        try desk.ledger().append(Sample.event(60), at: Sample.moment)
        #expect(try desk.read().uncovered == 0)
    }

    @Test func `whoever kept a checkpoint notices what was cut off or rewritten, though all of it verifies`() throws {
        var images: [(acts: [UInt8], checkpoint: [UInt8])] = []
        for count in 1...5 {
            try desk.fill(count)
            images.append((try desk.bytes(), try desk.checkpoint))
        }
        let kept = try images.map { try SignedCheckpoint($0.checkpoint, vault: Sample.vault, keys: [desk.key.publicKey]).checkpoint }
        for (index, image) in images.enumerated() {
            try desk.write(image.acts)
            try desk.write(image.checkpoint, to: Sample.layout.ledgerCheckpoint)
            let reading = try desk.read()
            for (number, checkpoint) in kept.enumerated() {
                #expect(code { () throws(LedgerError) in try reading.check(continues: checkpoint) } == (number > index ? .cutOff : nil))
            }
        }
        let other = try Desk()
        let seed = desk.key.seed()
        let twin = try Ledger(fileSystem: other.disk, layout: Sample.layout, vault: Sample.vault, keeper: SigningKey(seed: seed))
        for serial in 1...9 as ClosedRange<UInt64> { try twin.append(Sample.event(serial), at: Sample.moment) }
        let rewritten = try LedgerReading.read(
            fileSystem: other.disk, layout: Sample.layout, vault: Sample.vault, keys: [desk.key.publicKey])
        for checkpoint in kept { #expect(code { () throws(LedgerError) in try rewritten.check(continues: checkpoint) } == .rewritten) }
        try desk.write(other.bytes())
        try desk.write(other.checkpoint, to: Sample.layout.ledgerCheckpoint)
        #expect(desk.refusal() == nil)
        #expect(try keeperRefusal() == .rewritten)
        // Whoever decides that it shall be so takes away the keeper's copy.
        try desk.disk.remove(Sample.copy)
        #expect(try keeperRefusal() == nil)
    }
}
