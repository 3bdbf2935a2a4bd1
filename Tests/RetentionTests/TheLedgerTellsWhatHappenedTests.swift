import Keeper
import Ledger
import Records
import Retention
import Sodium
import System
import Tampering
import Testing

/// A chain of signed lines that shows every change, and forgives a crash without hiding it.
@Suite final class TheLedgerTellsWhatHappenedTests {
    static let vault = VaultID(Array(repeating: 7, count: 16)) ?? .zero
    static let layout = VaultLayout(root: "/vault")
    static let path = layout.ledgerActs
    static let moment = Timestamp(seconds: 1_795_435_200)

    let key: SigningKey
    let fileSystem = MemoryFileSystem()

    init() throws { key = try Ground.key() }

    private func ledger(on fileSystem: (any FileSystem)? = nil) throws -> Ledger {
        try Ledger(
            fileSystem: fileSystem ?? self.fileSystem, layout: Self.layout, vault: Self.vault, keeper: RetentionTestKeys.copy(key))
    }

    private func read(keys: [SigningPublicKey]? = nil, vault: VaultID = vault) throws(LedgerError) -> LedgerReading {
        try LedgerReading.read(fileSystem: fileSystem, layout: Self.layout, vault: vault, keys: keys ?? [key.publicKey])
    }

    private func event(_ serial: UInt64, _ state: LedgerEvent.State = .done) throws -> LedgerEvent {
        try LedgerEvent(
            state, act: "sweep", serial: serial, until: Day(number: 20_000 + UInt32(serial)), approvals: [[UInt8](repeating: 1, count: 32)],
            cells: ["L1", "L0"])
    }

    /// Writes `count` entries: an intent and a done for each act.
    private func fill(_ count: Int, on fileSystem: (any FileSystem)? = nil) throws {
        let ledger = try ledger(on: fileSystem)
        for number in 0..<count {
            try ledger.append(event(UInt64(number / 2 + 1), number % 2 == 0 ? .intent : .done), at: Self.moment)
        }
    }

    private func bytes() throws -> [UInt8] { try fileSystem.readFile(Self.path, limitBytes: 1 << 20) }

    private func write(_ bytes: [UInt8]) throws {
        try fileSystem.replaceDurably(Self.path, bytes.rawSpan, mode: 0o660)
    }

