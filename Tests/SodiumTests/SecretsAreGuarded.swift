import Sodium
import Testing

/// A reference around a secret, so that many can stand in an array.
private final class Held {
    var secret: SecretBytes

    init(_ secret: consuming SecretBytes) {
        self.secret = secret
    }

    var address: UInt {
        Self.address(of: secret)
    }

    func fill(_ byte: UInt8) {
        Self.fill(&secret, byte)
    }

    /// How many bytes are not what `expected` tells for their offset.
    func wrongBytes(_ expected: (Int) -> UInt8) -> Int {
        Self.wrongBytes(of: secret, expected)
    }

    // A span cannot be taken from a class's property, so these take the secret itself.

    private static func address(of secret: borrowing SecretBytes) -> UInt {
        unsafe secret.bytes.withPointer { pointer, _ in UInt(bitPattern: pointer) }
    }

    private static func fill(_ secret: inout SecretBytes, _ byte: UInt8) {
        var bytes = secret.mutableBytes
        for offset in 0..<bytes.byteCount { bytes.setByte(byte, at: offset) }
    }

    private static func wrongBytes(of secret: borrowing SecretBytes, _ expected: (Int) -> UInt8) -> Int {
        let bytes = secret.bytes
        var wrong = 0
        for offset in 0..<bytes.byteCount where bytes.byte(at: offset) != expected(offset) { wrong += 1 }
        return wrong
    }
}

struct SecretsAreGuarded {
    @Test("a hundred thousand keys are held at once, each in a place of its own")
    func manyKeys() {
        let keys = (0..<100_000).map { number in
            Held(
                SecretBytes(count: 32) { (out: inout MutableRawSpan) in
                    for offset in 0..<32 { out.setByte(UInt8(truncatingIfNeeded: number >> (8 * (offset % 4))), at: offset) }
                }
            )
        }
        var addresses: Set<UInt> = []
        var wrong = 0
        for (number, key) in keys.enumerated() {
            addresses.insert(key.address)
            wrong += key.wrongBytes { UInt8(truncatingIfNeeded: number >> (8 * ($0 % 4))) }
        }
        #expect(wrong == 0)
        #expect(addresses.count == 100_000)
        let sorted = addresses.sorted()
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 >= 32 })
    }

    @Test("a released secret was wiped before its place is used again", arguments: [1, 32, 33, 64, 100, 128, 256])
    func wiped(_ size: Int) {
        let count = 3_000
        var before: Set<UInt> = []
        do {
            let secrets = (0..<count).map { _ in Held(SecretBytes(zeros: size)) }
            for held in secrets {
                held.fill(0xff)
                before.insert(held.address)
            }
        }
        let after = (0..<count).map { _ in Held(SecretBytes(zeros: size)) }
        let reused = after.count { before.contains($0.address) }
        #expect(reused > 0, "no place was used again, so nothing was shown")
        let dirty = after.count { $0.wrongBytes { _ in 0 } > 0 }
        #expect(dirty == 0)
    }

    @Test(
        "a secret begins with zeros and holds what it was given, whatever its size",
        arguments: [0, 1, 31, 32, 33, 255, 256, 257, 4_096, 100_000]
    )
    func holds(_ size: Int) {
        #expect(revealed(SecretBytes(zeros: size)) == [UInt8](repeating: 0, count: size))
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let one = secret(bytes)
        #expect(one.count == size)
        #expect(revealed(one) == bytes)
        #expect(revealed(one.copy()) == bytes)
        #expect(revealed(one.slice(0..<(size / 2))) == Array(bytes[..<(size / 2)]))
        #expect(revealed(one.appending(one)) == bytes + bytes)
    }

    @Test("a copy is a place of its own")
    func copies() {
        var one = secret([1, 2, 3])
        let two = one.copy()
        var bytes = one.mutableBytes
        bytes.setByte(9, at: 0)
        #expect(revealed(one) == [9, 2, 3])
        #expect(revealed(two) == [1, 2, 3])
        bytes = one.mutableBytes
        bytes.wipe()
        #expect(revealed(one) == [0, 0, 0])
    }

    @Test("secrets are equal if length and every byte are")
    func equality() {
        let bytes = (0..<40).map { UInt8($0) }
        let one = secret(bytes)
        let same = secret(bytes)
        let shorter = secret(Array(bytes.dropLast()))
        let (isSame, isShorter) = (one.equals(same), one.equals(shorter))
        #expect(isSame)
        #expect(!isShorter)
        for offset in bytes.indices {
            var changed = bytes
            changed[offset] ^= 1
            let other = secret(changed)
            let isEqual = one.equals(other)
            #expect(!isEqual)
        }
    }

    @Test("a secret whose filling failed is an error, not a secret")
    func failedFilling() {
        let failure = code { () throws(SodiumError) in
            _ = try SecretBytes(count: 32) { (out: inout MutableRawSpan) throws(SodiumError) in throw SodiumError(.malformed) }
        }
        #expect(failure == .malformed)
    }

    @Test("random secrets come from the source, all of their bytes, and differ")
    func random() {
        #expect(revealed(SecretBytes.random(5, from: FixedRandom(bytes: [7]))) == [7, 7, 7, 7, 7])
        let draws = (0..<1_000).map { _ in revealed(SecretBytes.random(32, from: SystemRandom())) }
        #expect(Set(draws).count == 1_000)
        for offset in 0..<32 { #expect(Set(draws.map { $0[offset] }).count > 100, "byte \(offset) hardly changes") }
        #expect(SystemRandom().bytes(0).isEmpty)
        #expect(SystemRandom().bytes(16) != SystemRandom().bytes(16))
    }
}
