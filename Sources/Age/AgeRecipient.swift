package import Sodium

/// Whom a file is encrypted to: an X25519 public key, written `age1…`.
public struct AgeRecipient: Hashable, Sendable, CustomStringConvertible {
    /// The key.
    package let publicKey: BoxPublicKey

    /// The recipient with this key.
    package init(_ publicKey: BoxPublicKey) {
        self.publicKey = publicKey
    }

    /// Reads `age1…`: Bech32 in lower case of exactly 32 bytes, without any space around it.
    ///
    /// Only the plain prefix `age` is read, never a plugin's name, which in other programs has led to running a program that the text names
    /// (CVE-2024-56327). Throws `keyMalformed`.
    public init(_ text: String) throws(AgeError) {
        let characters = Array(text.utf8)
        guard let key = Bech32.decode(characters.rawSpan, prefix: "age", in: .lower), key.count == BoxPublicKey.keyBytes else {
            throw AgeError(.keyMalformed, "not an age recipient: it begins with age1 and has 62 characters in lower case")
        }
        do {
            publicKey = try BoxPublicKey(key.bytes.array)
        } catch {
            throw AgeError(.keyMalformed, "not an age recipient: its key has the wrong length")
        }
    }

    /// The text, `age1…`, 62 characters.
    public var description: String {
        let text = Bech32.encode(publicKey.bytes.rawSpan, prefix: "age", in: .lower)
        return String(decoding: text.bytes.array, as: UTF8.self)
    }
}
