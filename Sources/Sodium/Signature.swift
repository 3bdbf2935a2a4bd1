internal import CSodium

/// An Ed25519 (RFC 8032) public key.
package struct SigningPublicKey: Hashable, Sendable {
    /// Length of a key in bytes.
    package static let keyBytes = 32
    /// Length of a signature in bytes.
    package static let signatureBytes = 64

    /// The encoded point.
    package let bytes: [UInt8]

    /// A key from its 32 bytes; throws `malformed` for any other length.
    package init(_ bytes: [UInt8]) throws(SodiumError) {
        guard bytes.count == Self.keyBytes else { throw SodiumError(.malformed) }
        self.bytes = bytes
    }

    /// Whether `signature` was made over `message` with this key's secret half.
    package func isValid(_ signature: [UInt8], for message: RawSpan) -> Bool {
        guard signature.count == Self.signatureBytes else { return false }
        Library.start()
        return unsafe message.withPointer { message, count in
            unsafe crypto_sign_verify_detached(signature, message, UInt64(count), bytes) == 0
        }
    }

    /// Whether `signature` was made over `message` with this key's secret half.
    package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        isValid(signature, for: message.rawSpan)
    }
}

/// An Ed25519 (RFC 8032) secret key.
package struct SigningKey: ~Copyable, Sendable {
    /// Length of a seed in bytes.
    package static let seedBytes = 32
    private static let secretBytes = 64

    /// The public half.
    package let publicKey: SigningPublicKey

    /// libsodium's form: seed ‖ public key.
    private let secret: SecretBytes

    /// The key that a seed of 32 bytes gives; throws `malformed` for any other length.
    package init(seed: borrowing SecretBytes) throws(SodiumError) {
        guard seed.count == Self.seedBytes else { throw SodiumError(.malformed) }
        Library.start()
        var publicBytes = [UInt8](repeating: 0, count: SigningPublicKey.keyBytes)
        let secret = SecretBytes(count: Self.secretBytes) { (secret: inout MutableRawSpan) in
            unsafe secret.withMutablePointer { secret, _ in
                unsafe seed.bytes.withPointer { seed, _ in
                    _ = unsafe crypto_sign_seed_keypair(&publicBytes, secret, seed)
                }
            }
        }
        self.init(publicKey: try SigningPublicKey(publicBytes), secret: secret)
    }

    private init(publicKey: SigningPublicKey, secret: consuming SecretBytes) {
        self.publicKey = publicKey
        self.secret = secret
    }

    /// The seed, for writing it into an identity file.
    package borrowing func seed() -> SecretBytes {
        secret.slice(0..<Self.seedBytes)
    }

    /// The deterministic signature of `message`, 64 bytes.
    package borrowing func sign(_ message: RawSpan) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: SigningPublicKey.signatureBytes)
        unsafe message.withPointer { message, count in
            unsafe secret.bytes.withPointer { secret, _ in
                _ = unsafe crypto_sign_detached(&signature, nil, message, UInt64(count), secret)
            }
        }
        return signature
    }

    /// The deterministic signature of `message`, 64 bytes.
    package borrowing func sign(_ message: [UInt8]) -> [UInt8] {
        sign(message.rawSpan)
    }
}
