import Age
import Foundation
import Sodium
import Synchronization
import Testing

/// The most memory that this process ever had resident, in KiB, as the kernel says.
private func peakResidentKiB() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(Int(line.split(whereSeparator: { !$0.isNumber }).first ?? ""))
}

/// A source of that many zeros.
private final class Zeros: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) {
        left = Mutex(count)
    }

    func read(into room: inout MutableRawSpan) -> Int {
        left.withLock { left in
            let count = min(left, room.byteCount)
            left -= count
            return count
        }
    }
}

/// Each in a process of its own, since a peak is the whole process's. What is encrypted is decrypted at once, so that nothing is kept.
struct MemoryStaysBounded {
    @Test("a gibibyte from source to sink takes less than 16 MiB more than the process had")
    func sourceToSink() async {
        await #expect(processExitsWith: .success) {
            let bytes = 1 << 30
            let identity = try AgeIdentity.generate()
            let recipient = identity.recipient
            let decryptor = Mutex<AgeDecryptor?>(AgeDecryptor(AgeKeyring(identity)))
            let zeros = Zeros(bytes)
            let before = try peakResidentKiB()
            let released = Atomic(0)
            try Age.encrypt(to: [recipient]) {
                zeros.read(into: &$0)
            } into: { part in
                try decryptor.withLock { decryptor in
                    try decryptor?.append(part) { released.add($0.byteCount, ordering: .relaxed) }
                }
            }
            try decryptor.withLock { decryptor in
                try decryptor.take()?.finish { released.add($0.byteCount, ordering: .relaxed) }
            }
            precondition(released.load(ordering: .relaxed) == bytes, "all of it comes back")
            let grown = try peakResidentKiB() - before
            precondition(grown < 16 << 10, "the process grew by \(grown) KiB")
        }
    }

    @Test("a gibibyte in pieces takes less than 16 MiB more than the process had")
    func pieces() async {
        await #expect(processExitsWith: .success) {
            let identity = try AgeIdentity.generate()
            let piece = [UInt8](repeating: 7, count: 3 << 20)
            var encryptor = try AgeEncryptor(to: [identity.recipient])
            var decryptor = AgeDecryptor(AgeKeyring(identity))
            let before = try peakResidentKiB()
            var released = 0
            for _ in 0..<342 {
                try encryptor.append(piece.rawSpan) { try decryptor.append($0) { released += $0.byteCount } }
            }
            try encryptor.finish { try decryptor.append($0) { released += $0.byteCount } }
            try decryptor.finish { released += $0.byteCount }
            precondition(released == 342 * piece.count, "all of it comes back")
            let grown = try peakResidentKiB() - before
            precondition(grown < 16 << 10, "the process grew by \(grown) KiB")
        }
    }

    @Test("32 MiB in armor take less than 16 MiB more than the process had")
    func armored() async {
        await #expect(processExitsWith: .success) {
            let identity = try AgeIdentity.generate()
            let piece = [UInt8](repeating: 7, count: 1 << 20)
            var encryptor = try AgeEncryptor(to: [identity.recipient], format: .armored)
            var decryptor = AgeDecryptor(AgeKeyring(identity))
            let before = try peakResidentKiB()
            var released = 0
            for _ in 0..<32 {
                try encryptor.append(piece.rawSpan) { try decryptor.append($0) { released += $0.byteCount } }
            }
            try encryptor.finish { try decryptor.append($0) { released += $0.byteCount } }
            try decryptor.finish { released += $0.byteCount }
            precondition(released == 32 * piece.count, "all of it comes back")
            let grown = try peakResidentKiB() - before
            precondition(grown < 16 << 10, "the process grew by \(grown) KiB")
        }
    }
}
