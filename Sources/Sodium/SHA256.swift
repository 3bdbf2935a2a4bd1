internal import CSodium

/// SHA-256 (FIPS 180-4), incremental.
@safe package struct SHA256: ~Copyable {
    private var state = crypto_hash_sha256_state()

    /// Length of a digest in bytes.
    package static let digestBytes = 32

    /// A new hash.
    package init() {
        Library.start()
        unsafe crypto_hash_sha256_init(&state)
    }

    /// Adds bytes.
    package mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withPointer { pointer, count in
            _ = unsafe crypto_hash_sha256_update(&state, pointer, UInt64(count))
        }
    }

    /// The digest of all bytes added.
    package consuming func finalize() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Self.digestBytes)
        unsafe crypto_hash_sha256_final(&state, &digest)
        return digest
    }

    /// The digest of `bytes`.
    package static func hash(_ bytes: RawSpan) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// The digest of `bytes`.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        hash(bytes.rawSpan)
    }
}
