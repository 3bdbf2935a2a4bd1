import Minisign
import Sodium
import Testing

@Suite("Every byte of a signature counts")
struct EveryByteOfASignatureCountsTests {
    static let comment = "transcript-vault approval 1"
    static let message = Array("act: enrol\n".utf8)

    static func isAccepted(_ file: [UInt8], by key: MinisignPublicKey, of message: [UInt8] = message, comment: String = comment) -> Bool {
        guard let signature = try? MinisignSignature(file: file) else { return false }
        do {
            try signature.verify(message.rawSpan, with: key, expecting: comment)
            return true
        } catch {
            return false
        }
    }

    static func make() throws -> (file: [UInt8], key: MinisignPublicKey) {
        let key = try SigningKey(seed: .random(SigningKey.seedBytes, from: SystemRandom()))
        let file = MinisignSignature.sign(message.rawSpan, with: key, trustedComment: comment).fileBytes
        return (file, MinisignPublicKey(key.publicKey))
    }

    @Test("no byte of the file can be another")
    func anyOtherByte() throws {
        let (file, key) = try Self.make()
        #expect(Self.isAccepted(file, by: key))
        for index in file.indices {
            var other = file
            for value in UInt8.min...UInt8.max where value != file[index] {
                other[index] = value
                if Self.isAccepted(other, by: key) { Issue.record("byte \(index) as \(value) was accepted") }
            }
        }
    }

    @Test("no byte can be left out, and none added")
    func otherLengths() throws {
        let (file, key) = try Self.make()
        for index in file.indices {
            var shorter = file
            shorter.remove(at: index)
            #expect(!Self.isAccepted(shorter, by: key))
            #expect(!Self.isAccepted(Array(file.prefix(index)), by: key))
            for added in Array("\n\r A=\0".utf8) {
                var longer = file
                longer.insert(added, at: index)
                #expect(!Self.isAccepted(longer, by: key))
            }
        }
        #expect(!Self.isAccepted(file + [10], by: key))
        #expect(!Self.isAccepted(file + [UInt8](repeating: 10, count: 10_000), by: key))
    }

    @Test("another message, key, key id or purpose is refused")
    func otherUse() throws {
        let (file, key) = try Self.make()
        let (otherFile, otherKey) = try Self.make()
        #expect(!Self.isAccepted(file, by: otherKey))
        #expect(!Self.isAccepted(otherFile, by: key))
        #expect(!Self.isAccepted(file, by: key, of: Self.message + [0]))
        #expect(!Self.isAccepted(file, by: key, comment: "transcript-vault card 1"))
        // The same key under the id of another one.
        let bytes = try Base64.decode(key.text)
        let otherID = try Base64.decode(otherKey.text)[2..<10]
        let disguised = try MinisignPublicKey(text: Base64.encode(Array("Ed".utf8) + otherID + bytes[10...]))
        #expect(!Self.isAccepted(file, by: disguised))
    }

    @Test("the halves of two valid files do not make one")
    func mixedHalves() throws {
        let key = try SigningKey(seed: .random(SigningKey.seedBytes, from: SystemRandom()))
        let publicKey = MinisignPublicKey(key.publicKey)
        let lines = ["one", "two"].map { comment in
            MinisignSignature.sign(Self.message.rawSpan, with: key, trustedComment: comment).fileBytes
                .split(separator: 10, omittingEmptySubsequences: false)
        }
        let mixed = Array([lines[0][0], lines[0][1], lines[1][2], lines[0][3], []].joined(separator: [10]))
        #expect(!Self.isAccepted(mixed, by: publicKey, comment: "two"))
        #expect(!Self.isAccepted(mixed, by: publicKey, comment: "one"))
    }
}
