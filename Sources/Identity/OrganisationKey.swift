package import Sodium

/// The organisation's signing key: it signs rosters, and can open nothing.
package struct OrganisationKey: ~Copyable, Sendable {
    /// The key.
    package let signingKey: SigningKey

    private static let context = "# transcript-vault organisation key 1"

    /// A fresh key.
    package static func generate(random: any RandomSource) throws(IdentityError) -> OrganisationKey {
        let seed = SecretBytes.random(SigningKey.seedBytes, from: random)
        return try OrganisationKey(seed: seed)
    }

    private init(seed: borrowing SecretBytes) throws(IdentityError) {
        do {
            signingKey = try SigningKey(seed: seed)
        } catch {
            throw IdentityError(.malformed)
        }
    }

    /// The key that a decrypted file holds.
    init(_ text: borrowing SecretText) throws(IdentityError) {
        guard text.firstLine == Self.context else { throw IdentityError(.malformed) }
        do {
            let seed = try text.key(of: "signing-seed")
            signingKey = try SigningKey(seed: seed)
        } catch {
            throw IdentityError(.malformed)
        }
    }

    /// The text of the key file.
    borrowing func text() -> SecretBytes {
        var builder = SecretText.Builder()
        builder.add(line: Self.context)
        let seed = signingKey.seed()
        builder.add(field: "signing-seed", key: seed.bytes)
        return builder.build()
    }
}
