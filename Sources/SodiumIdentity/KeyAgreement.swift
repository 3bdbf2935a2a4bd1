internal import CSodium
package import Sodium

/// An X25519 (RFC 7748) key pair.
package struct BoxKeyPair: ~Copyable, Sendable {
    /// The public half.
    package let publicKey: BoxPublicKey
    /// The secret half, 32 bytes.
    package let secretKey: SecretBytes

    /// The pair that belongs to a secret of 32 bytes; throws `malformed` for any other length.
    package init(secretKey: consuming SecretBytes) throws(SodiumError) {
        guard secretKey.count == BoxPublicKey.keyBytes else { throw SodiumError(.malformed) }
        var publicBytes = [UInt8](repeating: 0, count: BoxPublicKey.keyBytes)
        unsafe secretKey.bytes.withPointer { secret, _ in
            _ = unsafe crypto_scalarmult_curve25519_base(&publicBytes, secret)
        }
        let publicKey = try BoxPublicKey(publicBytes)
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    /// A fresh pair.
    package static func generate(random: any RandomSource) throws(SodiumError) -> BoxKeyPair {
        try BoxKeyPair(secretKey: SecretBytes.random(BoxPublicKey.keyBytes, from: random))
    }

    /// X25519 of the secret half and `other`; throws `authentication` where the result is all zeros (RFC 7748, 6.1).
    package borrowing func sharedSecret(with other: BoxPublicKey) throws(SodiumError) -> SecretBytes {
        try SecretBytes(count: BoxPublicKey.keyBytes) { (out: inout MutableRawSpan) throws(SodiumError) in
            let result = unsafe out.withMutablePointer { out, _ in
                unsafe secretKey.bytes.withPointer { secret, _ in
                    unsafe crypto_scalarmult_curve25519(out, secret, other.bytes)
                }
            }
            guard result == 0 else { throw SodiumError(.authentication) }
        }
    }
}
