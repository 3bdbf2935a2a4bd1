import Minisign
import Records
import Roster
import Sodium
import SodiumIdentity
import Testing

@Suite("A card proves its signing key")
struct ACardProvesItsSigningKeyTests {
    @Test("a card of every role is made, verified, and says what it was made from", arguments: Role.allCases)
    func roundTrip(role: Role) throws {
        let person = try Person("some.name-1_2", role)
        let card = try UnverifiedCard(text: person.card.text, signature: person.card.signature).verified()
        #expect(card == person.card)
        #expect(card.name == "some.name-1_2" && card.role == role)
        #expect(card.signerID == Card.id(of: person.key.publicKey.bytes))
        #expect((card.keyID == nil) == !role.isHolder)
        #expect(card.keyID == card.recordKey.map { Card.id(of: $0.bytes) })
        #expect(card.digest.bytes == BLAKE2b.hash(card.text))
        #expect(card.digest.description.hasPrefix(card.fingerprint.filter { $0 != " " }))
        #expect(card.signingKey == MinisignPublicKey(person.key.publicKey))
    }

    @Test("the text is the one that the specification shows")
    func exactText() throws {
        let seed = [UInt8](repeating: 7, count: 32)
        let key = try SigningKey(seed: SecretBytes(copying: seed.rawSpan))
        let first = try DatedRecipient(text: "age1" + String(repeating: "q", count: 58), from: #require(Day(text: "2026-10-01")), to: nil)
        let second = try DatedRecipient(
            text: "age1" + String(repeating: "p", count: 58),
            from: #require(Day(text: "2026-10-01")),
            to: Day(text: "2026-10-31")
        )
        let card = try Card.sign(
            name: "anna",
            role: .worker,
            recordKey: BoxPublicKey([UInt8](1...32)),
            recipients: [first, second],
            with: key
        )
        #expect(
            String(decoding: card.text, as: UTF8.self) == """
                transcript-vault card 1
                name: anna
                role: worker
                record-key: AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=
                signing-key: \(card.signingKey.text)
                age-recipient: age1\(String(repeating: "p", count: 58)) from 2026-10-01 to 2026-10-31
                age-recipient: age1\(String(repeating: "q", count: 58)) from 2026-10-01 to -

                """
        )
    }

    @Test("no byte of text or signature can be another, left out or added")
    func everyByte() throws {
        let card = try Person("anna").card
        for (index, byte) in card.text.enumerated() {
            for value in [byte ^ 1, byte ^ 0x20, byte ^ 0x80, 10] where value != byte {
                var text = card.text
                text[index] = value
                #expect(try code { _ = try UnverifiedCard(text: text, signature: card.signature).verified() } == .refused)
            }
            var shorter = card.text
            shorter.remove(at: index)
            #expect(try code { _ = try UnverifiedCard(text: shorter, signature: card.signature).verified() } == .refused)
        }
        for (index, byte) in card.signature.enumerated() {
            for value in [byte ^ 1, byte ^ 0x20, byte ^ 0x80, 10] where value != byte {
                var signature = card.signature
                signature[index] = value
                #expect(try code { _ = try UnverifiedCard(text: card.text, signature: signature).verified() } == .refused)
            }
        }
        #expect(try code { _ = try UnverifiedCard(text: card.text + [10], signature: card.signature).verified() } == .refused)
        #expect(try code { _ = try UnverifiedCard(text: card.text, signature: []).verified() } == .refused)
    }

    @Test("a signature for another purpose, or by another key, is refused")
    func otherSignature() throws {
        let person = try Person("anna")
        let text = person.card.text
        for comment in ["transcript-vault approval 1", "transcript-vault roster 1", "transcript-vault card 2"] {
            let signature = MinisignSignature.sign(text.rawSpan, with: person.key, trustedComment: comment)
            #expect(try code { _ = try UnverifiedCard(text: person.card.text, signature: signature.fileBytes).verified() } == .refused)
        }
        let other = try Person("anna")
        #expect(try code { _ = try UnverifiedCard(text: person.card.text, signature: other.card.signature).verified() } == .refused)
    }

    /// A card's lines with some replaced or removed, signed with the card's own key.
    static func forged(_ changes: [String: String?], adding: [String] = [], role: Role = .worker) throws -> RosterError.Code? {
        let person = try Person("anna", role)
        var lines = String(decoding: person.card.text, as: UTF8.self).split(separator: "\n").compactMap { line -> String? in
            let name = String(line.prefix { $0 != ":" })
            guard let change = changes[name] else { return String(line) }
            return change.map { "\(name): \($0)" }
        }
        lines += adding
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        let signature = MinisignSignature.sign(text.rawSpan, with: person.key, trustedComment: "transcript-vault card 1")
        return try code { _ = try UnverifiedCard(text: text, signature: signature.fileBytes).verified() }
    }

