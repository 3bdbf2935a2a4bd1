import Minisign
import Records
import Sodium
import Testing

@Suite("A key has one text")
struct AKeyHasOneTextTests {
    static func key() throws -> MinisignPublicKey {
        MinisignPublicKey(try SigningPublicKey([UInt8](0..<32)))
    }

    @Test("a key's id is BLAKE2b-64 of it, as another implementation computes it")
    func knownAnswers() throws {
        // Python: hashlib.blake2b(bytes(range(32)), digest_size=8).hexdigest(), and for b"abc".
        #expect(try Self.key().id.bytes == [0x40, 0xF6, 0x8F, 0x4A, 0xD2, 0x4E, 0x57, 0x5B])
        #expect(BLAKE2b.shortHash(Array("abc".utf8)) == [0xD8, 0xBB, 0x14, 0xD8, 0x33, 0xD5, 0x95, 0x59])
        #expect(try Self.key().id.description == "5B574ED24A8FF640")
    }

    @Test("an id that ends in zeros is shown without them, as the program shows it")
    func leadingZeros() throws {
        let bytes = try Base64.decode(Self.key().text)
        let key = try MinisignPublicKey(text: Base64.encode(bytes[0..<2] + [1, 2, 3, 4, 5, 0x0F, 0, 0] + bytes[10...]))
        #expect(key.id.description == "F0504030201")
        #expect(String(decoding: key.fileBytes, as: UTF8.self).hasPrefix("untrusted comment: minisign public key F0504030201\n"))
        #expect(try MinisignPublicKey(file: key.fileBytes) == key)
    }

    @Test("text and file come back as they were")
    func roundTrip() throws {
        let key = try Self.key()
        #expect(try MinisignPublicKey(text: key.text) == key)
        #expect(try MinisignPublicKey(file: key.fileBytes) == key)
        #expect(key.fileBytes.count <= MinisignPublicKey.maximumFileBytes)
    }

    @Test("no byte of the first line, the alphabet or the ends can be another")
    func otherFiles() throws {
        let key = try Self.key()
        let file = key.fileBytes
        for index in file.indices {
            for value in UInt8.min...UInt8.max where value != file[index] {
                var other = file
                other[index] = value
                let parsed = try? MinisignPublicKey(file: other)
                // A pinned file is not signed: another key is another key, but nothing else may be read from it.
                #expect(parsed == nil || (parsed != key && parsed?.fileBytes == other))
            }
        }
        for bad in [[], Array(file.dropLast()), file + [10], Array(key.text.utf8), [UInt8](repeating: 65, count: 5000)] {
            #expect(throws: MinisignError(.malformedKey)) { try MinisignPublicKey(file: bad) }
        }
    }

    @Test(
        "texts that are not a key are refused",
        arguments: ["", "RWQ", String(repeating: "A", count: 56), String(repeating: "=", count: 56)]
    )
    func otherTexts(text: String) {
        #expect(throws: MinisignError(.malformedKey)) { try MinisignPublicKey(text: text) }
    }

    @Test("the limits are those that every other module knows")
    func limits() {
        #expect(MinisignSignature.maximumFileBytes == Limits.minisigBytes)
    }
}