    /// The code with which the ledger is refused; nil where it is not.
    private func refusal() -> LedgerError.Code? {
        do throws(LedgerError) {
            _ = try read()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `what was written is read, in order, with what was last done`() throws {
        try fill(7)
        let reading = try read()
        #expect(reading.entries.map(\.number) == Array(1...7) && reading.tornBytes == 0)
        #expect(reading.lastDone == 3)
        let written: [LedgerEvent] = try (0..<7).map { number in
            try event(UInt64(number / 2 + 1), number % 2 == 0 ? .intent : .done)
        }
        #expect(reading.entries.map(\.event) == written)
        #expect(reading.entries.allSatisfy { $0.at == Self.moment })
        #expect(try ledger().lastDone == 3)
    }

    @Test func `a line has the one form that is specified`() throws {
        let ledger = try Ledger(
            fileSystem: fileSystem, layout: Self.layout, vault: Self.vault, keeper: SigningKey(seed: SecretBytes(zeros: 32)))
        try ledger.append(event(2, .intent), at: Self.moment)
        try ledger.append(event(2), at: Self.moment)
        let lines = try bytes().split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        let (approval, none) = (String(repeating: "01", count: 32), String(repeating: "0", count: 64))
        let entry = """
            {"act":"sweep","approvals":["\(approval)"],"at":"2026-11-23T12:00:00Z","cells":["L1","L0"],"number":1,"previous":"\(none)",\
            "serial":2,"state":"intent","torn":null,"type":"transcript-vault ledger entry 1","until":"2024-10-06","vault":"\(Self.vault)"}
            """
        let signature = Base64.encode(
            try SigningKey(seed: SecretBytes(zeros: 32)).sign(Array("transcript-vault ledger entry 1\n\(entry)".utf8)))
        #expect(lines[0] == #"{"entry":\#(entry),"signature":"\#(signature)"}"#)
        #expect(lines[1].contains(#""previous":"\#(Hex.encode(SHA256.hash(Array(lines[0].utf8))))""#))
    }

    @Test func `an event that is told again changes nothing`() throws {
        try fill(6)
        let before = try bytes()
        try fill(6)
        #expect(try bytes() == before)
    }

    @Test func `two cannot write at once`() throws {
        let first = try ledger()
        #expect(throws: LedgerError.self) { _ = try self.ledger() }
        try first.append(event(1), at: Self.moment)
    }

    @Test func `a change is refused, or shown as torn where a crash could have made it, and nothing changed ever counts`() throws {
        try fill(3)
        let whole = try bytes()
        let events = try read().entries.map(\.event)
        let last = try #require(whole.dropLast().lastIndex(of: UInt8(ascii: "\n"))) + 1
        try Tampering(of: whole, called: "a ledger of three lines").forEach { change, changed in
            try write(changed)
            guard let reading = try? read() else {
                #expect(refusal() == .refused, "\(change)")
                return
            }
            // What is read is what was written: a beginning of it, and bytes that belong to no line.
            #expect(events.starts(with: reading.entries.map(\.event)), "\(change)")
            switch change {
            // Before the line feed between the last two lines nothing can be taken for a crash's remains.
            case .flip(let byte, _): #expect(byte >= last - 1 && reading.tornBytes > 0, "\(change)")
            // Nothing in the file names the last line: that it is gone can be seen elsewhere alone.
            case .cut(let length): #expect(reading.entries.count < 3 || length == whole.count - 1, "\(change)")
            case .added(let bytes): #expect(reading.entries.count == 3 && reading.tornBytes == bytes.count, "\(change)")
            }
        }
    }

    @Test func `lines left out, put in another order or taken from elsewhere are refused`() throws {
        try fill(4)
        let lines = try bytes().split(separator: UInt8(ascii: "\n")).map { Array($0) + [UInt8(ascii: "\n")] }
        for order in [[1], [0, 2, 3], [1, 0, 2, 3], [0, 1, 1, 2, 3], [0, 0], [0, 1, 3, 2]] {
            try write(order.flatMap { lines[$0] })
            #expect(refusal() == .refused, "\(order)")
        }
        try write(lines.flatMap { $0 })
        #expect(throws: LedgerError.self) { try self.read(vault: .zero) }
        let stranger = try Ground.key()
        #expect(throws: LedgerError.self) { try self.read(keys: [stranger.publicKey]) }
        #expect(try read(keys: [stranger.publicKey, key.publicKey]).entries.count == 4, "a keeper before this one")
    }

    @Test func `a line of another history of the same keeper is refused`() throws {
        try ledger().append(event(1), at: Self.moment)
        try ledger().append(event(2), at: Self.moment)
        let history = try bytes().split(separator: UInt8(ascii: "\n")).map { Array($0) + [UInt8(ascii: "\n")] }
        try write([])
        try ledger().append(event(5), at: Self.moment)
        try write(try bytes() + history[1])
        #expect(refusal() == .refused)
    }

    @Test func `what was not certain to be durable is made so before it counts as written`() throws {
        for number in 0..<20 {
            let disk = MemoryFileSystem()
            try fill(2, on: disk)
            let faulty = FaultyFileSystem(disk, fault: .fails(.inputOutput), at: number)
            let event = try event(9)
            do {
                let ledger = try ledger(on: faulty)
                do {
                    try ledger.append(event, at: Self.moment)
                } catch {
                    try ledger.append(event, at: Self.moment)
                }
            } catch {
                continue
            }
            disk.crash(.nothingUnsynced)
            let reading = try LedgerReading.read(fileSystem: disk, layout: Self.layout, vault: Self.vault, keys: [key.publicKey])
            #expect(reading.entries.last?.event == event, "operation \(number)")
        }
    }

    @Test func `what a crash left is reported, stays, and is named by the next entry`() throws {
        try fill(3)
        let whole = try bytes()
        try fill(4)
        let line = Array(try bytes()[whole.count...])
        for length in 1..<(line.count - 1) {
            try write(whole + line[..<length])
            #expect(try read().tornBytes == length && read().entries.count == 3)
            let ledger = try ledger()
            #expect(ledger.tornBytes == length)
            try ledger.append(event(9), at: Self.moment)
            #expect(ledger.tornBytes == 0)
            let after = try bytes()
            #expect(after.starts(with: whole + line[..<length]), "nothing was cut off")
            let reading = try read()
            #expect(reading.entries.count == 4 && reading.entries[3].torn?.bytes == length && reading.tornBytes == 0)
            // What was named cannot be changed or taken away any more.
            try write(whole + line[..<(length - 1)] + after[(whole.count + length)...])
            #expect(refusal() == .refused)
            var changed = after
            changed[whole.count] ^= 1
            try write(changed)
            #expect(refusal() == .refused)
        }
    }

    @Test func `a line that lacks nothing but its line feed counts, and the next one begins behind it`() throws {
        try fill(4)
        try write(try bytes().dropLast())
        #expect(try read().entries.count == 4 && read().tornBytes == 0)
        try ledger().append(event(9), at: Self.moment)
        #expect(try read().entries.count == 5 && read().entries[4].torn == nil)
        #expect(try bytes().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count == 6)
    }

    @Test func `zeros that a file system left, and two crashes in a row, are forgiven too`() throws {
        try fill(2)
        let whole = try bytes()
        try write(whole + [UInt8](repeating: 0, count: 700) + [UInt8(ascii: "\n")])
        #expect(try read().tornBytes == 701)
        try write(whole + Array("one".utf8) + [UInt8(ascii: "\n")] + Array("two".utf8))
        try ledger().append(event(9), at: Self.moment)
        #expect(try read().entries.last?.torn?.bytes == 7)
        try ledger().append(event(10), at: Self.moment)
        #expect(try read().entries.count == 4)
    }

    @Test func `more rubbish than a crash leaves is refused`() throws {
        try fill(2)
        try write(try bytes() + [UInt8](repeating: 0x41, count: 200_000))
        #expect(refusal() == .refused)
    }

    @Test(arguments: 0..<40 as Range<UInt64>) func `through crashes at any moment no entry is lost that was acknowledged`(seed: UInt64)
        throws
    {
        var random = Seeded(seed)
        var acknowledged: [LedgerEvent] = []
        for serial in 1...12 as ClosedRange<UInt64> {
            let moment = FaultyFileSystem.Moment.allCases.randomElement(using: &random) ?? .before
            let faulty = FaultyFileSystem(fileSystem, fault: .crashes(moment), at: Int.random(in: 0..<30, using: &random))
            do {
                let ledger = try ledger(on: faulty)
                let event = try event(serial)
                try ledger.append(event, at: Self.moment)
                acknowledged.append(event)
                try ledger.append(self.event(serial + 100, .intent), at: Self.moment)
            } catch {
                fileSystem.crash([.nothingUnsynced, .everything, .seeded(random.next())].randomElement(using: &random) ?? .everything)
            }
            let found = try read().entries.map(\.event)
            #expect(acknowledged.allSatisfy { found.contains($0) }, "seed \(seed)")
        }
    }

    @Test func `a full disk stops the act and leaves a ledger that goes on`() throws {
        try fill(2)
        for number in 0..<12 {
            let faulty = FaultyFileSystem(fileSystem, fault: .keepsFailing(.noSpace), at: number)
            do {
                try ledger(on: faulty).append(event(UInt64(50 + number)), at: Self.moment)
            } catch let error as LedgerError {
                #expect(error.code == .storage(.noSpace) && error.message.contains("no space"))
            }
        }
        try ledger().append(event(99), at: Self.moment)
        #expect(try read().lastDone == 99)
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
        let entries = try LedgerReading.read(
            fileSystem: ground.fileSystem, layout: ground.layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]
        ).entries
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
}
