internal import CSodium

/// BLAKE2b (RFC 7693), optionally keyed, with a digest of 16 to 64 bytes.
@safe package struct BLAKE2b: ~Copyable {
    private let state: UnsafeMutableRawPointer
    private let digestBytes: Int

    /// A new hash whose digest has `digestBytes` bytes (16 to 64).
    package init(digestBytes: Int) {
        precondition((16...64).contains(digestBytes), "a BLAKE2b digest has 16 to 64 bytes")
        Library.start()
        self.digestBytes = digestBytes
        // The state wants an alignment of 64 bytes, which is why Swift does not import its type.
        unsafe state = UnsafeMutableRawPointer.allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
        unsafe crypto_generichash_init(OpaquePointer(state), nil, 0, digestBytes)
    }

    deinit {
        unsafe sodium_memzero(state, crypto_generichash_statebytes())
        unsafe state.deallocate()
    }

    /// Adds bytes.
    package mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withPointer { pointer, count in
            _ = unsafe crypto_generichash_update(OpaquePointer(state), pointer, UInt64(count))
        }
    }

    /// The digest of all bytes added so far; more can be added afterwards.
    package borrowing func digestSoFar() -> [UInt8] {
        let copy = BLAKE2b(digestBytes: digestBytes)
        unsafe copy.state.copyMemory(from: state, byteCount: crypto_generichash_statebytes())
        return copy.finalize()
    }

    /// The digest of all bytes added; the hash cannot be used afterwards.
    package consuming func finalize() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestBytes)
        unsafe crypto_generichash_final(OpaquePointer(state), &digest, digestBytes)
        return digest
    }

    /// The digest of `bytes`.
    package static func hash(_ bytes: RawSpan, digestBytes: Int = 32) -> [UInt8] {
        var hash = BLAKE2b(digestBytes: digestBytes)
        hash.update(bytes)
        return hash.finalize()
    }

    /// The digest of `bytes`.
    package static func hash(_ bytes: [UInt8], digestBytes: Int = 32) -> [UInt8] {
        hash(bytes.rawSpan, digestBytes: digestBytes)
    }

    /// The digest of `bytes` under `key` (16 to 64 bytes), in guarded memory: a pseudo-random function.
    package static func keyedHash(_ bytes: RawSpan, key: borrowing SecretBytes, digestBytes: Int = 32) -> SecretBytes {
        precondition((16...64).contains(key.count) && (16...64).contains(digestBytes), "a BLAKE2b key and digest have 16 to 64 bytes")
        Library.start()
        return SecretBytes(count: digestBytes) { (out: inout MutableRawSpan) in
            unsafe out.withMutablePointer { out, capacity in
                unsafe bytes.withPointer { message, count in
                    unsafe key.bytes.withPointer { key, keyCount in
                        _ = unsafe crypto_generichash(out, capacity, message, UInt64(count), key, keyCount)
                    }
                }
            }
        }
    }
}
