import Age
import Sodium
import Testing

@Suite(.enabled(if: Vector.arePresent, "the vectors lie in ../shared/vectors, or where VAULT_TEST_VECTORS says"))
struct ConformsToTheCommunityVectors {
    @Test("each vector gives what it expects, and no more plaintext", arguments: Vector.selected)
    func conforms(_ vector: Vector) throws {
        let file = try vector.file()
        let expected = try #require(vector.values("expect").first)
        let keyring = try Self.keyring(of: vector)
        // Garbage before the armor is armor's failure to whoever expects armor; the first byte alone tells that it is no age file.
        let format: AgeFormat? = vector.name == "armor_garbage_leading" ? .armored : nil
        // All at once, and in pieces that end nowhere in particular: one byte at a time where the file is small enough.
        for pieceBytes in [max(file.count, 1), file.count < 4096 ? 1 : 5_003] {
            Self.expect(decryptStreaming(file, with: keyring, pieceBytes: pieceBytes, expecting: format), vector)
            Self.expect(decryptFromSource(file, with: keyring, pieceBytes: pieceBytes, expecting: format), vector)
        }
        var whole: [UInt8] = []
        let failure = code { () throws(AgeError) in whole = try Age.decrypt(file.rawSpan, with: keyring, expecting: format) }
        #expect(Self.name(of: failure) == expected)
        #expect(failure == nil || whole.isEmpty)
    }

    @Test("each armored vector gives the same to whoever expects armor", arguments: Vector.selected.filter(\.isArmored))
    func expectedArmor(_ vector: Vector) throws {
        let streamed = decryptStreaming(
            try vector.file(), with: try Self.keyring(of: vector), pieceBytes: 100, expecting: .armored)
        Self.expect(streamed, vector)
    }

    @Test("an armored vector is refused as such where the binary format is expected", arguments: Vector.selected.filter(\.isArmored))
    func expectedBinary(_ vector: Vector) throws {
        let file = try vector.file()
        let keyring = try Self.keyring(of: vector)
        let failure = code { () throws(AgeError) in _ = try Age.decrypt(file.rawSpan, with: keyring, expecting: .binary) }
        let begins = file.starts(with: Array("-----BEGIN AGE ENCRYPTED FILE-----".utf8))
        #expect(failure == (begins ? .armor : .headerMalformed))
    }

    @Test("as many vectors are run as there are, less those left out for a reason")
    func noneIsForgotten() {
        for vector in Vector.all {
            if let reason = vector.leftOutBecause { print("vector \(vector.name) is left out: \(reason)") }
        }
        #expect(Vector.all.count == 112)
        #expect(Vector.selected.count == 94)
        #expect(Vector.all.allSatisfy { $0.leftOutBecause == nil || $0.name.contains("hybrid") })
    }

    private static func expect(_ streamed: Streamed, _ vector: Vector) {
        #expect(name(of: streamed.error?.code) == vector.values("expect").first, "\(streamed.error?.message ?? "")")
        let digest = SHA256.hash(streamed.released).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        if let payload = vector.values("payload").first {
            #expect(digest == payload, "released \(streamed.released.count) bytes")
        } else {
            #expect(streamed.released.isEmpty)
        }
    }

    /// The vector's keys; one that has none gets an identity that is not its own.
    private static func keyring(of vector: Vector) throws -> AgeKeyring {
        var keyrings: [AgeKeyring] = []
        for text in vector.values("identity") where !text.hasPrefix("AGE-SECRET-KEY-PQ-") { keyrings.append(try text.keyring()) }
        for text in vector.values("passphrase") { keyrings.append(AgeKeyring(try text.passphrase())) }
        guard let first = keyrings.first else { return AgeKeyring(try AgeIdentity.generate()) }
        return keyrings.dropFirst().reduce(first) { $0.joined(with: $1) }
    }

    private static func name(of code: AgeError.Code?) -> String {
        switch code {
        case nil: "success"
        case .noMatch: "no match"
        case .headerMalformed: "header failure"
        case .headerMAC: "HMAC failure"
        case .payload: "payload failure"
        case .armor: "armor failure"
        case .keyMalformed: "key malformed"
        case .memory: "memory"
        case .callerIO: "caller's failure"
        }
    }
}
