/// libsodium's `crypto_secretstream_xchacha20poly1305`: an ordered sequence of messages that cannot be truncated, reordered or changed.
///
/// Pushing stands in `SodiumSeal`, pulling in `SodiumOpen`.
package enum SecretStream {
    /// Length of a key in bytes.
    package static let keyBytes = 32
    /// Length of the header that begins a stream, in bytes.
    package static let headerBytes = 24
    /// How much longer a pushed message is than its plaintext, in bytes.
    package static let overheadBytes = 17

    /// What a message says about its place: every one renews the key, the last one ends the stream.
    package enum Tag: UInt8, Sendable {
        /// The key is replaced afterwards, so that what was written cannot be read back from the writer's memory.
        case rekey = 2
        /// The stream ends here.
        case final = 3
    }
}
