internal import CSodium
package import Sodium

/// The writing end of a secret stream; the key is forgotten as soon as it is made.
package struct StreamWriter: ~Copyable {
    private var state = GuardedState<crypto_secretstream_xchacha20poly1305_state>()
    private var isFinished = false

    /// The bytes that begin the stream, 24.
    package let header: [UInt8]

    /// Starts a stream under `key` (32 bytes) and consumes the key.
    package init(key: consuming SecretBytes) {
        precondition(key.count == SecretStream.keyBytes, "a stream key has 32 bytes")
        var header = [UInt8](repeating: 0, count: SecretStream.headerBytes)
        unsafe state.withPointer { state in
            unsafe key.bytes.withPointer { key, _ in
                _ = unsafe crypto_secretstream_xchacha20poly1305_init_push(state, &header, key)
            }
        }
        self.header = header
    }

    /// Encrypts the next message; after one with `.final`, throws `finished`, which the library itself does not refuse.
    package mutating func push(_ message: RawSpan, tag: SecretStream.Tag) throws(SodiumError) -> [UInt8] {
        guard !isFinished else { throw SodiumError(.finished) }
        isFinished = tag == .final
        return [UInt8](count: message.byteCount + SecretStream.overheadBytes) { (out: inout MutableRawSpan) in
            unsafe out.withMutablePointer { out, _ in
                unsafe message.withPointer { message, count in
                    unsafe state.withPointer { state in
                        _ = unsafe crypto_secretstream_xchacha20poly1305_push(state, out, nil, message, UInt64(count), nil, 0, tag.rawValue)
                    }
                }
            }
        }
    }
}