    @Test(
        "a self-signed card with another form is refused",
        arguments: [
            ["name": "Anna"], ["name": ".anna"], ["name": "-anna"], ["name": "an na"], ["name": "an/na"], ["name": "änna"],
            ["name": String(repeating: "a", count: 101)], ["name": nil], ["role": "admin"], ["role": "Worker"], ["role": nil],
            ["role": "service"], ["role": "keeper"], ["record-key": nil], ["record-key": "AQID"], ["signing-key": nil],
            ["signing-key": "RWQ"],
            ["record-key": "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyB="], ["age-recipient": nil],
            ["age-recipient": "age1qqqq from 2026-01-01 to -"],
            ["age-recipient": "AGE1\(String(repeating: "Q", count: 58)) from 2026-01-01 to -"],
            ["age-recipient": "age1\(String(repeating: "1", count: 58)) from 2026-01-01 to -"],
            ["age-recipient": "age1\(String(repeating: "q", count: 58)) from 2026-01-01"],
            ["age-recipient": "age1\(String(repeating: "q", count: 58)) from 2026-01-02 to 2026-01-01"],
            ["age-recipient": "age1\(String(repeating: "q", count: 58)) from 2026-02-30 to -"],
            ["age-recipient": "age1\(String(repeating: "q", count: 58)) from - to -"],
            ["age-recipient": "age1\(String(repeating: "q", count: 58))  from 2026-01-01 to -"],
            ["age-recipient": "age1\(String(repeating: "q", count: 58)) to 2026-01-01 from -"],
        ] as [[String: String?]]
    )
    func otherForms(changes: [String: String?]) throws {
        #expect(try Self.forged(changes) == .refused)
    }

    @Test("a self-signed card with something added is refused, unless it is a recipient in its order")
    func additions() throws {
        let low = "age1" + String(repeating: "q", count: 58)
        #expect(try Self.forged([:]) == nil)
        #expect(try Self.forged([:], adding: ["age-recipient: \(low) from 2999-01-01 to -"]) == nil)
        #expect(try Self.forged([:], adding: ["age-recipient: \(low) from 2000-01-01 to -"]) == .refused)
        #expect(
            try Self.forged(["age-recipient": "\(low) from 2000-01-01 to -"], adding: ["age-recipient: \(low) from 2000-01-01 to -"])
                == .refused
        )
        #expect(try Self.forged([:], adding: ["name: bert"]) == .refused)
        #expect(try Self.forged([:], adding: ["note: x"]) == .refused)
        #expect(try Self.forged([:], adding: ["age-recipient: \(low) from 2000-01-01 to -"], role: .keeper) == .refused)
        let many = (0..<Card.mostRecipients).map { "age-recipient: \(low) from \(3000 + $0)-01-01 to -" }
        #expect(try Self.forged([:], adding: many) == .refused)
        #expect(try Self.forged([:], adding: many.dropLast()) == nil)
    }

    @Test("a card that could not be verified is not made")
    func notMade() throws {
        let key = try SigningKey(seed: .random(SigningKey.seedBytes, from: SystemRandom()))
        let recipient = try DatedRecipient(text: Person.recipient(), from: Charity.start.day, to: nil)
        let record = try Person.recordKey()
        let make: (String, Role, BoxPublicKey?, [DatedRecipient]) throws -> RosterError.Code? = { name, role, record, recipients in
            try code { _ = try Card.sign(name: name, role: role, recordKey: record, recipients: recipients, with: key) }
        }
        #expect(try make("anna", .worker, record, [recipient]) == nil)
        #expect(try make("Anna", .worker, record, [recipient]) == .invalid)
        #expect(try make("", .worker, record, [recipient]) == .invalid)
        #expect(try make("anna", .worker, nil, [recipient]) == .invalid)
        #expect(try make("anna", .worker, record, []) == .invalid)
        #expect(try make("anna", .worker, record, [recipient, recipient]) == .invalid)
        #expect(try make("anna", .service, record, [recipient]) == .invalid)
        #expect(try make("anna", .service, nil, [recipient]) == .invalid)
        #expect(try make("anna", .keeper, nil, []) == nil)
    }

    @Test("record keys to which nothing can be sealed, or with a second encoding, are refused")
    func recordKeys() throws {
        let smallOrder = [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ]
        let pair = try BoxKeyPair(secretKey: .random(32, from: SystemRandom()))
        for text in smallOrder {
            let bytes = try #require(Hex.decode(text))
            // The list is right: libsodium agrees on no secret with any of these points.
            #expect(throws: SodiumError.self) { _ = try pair.sharedSecret(with: BoxPublicKey(bytes)) }
            #expect(try Self.forged(["record-key": Base64.encode(bytes)]) == .refused)
            var other = bytes
            other[31] |= 0x80
            #expect(try Self.forged(["record-key": Base64.encode(other)]) == .refused)
        }
        let unreduced = [0xFF] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
        #expect(try Self.forged(["record-key": Base64.encode(unreduced)]) == .refused)
    }
}
