import Age
import Sodium
import Testing

struct RandomBytesAreDrawnInOrder {
    @Test("file key, one ephemeral secret for each recipient, nonce; nothing twice")
    func recipients() throws {
        let random = CountedRandom(seed: 7)
        let recipient = try AgeIdentity.generate(random: CountedRandom(seed: 1)).recipient
        let file = try Age.encrypt(pattern(100).rawSpan, to: [recipient, recipient], random: random)
        #expect(random.requests == [16, 32, 32, 16])
        let stanzas = try AgeHeader(unverified: file.rawSpan).stanzas
        #expect(Set(stanzas.map(\.arguments)).count == 2)
        #expect(Set(stanzas.map(\.body)).count == 2)
    }

    @Test("file key, salt, nonce for a passphrase")
    func passphrase() throws {
        let random = CountedRandom(seed: 7)
        _ = try Age.encrypt(pattern(100).rawSpan, to: try "correct horse".passphrase(), random: random)
        #expect(random.requests == [16, 16, 16])
    }

    @Test("the same random bytes give this very file")
    func knownAnswer() throws {
        let (file, _) = try knownAnswerFile()
        #expect(Base64.encode(SHA256.hash(file)) == "2usIh7FDELLhLChZLIaQPzjquQ2JXRtecOdKT+4/sbI=")
    }

    @Test("two files of the same plaintext have nothing in common")
    func fresh() throws {
        let recipient = try AgeIdentity.generate().recipient
        let one = try Age.encrypt(pattern(0).rawSpan, to: [recipient])
        let two = try Age.encrypt(pattern(0).rawSpan, to: [recipient])
        #expect(try AgeHeader(unverified: one.rawSpan).stanzas != AgeHeader(unverified: two.rawSpan).stanzas)
    }
}
