internal import CSodium
package import Sodium

/// The reading end of a secret stream.
package struct StreamReader: ~Copyable {
    private var state = GuardedState<crypto_secretstream_xchacha20poly1305_state>()

    /// Whether the message that ends the stream has been read.
    package private(set) var isFinished = false

    /// Starts reading the stream that begins with `header` (24 bytes) under `key` (32 bytes).
    package init(header: [UInt8], key: borrowing SecretBytes) throws(SodiumError) {
        precondition(key.count == SecretStream.keyBytes, "a stream key has 32 bytes")
        guard header.count == SecretStream.headerBytes else { throw SodiumError(.malformed) }
        unsafe state.withPointer { state in
            unsafe key.bytes.withPointer { key, _ in
                _ = unsafe crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
            }
        }
    }

    /// Decrypts the next message and tells its tag.
    ///
    /// Throws `authentication` if anything was changed or the tag is neither REKEY nor FINAL, `finished` after the end.
    package mutating func pull(_ sealed: RawSpan) throws(SodiumError) -> (message: [UInt8], tag: SecretStream.Tag) {
        guard !isFinished else { throw SodiumError(.finished) }
        guard sealed.byteCount >= SecretStream.overheadBytes else { throw SodiumError(.authentication) }
        var tag: UInt8 = 0
        var result: Int32 = -1
        let message = [UInt8](count: sealed.byteCount - SecretStream.overheadBytes) { (out: inout MutableRawSpan) in
            unsafe out.withMutablePointer { out, _ in
                unsafe sealed.withPointer { sealed, count in
                    unsafe state.withPointer { state in
                        result = unsafe crypto_secretstream_xchacha20poly1305_pull(state, out, nil, &tag, sealed, UInt64(count), nil, 0)
                    }
                }
            }
        }
        guard result == 0, let known = SecretStream.Tag(rawValue: tag) else { throw SodiumError(.authentication) }
        isFinished = known == .final
        return (message, known)
    }
}
