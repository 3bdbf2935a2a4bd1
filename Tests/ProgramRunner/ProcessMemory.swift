package import Foundation
import Glibc

/// What somebody finds who reads all of a process's memory from outside, as root can, or as a core would hold it.
///
/// Guarded memory is told from the rest by what the kernel says of it: libsodium excludes it from cores (`MADV_DONTDUMP`, `dd` in smaps).
package struct ProcessMemory {
    /// A secret to look for, written so that looking for it does not put it into memory again, if the memory is one's own.
    package struct Trace: Sendable {
        /// What it is called.
        package let name: String
        /// Enough of it to be found by.
        fileprivate let beginning: [UInt8]
        /// The rest, each byte inverted.
        fileprivate let rest: [UInt8]

        /// The trace of a secret of at least 12 bytes.
        package init(of secret: RawSpan, called name: String = "a secret") {
            precondition(secret.byteCount >= Self.beginningBytes, "a few bytes stand anywhere")
            func byte(_ offset: Int) -> UInt8 { unsafe secret.unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
            self.name = name
            beginning = (0..<Self.beginningBytes).map { byte($0) }
            rest = (Self.beginningBytes..<secret.byteCount).map { ~byte($0) }
        }

        private static let beginningBytes = 12
    }

    /// How often a secret was found.
    package struct Count: Equatable, Sendable {
        /// In guarded memory.
        package var guarded = 0
        /// Anywhere else.
        package var plain = 0

        /// Anywhere.
        package var total: Int { guarded + plain }
    }

    /// What a search came to.
    package struct Findings {
        /// How often each secret was found, by its name.
        package fileprivate(set) var counts: [String: Count] = [:]
        /// Where each secret was found outside of guarded memory: what mends a leak begins with.
        package fileprivate(set) var places: [String: Set<String>] = [:]
        /// How many bytes of guarded memory were searched.
        package fileprivate(set) var guardedBytes = 0
        /// How many other bytes were searched.
        package fileprivate(set) var plainBytes = 0
    }

    private struct Region {
        let range: Range<UInt64>
        let place: String
        var isGuarded = false
    }

    private static let pieceBytes = 1 << 20
    /// More than any process has that is not run under a sanitizer, whose shadow takes terabytes.
    private static let mostBytes: UInt64 = 64 << 30

    private let process: Int32

    /// The memory of a process; one's own where none is named.
    package init(of process: Int32 = getpid()) {
        self.process = process
    }

    /// Whether the system lets us read it, and there is no more of it than can be read.
    package var isReadable: Bool {
        guard let regions = try? regions(), FileHandle(forReadingAtPath: "/proc/\(process)/mem") != nil else { return false }
        return !regions.isEmpty && regions.reduce(0) { $0 + UInt64($1.range.count) } < Self.mostBytes
    }

    /// Looks for these secrets in everything that the process can read.
    package func search(for traces: [Trace]) throws -> Findings {
        guard let memory = FileHandle(forReadingAtPath: "/proc/\(process)/mem") else { throw CocoaError(.fileReadNoPermission) }
        defer { try? memory.close() }
        var findings = Findings()
        for trace in traces { findings.counts[trace.name] = Count() }
        let overlap = (traces.map { $0.beginning.count + $0.rest.count }.max() ?? 1) - 1
        for region in try regions() {
            // Pieces overlap, so that nothing is missed between them.
            for start in stride(from: region.range.lowerBound, to: region.range.upperBound, by: Self.pieceBytes) {
                let length = Int(min(region.range.upperBound - start, UInt64(Self.pieceBytes + overlap)))
                // What was unmapped meanwhile is not there to be found; guard pages cannot be read.
                guard (try? memory.seek(toOffset: start)) != nil, let piece = try? memory.read(upToCount: length) else { continue }
                let isLast = start + UInt64(length) == region.range.upperBound
                for trace in traces {
                    let count = Self.count(of: trace, in: piece, startingBelow: isLast ? length : Self.pieceBytes)
                    if count > 0, !region.isGuarded { findings.places[trace.name, default: []].insert(region.place) }
                    findings.counts[trace.name]?.plain += region.isGuarded ? 0 : count
                    findings.counts[trace.name]?.guarded += region.isGuarded ? count : 0
                }
                let fresh = min(piece.count, isLast ? length : Self.pieceBytes)
                findings.plainBytes += region.isGuarded ? 0 : fresh
                findings.guardedBytes += region.isGuarded ? fresh : 0
            }
        }
        return findings
    }

    /// How often one secret stands in memory.
    package func count(of trace: Trace) throws -> Count {
        try search(for: [trace]).counts[trace.name] ?? Count()
    }

    /// How often a secret stands in bytes that were read otherwise, a core for example.
    package static func count(of trace: Trace, in bytes: Data) -> Int {
        count(of: trace, in: bytes, startingBelow: bytes.count)
    }

    /// What lies where; the kernel gives it a page at a time.
    private func regions() throws -> [Region] {
        guard let file = FileHandle(forReadingAtPath: "/proc/\(process)/smaps") else { return [] }
        defer { try? file.close() }
        var text = Data()
        while let piece = try file.read(upToCount: 1 << 16), !piece.isEmpty { text += piece }
        var regions: [Region] = []
        // What is said of a region that cannot be read, a guard page say, is not said of the one before it.
        var isRead = false
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            if words.first == "VmFlags:" {
                if isRead { regions[regions.count - 1].isGuarded = words.contains("dd") }
                continue
            }
            let ends = words.first?.split(separator: "-").compactMap { UInt64($0, radix: 16) } ?? []
            guard ends.count == 2, words.count >= 5 else { continue }
            // The kernel's own pages in brackets are not the program's, but for these two.
            let isOwn = !line.hasSuffix("]") || line.hasSuffix("[heap]") || line.hasSuffix("[stack]")
            isRead = words[1].hasPrefix("r") && isOwn
            if isRead {
                regions.append(Region(range: ends[0]..<ends[1], place: "\(words.count > 5 ? String(words[5]) : "anonymous") \(words[0])"))
            }
        }
        return regions
    }

    private static func count(of trace: Trace, in piece: Data, startingBelow end: Int) -> Int {
        let beginning = Data(trace.beginning)
        var count = 0
        var from = piece.startIndex
        while let hit = piece.range(of: beginning, in: from..<piece.endIndex), hit.lowerBound - piece.startIndex < end {
            let rest = piece[hit.upperBound...].prefix(trace.rest.count)
            if rest.count == trace.rest.count, zip(rest, trace.rest).allSatisfy({ $0 == ~$1 }) { count += 1 }
            from = hit.lowerBound + 1
        }
        return count
    }
}
