import Foundation
import Sodium

/// What somebody finds who reads all of this process's memory.
enum ProcessMemory {
    /// A secret to look for, written so that looking for it does not put it into memory again.
    struct Trace {
        /// Enough of it to be found by.
        fileprivate let beginning: [UInt8]
        /// The rest, each byte inverted.
        fileprivate let rest: [UInt8]

        init(of secret: borrowing SecretBytes) {
            let bytes = secret.bytes
            beginning = (0..<12).map { bytes.byte(at: $0) }
            rest = (12..<bytes.byteCount).map { ~bytes.byte(at: $0) }
        }
    }

    /// Whether the system lets a process read its own memory.
    static let isReadable = FileHandle(forReadingAtPath: "/proc/self/mem") != nil

    /// How often the whole secret stands in memory that can be written.
    static func count(of trace: Trace) throws -> (found: Int, searchedBytes: Int) {
        guard let memory = FileHandle(forReadingAtPath: "/proc/self/mem") else { return (0, 0) }
        defer { try? memory.close() }
        var (found, searched) = (0, 0)
        for line in try maps().split(separator: "\n") where line.contains(" rw") {
            let ends = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard ends.count == 2 else { continue }
            // Pieces overlap, so that nothing is missed between them.
            for start in stride(from: ends[0], to: ends[1], by: pieceBytes) {
                let length = Int(min(ends[1] - start, UInt64(pieceBytes + 31)))
                // What another thread unmapped meanwhile is not there to be found.
                guard (try? memory.seek(toOffset: start)) != nil, let piece = try? memory.read(upToCount: length) else { continue }
                searched += min(piece.count, pieceBytes)
                found += count(of: trace, in: piece)
            }
        }
        return (found, searched)
    }

    private static let pieceBytes = 1 << 20

    /// What lies where; the kernel gives it a page at a time.
    private static func maps() throws -> String {
        guard let file = FileHandle(forReadingAtPath: "/proc/self/maps") else { return "" }
        defer { try? file.close() }
        var text = Data()
        while let piece = try file.read(upToCount: 1 << 16), !piece.isEmpty { text += piece }
        return String(decoding: text, as: UTF8.self)
    }

    private static func count(of trace: Trace, in piece: Data) -> Int {
        let beginning = Data(trace.beginning)
        var count = 0
        var from = piece.startIndex
        while let hit = piece.range(of: beginning, in: from..<piece.endIndex) {
            let rest = piece[hit.upperBound...].prefix(trace.rest.count)
            if rest.count == trace.rest.count, zip(rest, trace.rest).allSatisfy({ $0 == ~$1 }) { count += 1 }
            from = hit.lowerBound + 1
        }
        return count
    }
}
