import Records
import Sodium
import System
import TestVault
import Testing

@Suite("A sealed part is laid out as its specification says")
struct ThePartIsLaidOutAsSpecifiedTests {
    @Test("header, frames and padded length")
    func layout() throws {
        let vault = try TestVault()
        let id = try vault.seal([TestData.message("hello", id: "1")])
        let part = try vault.onlyPart(of: id)
        let bytes = try vault.fileSystem.readFile(part.path, limitBytes: Limits.partBytes)
        #expect(Array(bytes[0..<8]) == [0x89, 0x54, 0x56, 0x4C, 0x54, 0x0D, 0x0A, 0x1A])
        #expect(Array(bytes[8..<10]) == [1, 0])
        // Three leads make three pairs of 192 bytes.
        let headerBytes = 146 + 3 * 192 + 32
        #expect(Int(bytes[10]) | Int(bytes[11]) << 8 == headerBytes)
        let expiry = Day(year: 2027, month: 11, day: 23)
        #expect(Array(bytes[12..<16]) == (0..<4).map { UInt8(truncatingIfNeeded: (expiry?.number ?? 0) >> (8 * $0)) })
        #expect(Array(bytes[16..<32]) == id.bytes)
        #expect(Array(bytes[32..<48]) == part.part.bytes)
        #expect(Array(bytes[48..<64]) == BLAKE2b.hash(vault.annaKey.bytes, digestBytes: 16))
        #expect(Array(bytes[144..<146]) == [3, 0])
        #expect(Padme.padded(bytes.count) == bytes.count)
        // The stream header, then one frame whose plaintext is Padmé of what it holds, then the final frame to the end.
        let first = headerBytes + 24
        let firstLength = (0..<4).reduce(0) { $0 | Int(bytes[first + $1]) << (8 * $1) }
        #expect(Padme.padded(firstLength - 17) == firstLength - 17)
        let final = first + 4 + firstLength
        let finalLength = (0..<4).reduce(0) { $0 | Int(bytes[final + $1]) << (8 * $1) }
        #expect(final + 4 + finalLength == bytes.count)
        #expect(bytes.count == Padme.padded(final + 106))
    }

    @Test("Padmé's published values", arguments: [(0, 0), (1, 1), (9, 10), (100, 104), (1000, 1024), (1_048_580, 1_081_344)])
    func padme(length: Int, padded: Int) {
        #expect(Padme.padded(length) == padded)
    }

    @Test("short messages of different lengths look alike")
    func lengths() throws {
        let vault = try TestVault()
        let sizes = try Set(
            ["y", "no, not at all, thank you"].map { text in
                let id = try vault.seal([TestData.message(text, id: "1")])
                return try vault.fileSystem.status(vault.onlyPart(of: id).path)?.sizeBytes
            })
        #expect(sizes.count == 1)
    }
}
