import Age
import Sodium
import Testing

/// The pair of the format's specification: the secret key is 32 times 0x42.
private let specifiedIdentity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
private let specifiedRecipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"

struct RecipientsAndIdentitiesAreReadStrictly {
    @Test("the specification's identity has the specification's recipient, and both are written as they were read")
    func specifiedPair() throws {
        let text = Array(specifiedIdentity.utf8)
        let identity = try AgeIdentity(text.rawSpan)
        #expect(identity.recipient.description == specifiedRecipient)
        #expect(try AgeRecipient(specifiedRecipient) == identity.recipient)
        let written = identity.text()
        #expect(written.bytes.array == text)
        #expect(written.count == AgeIdentity.textCharacters)
        var seen: [UInt8] = []
        identity.withText { (bytes: RawSpan) in seen = bytes.array }
        #expect(seen == text)
        let secret = SecretBytes(count: 32) { (out: inout MutableRawSpan) in
            for offset in 0..<32 { out.setByte(0x42, at: offset) }
        }
        #expect(try AgeIdentity(secretKey: secret).recipient == identity.recipient)
    }

    @Test("a fresh identity is read back from its text")
    func freshIdentity() throws {
        let identity = try AgeIdentity.generate(random: CountedRandom(seed: 1))
        let text = identity.text()
        #expect(try AgeIdentity(text.bytes).recipient == identity.recipient)
        #expect(try AgeRecipient(identity.recipient.description) == identity.recipient)
        #expect(try AgeIdentity.generate().recipient != AgeIdentity.generate().recipient)
    }

    @Test(
        "a recipient that is not the one text for a key of 32 bytes is refused",
        arguments: [
            ("nothing", ""),
            ("prefix alone", "age1"),
            ("upper case", "AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ"),
            ("mixed case", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwJ"),
            ("a changed letter", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwq"),
            ("a letter outside the alphabet", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwb"),
            ("letters outside the alphabet for the first of it", "age1zvkyg2lbzraa2lnjvbej32nkuu0ues2s82hzrye869xeexvn73ebunujwj"),
            ("a space before", " age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"),
            ("a line feed after", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj\n"),
            ("padding bits that are not zero", "age1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfppmq0j58"),
            ("a symbol too many", "age1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpqq25yvgk"),
            ("31 bytes", "age1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgg7enat4"),
            ("33 bytes", "age1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyys3nez5"),
            ("the checksum of bech32m", "age1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpqn2ttvh"),
            ("post-quantum", "age1pq1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpqmw4v5t"),
            ("a plugin", "age1yubikey1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpq7d6t0p"),
            ("an ssh key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG69IYfCfDBjkGZGwYAdLGOKMmUs7bSZHQ4uRhcWVNFa"),
            ("an identity", specifiedIdentity),
        ]
    )
    func refusedRecipient(_ fault: String, _ text: String) {
        #expect(code { () throws(AgeError) in _ = try AgeRecipient(text) } == .keyMalformed)
    }

    @Test(
        "an identity that is not the one text for a key of 32 bytes is refused",
        arguments: [
            ("nothing", ""),
            ("lower case", specifiedIdentity.lowercased()),
            ("mixed case", specifiedIdentity.dropLast() + "x"),
            ("a changed letter", specifiedIdentity.dropLast() + "Q"),
            ("a line feed after", specifiedIdentity + "\n"),
            ("padding bits that are not zero", "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPPG0UGY5"),
            ("31 bytes", "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGGEGVYQK"),
            ("post-quantum", "AGE-SECRET-KEY-PQ-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ0HGUHW"),
            ("a recipient", specifiedRecipient),
        ] as [(String, String)]
    )
    func refusedIdentity(_ fault: String, _ text: String) {
        let characters = Array(text.utf8)
        #expect(code { () throws(AgeError) in _ = try AgeIdentity(characters.rawSpan) } == .keyMalformed)
    }

    @Test("a secret key of another length is refused", arguments: [0, 31, 33])
    func refusedSecretKey(_ count: Int) {
        #expect(code { () throws(AgeError) in _ = try AgeIdentity(secretKey: SecretBytes(zeros: count)) } == .keyMalformed)
    }

    @Test("every changed character of an identity is noticed")
    func checksum() {
        let text = Array(specifiedIdentity.utf8)
        for offset in text.indices {
            for letter in "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".utf8 where letter != text[offset] {
                var changed = text
                changed[offset] = letter
                #expect(code { () throws(AgeError) in _ = try AgeIdentity(changed.rawSpan) } == .keyMalformed)
            }
        }
    }
}

/// BIP 173's own valid and invalid texts, as far as they have one of these prefixes.
struct Bech32FollowsItsVectors {
    @Test("BIP 173's valid texts are read and written")
    func valid() throws {
        try roundTrips("A12UEL5L", prefix: "a", in: .upper, bytes: 0)
        try roundTrips("a12uel5l", prefix: "a", in: .lower, bytes: 0)
        try roundTrips("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", prefix: "abcdef", in: .lower, bytes: 20)
        try roundTrips(
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
            prefix: "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio",
            in: .lower,
            bytes: 0
        )
        try roundTrips("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", prefix: "split", in: .lower, bytes: 30)
        try roundTrips("?1ezyfcl", prefix: "?", in: .lower, bytes: 0)
        let zeros = "11" + String(repeating: "q", count: 82) + "c8247j"
        try roundTrips(zeros, prefix: "1", in: .lower, bytes: 51)
    }

    @Test("BIP 173's data of the whole alphabet are these bytes")
    func alphabet() throws {
        let text = Array("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw".utf8)
        let data = try #require(decode(text, prefix: "abcdef", in: .lower))
        #expect(data.map { String($0, radix: 16) }.joined(separator: " ") == "0 44 32 14 c7 42 54 b6 35 cf 84 65 3a 56 d7 c6 75 be 77 df")
    }

    @Test("BIP 173's invalid texts are refused")
    func invalid() {
        #expect(isRefused("x1b4n0q5v", prefix: "x", in: .lower))
        #expect(isRefused("li1dgmt3", prefix: "li", in: .lower))
        #expect(isRefused("A1G7SGD8", prefix: "a", in: .upper))
        #expect(isRefused("a1g7sgd8", prefix: "a", in: .lower))
        #expect(isRefused("A12UEL5l", prefix: "a", in: .upper))
    }

    @Test("symbols that make no whole byte are refused")
    func leftOver() {
        #expect(isRefused("a1q3g6mn3", prefix: "a", in: .lower))
        #expect(isRefused("a1qqqd87cpp", prefix: "a", in: .lower))
        #expect(isRefused("a1qqqqqq3q4q7k", prefix: "a", in: .lower))
    }

    private func isRefused(_ text: String, prefix: StaticString, in letterCase: Bech32.Case) -> Bool {
        decode(Array(text.utf8), prefix: prefix, in: letterCase) == nil
    }

    private func decode(_ text: [UInt8], prefix: StaticString, in letterCase: Bech32.Case) -> [UInt8]? {
        guard let data = Bech32.decode(text.rawSpan, prefix: prefix, in: letterCase) else { return nil }
        return data.bytes.array
    }

    private func roundTrips(_ text: String, prefix: StaticString, in letterCase: Bech32.Case, bytes: Int) throws {
        let characters = Array(text.utf8)
        let data = try #require(decode(characters, prefix: prefix, in: letterCase))
        #expect(data.count == bytes)
        let written = Bech32.encode(data.rawSpan, prefix: prefix, in: letterCase)
        #expect(written.bytes.array == characters)
    }
}
