import Ledger
import Records
import Sodium
import System
import Testing

/// The keeper has a copy of the lines where whoever can write into the vault cannot reach it: what they cut off comes back, and what they
/// rewrote is refused.
@Suite final class TheKeeperBringsBackWhatWasLostTests {
    let desk: Desk
    /// The ledger as it was after each of six entries.
    private let images: [(acts: [UInt8], checkpoint: [UInt8])]

    init() throws {
        let desk = try Desk()
        images = try (1...6).map { count in
            try desk.fill(count)
            return (try desk.bytes(), try desk.checkpoint)
        }
        self.desk = desk
    }

    private func put(_ image: (acts: [UInt8], checkpoint: [UInt8])) throws {
        try desk.write(image.acts)
        try desk.write(image.checkpoint, to: Sample.layout.ledgerCheckpoint)
    }

    @Test func `an older ledger that was put back with its own checkpoint is whole again when the keeper starts`() throws {
        for (index, image) in images.enumerated() {
            try put(image)
            #expect(try desk.read().entries.count == index + 1)
            let ledger = try desk.ledger()
            #expect(ledger.wasRestored == (index < 5) && ledger.count == 6 && ledger.lastDone == 3)
            let reading = try desk.read()
            #expect(reading.entries.count == 6 && reading.uncovered == 0)
            #expect(try desk.bytes() == images[5].acts)
        }
        try desk.disk.remove(Sample.layout.ledgerActs)
        try desk.disk.remove(Sample.layout.ledgerCheckpoint)
        #expect(try desk.ledger().wasRestored)
        #expect(try desk.bytes() == images[5].acts && desk.checkpoint == images[5].checkpoint)
    }

    @Test func `cut anywhere, in the middle of a line too, it is whole again`() throws {
        let whole = images[5].acts
        for length in stride(from: 0, to: whole.count, by: 41) {
            try put((Array(whole[..<length]), images[5].checkpoint))
            #expect([.cutOff, .refused].contains(desk.refusal()))
            #expect(try desk.ledger().wasRestored)
            #expect(try desk.bytes() == whole && desk.refusal() == nil)
        }
    }

    @Test func `it goes on from there, as if nothing had happened`() throws {
        try put(images[1])
        try desk.ledger().append(Sample.event(70), at: Sample.moment)
        let reading = try desk.read()
        #expect(try reading.entries.map(\.event) == Sample.events(6) + [Sample.event(70)])
        #expect(try desk.bytes(Sample.copy) == desk.bytes())
    }

    @Test func `a crash in the middle of bringing it back is made good by the next start`() throws {
        try put(images[2])
        let counting = FaultyFileSystem(desk.disk)
        _ = try desk.ledger(on: counting)
        for number in 0..<counting.operationCount {
            for moment in FaultyFileSystem.Moment.allCases {
                let desk = try Desk()
                try desk.fill(3)
                let early = (try desk.bytes(), try desk.checkpoint)
                try desk.fill(6)
                let whole = (try desk.bytes(), try desk.checkpoint)
                try desk.write(early.0)
                try desk.write(early.1, to: Sample.layout.ledgerCheckpoint)
                _ = try? desk.ledger(on: FaultyFileSystem(desk.disk, fault: .crashes(moment), at: number))
                desk.disk.crash([.nothingUnsynced, .everything, .seeded(UInt64(number))][number % 3])
                #expect(try [3, 6].contains(desk.read().entries.count), "operation \(number)")
                _ = try desk.ledger()
                #expect(try desk.bytes() == whole.0 && desk.checkpoint == whole.1, "operation \(number)")
            }
        }
    }

    @Test func `another history is refused, and neither file is touched`() throws {
        let other = try Desk()
        let seed = desk.key.seed()
        let twin = try Ledger(fileSystem: other.disk, layout: Sample.layout, vault: Sample.vault, keeper: SigningKey(seed: seed))
        for serial in 1...9 as ClosedRange<UInt64> { try twin.append(Sample.event(serial), at: Sample.moment) }
        let foreign = (try other.bytes(), try other.checkpoint)
        for acts in [foreign.0, Array(foreign.0.prefix(900)), images[2].acts + [UInt8](repeating: 0, count: 30)] {
            try put((acts, foreign.1))
            #expect { _ = try self.desk.ledger() } throws: { ($0 as? LedgerError)?.code == .rewritten }
            #expect(try desk.bytes() == acts && desk.bytes(Sample.copy) == images[5].acts)
        }
    }

    @Test func `a ledger that is exchanged under a running keeper comes back, or is refused`() throws {
        let ledger = try desk.ledger()
        try ledger.append(Sample.event(20), at: Sample.moment)
        try put(images[3])
        // It notices after it has written, into a file that nobody sees any more.
        #expect(throws: LedgerError.self) { try ledger.append(Sample.event(30), at: Sample.moment) }
        #expect(try ledger.append(Sample.event(30), at: Sample.moment).number == 8)
        #expect(try desk.read().entries.map(\.event.serial).suffix(2) == [20, 30])
        var changed = try desk.bytes()
        changed[50] ^= 1
        try put((changed, images[3].checkpoint))
        for _ in 0..<3 {
            #expect(throws: LedgerError.self) { try ledger.append(Sample.event(40), at: Sample.moment) }
        }
        #expect(try desk.checkpoint == images[3].checkpoint)
    }

    @Test func `a damaged copy is refused`() throws {
        #expect(try desk.disk.status(Sample.copy)?.mode == 0o600)
        let whole = images[5].acts
        let last = whole.count - (try #require(desk.lines().last)).count
        for index in stride(from: 0, to: last, by: 37) {
            var changed = whole
            changed[index] ^= 1 << UInt8(index % 8)
            try desk.write(changed, to: Sample.copy)
            #expect { _ = try self.desk.ledger() } throws: { ($0 as? LedgerError)?.code == .refused }
        }
    }

    @Test func `what a crash leaves of the copy is made good`() throws {
        let whole = images[5].acts
        let last = whole.count - (try #require(desk.lines().last)).count
        for left in [whole[..<last], whole[..<(last + 100)], whole[..<last] + [UInt8](repeating: 0, count: 300), whole.dropLast()] {
            try put(images[5])
            try desk.write(Array(left), to: Sample.copy)
            try desk.ledger().append(Sample.event(UInt64(left.count)), at: Sample.moment)
            #expect(try desk.bytes(Sample.copy) == desk.bytes() && desk.read().entries.count == 7)
        }
        // It was not there yet, or is only a part.
        for length in [0, 1, 700] {
            try desk.write(Array(whole[..<length]), to: Sample.copy)
            try put(images[5])
            try desk.ledger().append(Sample.event(UInt64(80 + length)), at: Sample.moment)
            #expect(try desk.bytes(Sample.copy) == desk.bytes())
        }
    }
}
