package import Sodium
package import SodiumIdentity

/// An X25519 secret key in guarded memory, written `AGE-SECRET-KEY-1…`: what opens a file encrypted to its recipient.
public struct AgeIdentity: ~Copyable, Sendable {
    /// Characters in an identity's text.
    package static let textCharacters = 74

    private let keyPair: BoxKeyPair

    /// Whom to encrypt to so that this identity opens it.
    public let recipient: AgeRecipient

    /// The identity with this key pair.
    package init(_ keyPair: consuming BoxKeyPair) {
        recipient = AgeRecipient(keyPair.publicKey)
        self.keyPair = keyPair
    }

    /// Reads `AGE-SECRET-KEY-1…`: Bech32 in upper case of exactly 32 bytes, without any space around it.
    ///
    /// The text is a secret: keep it in memory that you wipe. Throws `keyMalformed`.
    public init(_ text: RawSpan) throws(AgeError) {
        guard let key = Bech32.decode(text, prefix: "age-secret-key-", in: .upper) else { throw Self.malformed }
        try self.init(secretKey: key)
    }

    /// The identity with this secret key of 32 bytes; throws `keyMalformed` for any other length.
    package init(secretKey: consuming SecretBytes) throws(AgeError) {
        do {
            self.init(try BoxKeyPair(secretKey: secretKey))
        } catch {
            throw Self.malformed
        }
    }

    /// A fresh identity from the operating system's random source.
    public static func generate() throws(AgeError) -> AgeIdentity {
        try generate(random: SystemRandom())
    }

    /// A fresh identity.
    package static func generate(random: any RandomSource) throws(AgeError) -> AgeIdentity {
        try AgeIdentity(secretKey: SecretBytes.random(BoxPublicKey.keyBytes, from: random))
    }

    /// The text, `AGE-SECRET-KEY-1…`, in guarded memory.
    package borrowing func text() -> SecretBytes {
        Bech32.encode(keyPair.secretKey.bytes, prefix: "age-secret-key-", in: .upper)
    }

    /// Lets `body` read the text, `AGE-SECRET-KEY-1…`, which is wiped afterwards; whoever copies it answers for the copy.
    public borrowing func withText<E: Error>(_ body: (RawSpan) throws(E) -> Void) throws(E) {
        let secret = text()
        try body(secret.bytes)
    }

    /// X25519 with an ephemeral share; nil where the result is all zeros.
    borrowing func sharedSecret(with share: BoxPublicKey) -> SecretBytes? {
        do {
            return try keyPair.sharedSecret(with: share)
        } catch {
            return nil
        }
    }

    private static var malformed: AgeError {
        AgeError(.keyMalformed, "not an age identity: it begins with AGE-SECRET-KEY-1 and has 74 characters in upper case")
    }
}
