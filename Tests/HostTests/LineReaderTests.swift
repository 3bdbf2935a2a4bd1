import Foundation
import Sodium
import System
import Testing

/// Lines come out as they went in, wherever the reads happen to split them.
@Suite struct LineReaderTests {
    let directory = try? TemporaryDirectory()

    @Test(arguments: [
        "", "\n", "a", "a\n", "a\nb", "\n\n", "a\r\nb\r\n", "one\ntwo\n\nfour", "longer than five\nok\n", "ok\nlonger than five",
        "12345\n123456\n12345",
        "123456789012345678901234567890\n\n123456789\nend\n",
    ])
    func `every split gives the same lines`(text: String) throws {
        for limit in [0, 1, 5, 100] {
            let expected = Self.expected(Array(text.utf8), limit)
            for chunk in 1...(text.utf8.count + 2) {
                #expect(try lines(Array(text.utf8), limit: limit, chunk: chunk) == expected, "limit \(limit), chunks of \(chunk)")
            }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>) func `random bytes are split at LF and nowhere else`(seed: UInt64) throws {
        var generator = Generator(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
        let count = Int.random(in: 0...3000, using: &generator)
        let rare = UInt8.random(in: 1...255, using: &generator)
        let bytes = (0..<count).map { _ in
            let byte = UInt8.random(in: .min ... .max, using: &generator)
            return byte < rare / 4 ? UInt8(ascii: "\n") : byte
        }
        let limit = Int.random(in: 0...200, using: &generator)
        let chunk = Int.random(in: 1...300, using: &generator)
        #expect(try lines(bytes, limit: limit, chunk: chunk) == Self.expected(bytes, limit), "seed \(seed)")
    }

    @Test func `a pipe that gives a little at a time gives the same lines`() throws {
        let pipe = Pipe()
        let writer = try Threads.start(name: "pipe") {
            for piece in ["fir", "st\nsec", "ond", "\n", "\nlast"] {
                pipe.fileHandleForWriting.write(Data(piece.utf8))
                usleep(2000)
            }
            try? pipe.fileHandleForWriting.close()
        }
        var reader = LineReader(descriptor: InputDescriptor(borrowing: pipe.fileHandleForReading.fileDescriptor), lineLimitBytes: 100)
        var found: [LineReader.Line] = []
        while let line = try reader.next() { found.append(line) }
        writer.join()
        #expect(found == Self.expected(Array("first\nsecond\n\nlast".utf8), 100))
        #expect(try reader.next() == nil)
    }

    @Test func `a descriptor that cannot be read is an error`() throws {
        var reader = LineReader(descriptor: InputDescriptor(borrowing: -1), lineLimitBytes: 100)
        do throws(HostError) {
            _ = try reader.next()
            Issue.record("it was read")
        } catch {
            #expect(error.code == .other(EBADF))
        }
    }

    private func lines(_ bytes: [UInt8], limit: Int, chunk: Int) throws -> [LineReader.Line] {
        let path = "\(try #require(directory).path)/lines"
        try DiskFileSystem().replaceDurably(path, bytes.rawSpan, mode: 0o600)
        let input = try Terminal.openForReading(path)
        defer { input.close() }
        var reader = LineReader(descriptor: input, lineLimitBytes: limit, chunkBytes: chunk)
        var found: [LineReader.Line] = []
        while let line = try reader.next() { found.append(line) }
        return found
    }

    /// The same by another way: the whole input split at once.
    private static func expected(_ bytes: [UInt8], _ limit: Int) -> [LineReader.Line] {
        var pieces = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        return pieces.enumerated().map { index, piece in
            piece.count > limit ? .tooLong(number: index + 1) : .line(Array(piece), number: index + 1)
        }
    }
}

/// xorshift64*: the same numbers for the same seed everywhere.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
