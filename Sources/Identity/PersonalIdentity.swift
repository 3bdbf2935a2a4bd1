package import Age
package import Records
package import Roster
package import Sodium
package import SodiumIdentity

/// A person's identity: three independent keys, one for each use, made only by whoever will hold them.
package struct PersonalIdentity: ~Copyable, Sendable {
    /// The name in the roster.
    package let name: String
    /// Worker, lead or team.
    package let role: Role
    /// Opens records.
    package let record: BoxKeyPair
    /// Opens share bundles.
    package let age: AgeIdentity
    /// Signs acts, cards and statements.
    package let signingKey: SigningKey

    private static let context = "# transcript-vault identity 1"

    /// A fresh identity.
    package static func generate(name: String, role: Role, random: any RandomSource) throws(IdentityError) -> PersonalIdentity {
        do {
            let seed = SecretBytes.random(SigningKey.seedBytes, from: random)
            return PersonalIdentity(
                name: name, role: role, record: try BoxKeyPair.generate(random: random),
                age: try AgeIdentity.generate(random: random), signingKey: try SigningKey(seed: seed))
        } catch {
            throw IdentityError(.malformed)
        }
    }

    private init(name: String, role: Role, record: consuming BoxKeyPair, age: consuming AgeIdentity, signingKey: consuming SigningKey) {
        self.name = name
        self.role = role
        self.record = record
        self.age = age
        self.signingKey = signingKey
    }

    /// The identity that a decrypted identity file holds.
    init(_ text: borrowing SecretText) throws(IdentityError) {
        guard text.firstLine == Self.context, let name = text.value(of: "name"), Card.isName(name),
            let role = text.value(of: "role").flatMap(Role.init(rawValue:)), role.isHolder
        else { throw IdentityError(.malformed) }
        do {
            let seed = try text.key(of: "signing-seed")
            let ageKey = try text.line(beginningWith: "AGE-SECRET-KEY-1")
            self.init(
                name: name, role: role, record: try BoxKeyPair(secretKey: try text.key(of: "record-secret-key")),
                age: try AgeIdentity(ageKey.bytes), signingKey: try SigningKey(seed: seed))
        } catch {
            throw IdentityError(.malformed)
        }
    }

    /// The text of the identity file, which is a valid age identity file too.
    borrowing func text() -> SecretBytes {
        var builder = SecretText.Builder()
        builder.add(line: Self.context)
        builder.add(line: "# name: \(name)")
        builder.add(line: "# role: \(role.rawValue)")
        builder.add(field: "record-secret-key", key: record.secretKey.bytes)
        let seed = signingKey.seed()
        builder.add(field: "signing-seed", key: seed.bytes)
        let ageKey = age.text()
        builder.add(secretLine: ageKey.bytes)
        return builder.build()
    }

    /// The card that introduces this person, whose age recipient is used from `day` on.
    package borrowing func card(from day: Day) throws(RosterError) -> Card {
        let recipient = try DatedRecipient(text: age.recipient.description, from: day, to: nil)
        return try Card.sign(name: name, role: role, recordKey: record.publicKey, recipients: [recipient], with: signingKey)
    }
}
