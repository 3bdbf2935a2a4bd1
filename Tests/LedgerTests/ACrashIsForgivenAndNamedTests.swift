import Ledger
import Records
import Sodium
import System
import Testing

/// What a crash leaves of a line stays where it is, counts for nothing, and is named by the next entry.
@Suite final class ACrashIsForgivenAndNamedTests {
    let desk: Desk

    init() throws { desk = try Desk() }

    @Test func `what a crash left is reported, stays, and is named by the next entry`() throws {
        try desk.fill(3)
        let (whole, checkpoint) = (try desk.bytes(), try desk.checkpoint)
        try desk.fill(4)
        let line = Array(try desk.bytes()[whole.count...])
        for length in stride(from: 1, to: line.count - 1, by: 5) {
            try desk.disk.remove(Sample.copy)
            try desk.write(whole + line[..<length])
            try desk.write(checkpoint, to: Sample.layout.ledgerCheckpoint)
            #expect(try desk.read().tornBytes == length && desk.read().entries.count == 3)
            let ledger = try desk.ledger()
            #expect(ledger.tornBytes == length)
            try ledger.append(Sample.event(9), at: Sample.moment)
            #expect(ledger.tornBytes == 0)
            let after = try desk.bytes()
            #expect(after.starts(with: whole + line[..<length]), "nothing was cut off")
            let reading = try desk.read()
            #expect(reading.entries.count == 4 && reading.entries[3].torn?.bytes == length && reading.tornBytes == 0)
            // What was named cannot be changed or taken away any more.
            try desk.write(whole + line[..<(length - 1)] + after[(whole.count + length)...])
            #expect(desk.refusal() == .refused)
            var changed = after
            changed[whole.count] ^= 1
            try desk.write(changed)
            #expect(desk.refusal() == .refused)
        }
    }

    @Test func `a line that lacks nothing but its line feed counts, and the next one begins behind it`() throws {
        try desk.fill(4)
        try desk.write(try desk.bytes().dropLast())
        #expect(try desk.read().entries.count == 4 && desk.read().tornBytes == 0)
        try desk.ledger(copy: nil).append(Sample.event(9), at: Sample.moment)
        let reading = try desk.read()
        #expect(reading.entries.count == 5 && reading.entries[4].torn == nil)
        #expect(try desk.bytes().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count == 6)
        for number in 1...5 {
            _ = try reading.proof(ofEntry: number, fileSystem: desk.disk, layout: Sample.layout)
        }
    }

    @Test func `zeros that a file system left, and two crashes in a row, are forgiven too`() throws {
        try desk.fill(2)
        let whole = try desk.bytes()
        try desk.write(whole + [UInt8](repeating: 0, count: 700) + [UInt8(ascii: "\n")])
        #expect(try desk.read().tornBytes == 701)
        try desk.write(whole + Array("one".utf8) + [UInt8(ascii: "\n")] + Array("two".utf8))
        try desk.ledger().append(Sample.event(9), at: Sample.moment)
        #expect(try desk.read().entries.last?.torn?.bytes == 7)
        try desk.ledger().append(Sample.event(10), at: Sample.moment)
        #expect(try desk.read().entries.count == 4)
    }

    @Test func `more rubbish than a crash leaves is refused`() throws {
        try desk.fill(2)
        try desk.write(try desk.bytes() + [UInt8](repeating: 0x41, count: 200_000))
        #expect(desk.refusal() == .refused)
    }
}
