import Ledger
import Records
import Sodium
import System
import Testing

/// Signed lines, each of which names all before it, that show every change, and forgive a crash without hiding it.
@Suite final class TheLedgerTellsWhatHappenedTests {
    let desk: Desk

    init() throws { desk = try Desk() }

    @Test func `what was written is read, in order, with what was last done`() throws {
        try desk.fill(7)
        let reading = try desk.read()
        #expect(reading.entries.map(\.number) == Array(1...7) && reading.tornBytes == 0 && reading.uncovered == 0)
        #expect(reading.lastDone == 3)
        #expect(try reading.entries.map(\.event) == Sample.events(7))
        #expect(reading.entries.allSatisfy { $0.at == Sample.moment })
        #expect(try desk.ledger().lastDone == 3)
    }

    @Test func `a line has the one form that is specified`() throws {
        let seed = SecretBytes(zeros: 32)
        let ledger = try Ledger(
            fileSystem: desk.disk, layout: Sample.layout, vault: Sample.vault, keeper: SigningKey(seed: seed))
        try ledger.append(Sample.event(2, .intent), at: Sample.moment)
        let roster = LedgerEvent.NamedRoster(number: 3, sha256: [UInt8](repeating: 2, count: 32))
        try ledger.append(LedgerEvent(goingBy: roster), at: Sample.moment)
        let mark = LedgerMark([UInt8](repeating: 3, count: 32))
        try ledger.append(LedgerEvent(.done, act: "handover", mark: mark), at: Sample.moment)
        let lines = try desk.lines().map { Array($0.dropLast()) }
        let entries = [
            #"{"act":"sweep","approvals":["\#(String(repeating: "01", count: 32))"],"at":"2026-11-23T12:00:00Z","cells":["L1","L0"],"#
                + #""mark":null,"number":1,"root":"\#(Hex.encode(SHA256.hash([])))","roster":null,"serial":2,"state":"intent","#
                + #""torn":null,"type":"transcript-vault ledger entry 1","until":"2024-10-06","vault":"\#(Sample.vault)"}"#,
            #"{"act":"roster","approvals":[],"at":"2026-11-23T12:00:00Z","cells":[],"#
                + #""mark":null,"number":2,"root":"\#(Hex.encode(SHA256.hash([0] + lines[0])))","#
                + #""roster":{"number":3,"sha256":"\#(String(repeating: "02", count: 32))"},"serial":null,"state":"done","#
                + #""torn":null,"type":"transcript-vault ledger entry 1","until":null,"vault":"\#(Sample.vault)"}"#,
            #"{"act":"handover","approvals":[],"at":"2026-11-23T00:00:00Z","cells":[],"#
                + #""mark":"\#(String(repeating: "03", count: 32))","number":3,"root":"#
                + #""\#(Hex.encode(SHA256.hash([1] + SHA256.hash([0] + lines[0]) + SHA256.hash([0] + lines[1]))))","#
                + #""roster":null,"serial":null,"state":"done","#
                + #""torn":null,"type":"transcript-vault ledger entry 1","until":null,"vault":"\#(Sample.vault)"}"#,
        ]
        let key = try SigningKey(seed: seed)
        for (line, entry) in zip(lines, entries) {
            let signature = Base64.encode(key.sign(Array("transcript-vault ledger entry 1\n\(entry)".utf8)))
            #expect(String(decoding: line, as: UTF8.self) == #"{"entry":\#(entry),"signature":"\#(signature)"}"#)
        }
        let checkpoint = String(decoding: try desk.checkpoint, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(checkpoint[0] == "transcript-vault/ledger/\(Sample.vault)" && checkpoint[1] == "3" && checkpoint.count == 6)
    }

    @Test func `what is about one conversation is incomplete until it is itself told as done`() throws {
        let ledger = try desk.ledger()
        let mark = LedgerMark([UInt8](repeating: 3, count: 32))
        let marked = try LedgerEvent(.incomplete, act: "erase", mark: mark)
        let other = try LedgerEvent(.incomplete, act: "erase", mark: LedgerMark([UInt8](repeating: 4, count: 32)))
        let act = try LedgerEvent(.incomplete, act: "erase", serial: 2, cells: ["L1"])
        for event in [act, marked, other] { try ledger.append(event, at: Sample.moment) }
        #expect(ledger.incompleteActs == [act, marked, other])
        try ledger.append(act.done(in: ["L1", "L1"]), at: Sample.moment)
        #expect(try desk.read().incompleteActs == [marked, other])
        try ledger.append(marked.done(in: ["L1", "L1"]), at: Sample.moment)
        #expect(try desk.read().incompleteActs == [other] && desk.read().entries.last?.event.cells == [])
    }

    @Test func `each restoration leaves out what was begun, and what may have been`() throws {
        let ledger = try desk.ledger()
        func tell(_ state: LedgerEvent.State, _ act: String, _ serial: UInt64) throws {
            try ledger.append(LedgerEvent(state, act: act, serial: serial, cells: ["L1"]), at: Sample.moment, mayRepeat: true)
        }
        for (state, serial) in [(LedgerEvent.State.done, 3), (.intent, 4)] { try tell(state, "sweep", UInt64(serial)) }
        #expect(try desk.read().begunActs.map(\.serial) == [4] && desk.read().undone.isEmpty)
        try tell(.done, LedgerEvent.restoreAct, 3)
        #expect(try desk.read().begunActs.isEmpty && desk.read().undone == [4...1_000_003] && ledger.undone == [4...1_000_003])
        // It goes on, and is brought back with a cell that never did: what was done and begun since is undone, too.
        for (state, serial) in [(LedgerEvent.State.intent, 1_000_004), (.incomplete, 1_000_004), (.intent, 1_000_005)] {
            try tell(state, "erase", UInt64(serial))
        }
        #expect(try desk.read().begunActs.map(\.serial) == [1_000_005] && desk.read().lastCarriedOut == 1_000_004)
        try tell(.done, LedgerEvent.restoreAct, 3)
        #expect(try desk.read().undone == [4...1_000_003, 4...1_000_005] && desk.read().lastCarriedOut == 3)
        #expect(try desk.read().restorations.map(\.number) == [3, 7])
    }

    @Test func `an event that is told again changes nothing and has the number that it had`() throws {
        try desk.fill(6)
        let before = try desk.bytes()
        try desk.fill(6)
        #expect(try desk.bytes() == before)
        let ledger = try desk.ledger()
        #expect(try ledger.append(Sample.event(2), at: Sample.moment).number == 4)
        #expect(try ledger.append(Sample.event(50), at: Sample.moment).number == 7)
    }

    @Test func `an act about a conversation is found however long ago it was told`() throws {
        let ledger = try desk.ledger()
        let mark = LedgerMark([UInt8](repeating: 3, count: 32))
        let handover = try LedgerEvent(.done, act: "handover", mark: mark)
        try ledger.append(handover, at: Sample.moment)
        for serial in 1...30 as ClosedRange<UInt64> { try ledger.append(Sample.event(serial), at: Sample.moment) }
        #expect(try ledger.append(handover, at: Timestamp(seconds: Sample.moment.seconds + 900_000)).number == 1)
        #expect(try ledger.append(LedgerEvent(.done, act: "copy", mark: mark), at: Sample.moment).number == 32)
        #expect(try ledger.append(Sample.event(1), at: Sample.moment).number == 33, "of other acts the last few are compared")
    }

    @Test func `two cannot write at once`() throws {
        let first = try desk.ledger()
        #expect { _ = try self.desk.ledger() } throws: { ($0 as? LedgerError)?.code == .busy }
        try first.append(Sample.event(1), at: Sample.moment)
    }

    @Test func `a changed bit anywhere is refused`() throws {
        try desk.fill(3)
        let whole = try desk.bytes()
        for index in 0..<(whole.count - 1) {
            var changed = whole
            changed[index] ^= 1 << UInt8(index % 8)
            try desk.write(changed)
            #expect([.refused, .cutOff, .rewritten].contains(desk.refusal()), "byte \(index)")
        }
    }

    @Test func `lines left out, put in another order or taken from elsewhere are refused, with a checkpoint and without`() throws {
        try desk.fill(4)
        let (lines, checkpoint) = (try desk.lines(), try desk.checkpoint)
        for order in [[1], [0, 2, 3], [1, 0, 2, 3], [0, 1, 1, 2, 3], [0, 0], [0, 1, 3, 2]] {
            try desk.write(order.flatMap { lines[$0] })
            #expect(desk.refusal() == .refused, "\(order)")
            try desk.disk.remove(Sample.layout.ledgerCheckpoint)
            #expect(desk.refusal() == .refused, "\(order)")
            try desk.write(checkpoint, to: Sample.layout.ledgerCheckpoint)
        }
        try desk.write(lines.flatMap { $0 })
        #expect(throws: LedgerError.self) { try self.desk.read(vault: .zero) }
        let stranger = try Desk()
        #expect(throws: LedgerError.self) { try self.desk.read(keys: [stranger.key.publicKey]) }
        #expect(throws: LedgerError.self) { try self.desk.read(keys: []) }
        #expect(try desk.read(keys: [stranger.key.publicKey, desk.key.publicKey]).entries.count == 4, "a keeper before this one")
    }

    @Test func `a line of another history of the same keeper is refused, though nothing but the tree tells them apart`() throws {
        try desk.ledger().append(Sample.event(1), at: Sample.moment)
        try desk.ledger().append(Sample.event(2), at: Sample.moment)
        let history = try desk.lines()
        for path in [Sample.layout.ledgerActs, Sample.layout.ledgerCheckpoint, Sample.copy] { try desk.disk.remove(path) }
        try desk.ledger().append(Sample.event(5), at: Sample.moment)
        try desk.write(try desk.bytes() + history[1])
        #expect(desk.refusal() == .refused)
    }

    @Test func `a keeper that follows another goes on where that one ended`() throws {
        try desk.fill(3)
        let next = try Desk(desk.disk)
        #expect(throws: LedgerError.self) { try next.ledger() }
        try next.ledger(earlier: [desk.key.publicKey]).append(Sample.event(9), at: Sample.moment)
        let both = try next.read(keys: [desk.key.publicKey, next.key.publicKey])
        #expect(both.entries.count == 4 && both.uncovered == 0)
        #expect(throws: LedgerError.self) { try self.desk.read() }
    }

    @Test func `what was not certain to be durable is made so before it counts as written`() throws {
        var succeeded = 0
        for number in 0..<60 {
            let desk = try Desk()
            try desk.fill(2)
            let faulty = FaultyFileSystem(desk.disk, fault: .fails(.inputOutput), at: number)
            let event = try Sample.event(9)
            do {
                let ledger = try desk.ledger(on: faulty)
                do {
                    try ledger.append(event, at: Sample.moment)
                } catch {
                    try ledger.append(event, at: Sample.moment)
                    succeeded += 1
                }
            } catch {
                continue
            }
            desk.disk.crash(.nothingUnsynced)
            let reading = try desk.read()
            #expect(reading.entries.last?.event == event && reading.uncovered == 0, "operation \(number)")
        }
        #expect(succeeded > 15)
    }

    @Test func `a full disk stops the act and leaves a ledger that goes on`() throws {
        try desk.fill(2)
        for number in 0..<30 {
            let faulty = FaultyFileSystem(desk.disk, fault: .keepsFailing(.noSpace), at: number)
            do {
                try desk.ledger(on: faulty).append(Sample.event(UInt64(50 + number)), at: Sample.moment)
            } catch let error as LedgerError {
                #expect(error.code == .storage(.noSpace) && error.message.contains("no space"))
            }
        }
        try desk.ledger().append(Sample.event(99), at: Sample.moment)
        let reading = try desk.read()
        #expect(reading.lastDone == 99 && reading.uncovered == 0)
    }
}
