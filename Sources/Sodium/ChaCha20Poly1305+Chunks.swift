internal import CSodium
internal import Synchronization

/// Many chunks at once, on all processors: one core of libsodium does not keep up with the age program.
extension ChaCha20Poly1305 {
    /// How many processors work on the chunks of one call.
    package enum Processors: Sendable {
        /// That of the caller's thread.
        case one
        /// All, where there are enough chunks to be worth it.
        case all
    }

    /// Fewer chunks than this are not worth starting threads for.
    private static let leastParallelChunks = 8

    /// Encrypts each chunk of `chunkBytes` bytes of `message`, of which the last may be shorter, under its own nonce.
    ///
    /// There are as many chunks as `nonces` has pieces of 12 bytes. `out` gets ciphertext and tag of each chunk, one after the other, so it
    /// has 16 bytes more for each.
    package static func sealChunks(
        _ message: RawSpan,
        chunkBytes: Int,
        nonces: [UInt8],
        key: borrowing SecretBytes,
        on processors: Processors,
        into out: inout MutableRawSpan
    ) {
        let count = nonces.count / nonceBytes
        precondition(
            key.count == keyBytes && nonces.count == count * nonceBytes && count > 0,
            "a key has 32 bytes, each chunk a nonce of 12"
        )
        precondition(isCut(message.byteCount, into: count, of: chunkBytes), "a message is cut into as many chunks as there are nonces")
        precondition(out.byteCount == message.byteCount + count * tagBytes, "each ciphertext is 16 bytes longer than its chunk")
        Library.start()
        unsafe out.withMutablePointer { out, _ in
            unsafe message.withPointer { message, length in
                unsafe key.bytes.withPointer { key, _ in
                    unsafe nonces.rawSpan.withPointer { nonces, _ in
                        each(count, on: processors) { index in
                            let start = index * chunkBytes
                            _ = unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
                                out + start + index * tagBytes,
                                nil,
                                message + start,
                                UInt64(min(chunkBytes, length - start)),
                                nil,
                                0,
                                nil,
                                nonces + index * nonceBytes,
                                key
                            )
                        }
                    }
                }
            }
        }
    }

    /// Decrypts what `sealChunks` gave, and returns how many chunks from the first one on are authentic.
    ///
    /// Only their plaintext in `out` means anything; `out` has 16 bytes fewer for each chunk.
    package static func openChunks(
        _ sealed: RawSpan,
        chunkBytes: Int,
        nonces: [UInt8],
        key: borrowing SecretBytes,
        on processors: Processors,
        into out: inout MutableRawSpan
    ) -> Int {
        let count = nonces.count / nonceBytes
        precondition(
            key.count == keyBytes && nonces.count == count * nonceBytes && count > 0,
            "a key has 32 bytes, each chunk a nonce of 12"
        )
        let length = sealed.byteCount - count * tagBytes
        precondition(isCut(length, into: count, of: chunkBytes), "a ciphertext is cut into as many chunks as there are nonces")
        precondition(out.byteCount == length, "each chunk is 16 bytes shorter than its ciphertext")
        Library.start()
        let firstRefused = Atomic<Int>(count)
        unsafe out.withMutablePointer { out, _ in
            unsafe sealed.withPointer { sealed, sealedLength in
                unsafe key.bytes.withPointer { key, _ in
                    unsafe nonces.rawSpan.withPointer { nonces, _ in
                        each(count, on: processors) { index in
                            let start = index * (chunkBytes + tagBytes)
                            let result = unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
                                out + index * chunkBytes,
                                nil,
                                nil,
                                sealed + start,
                                UInt64(min(chunkBytes + tagBytes, sealedLength - start)),
                                nil,
                                0,
                                nonces + index * nonceBytes,
                                key
                            )
                            if result != 0 { firstRefused.min(index, ordering: .relaxed) }
                        }
                    }
                }
            }
        }
        return firstRefused.load(ordering: .relaxed)
    }

    /// Whether `length` bytes make `count` chunks, of which only the last may be shorter, and empty only if it is the only one.
    private static func isCut(_ length: Int, into count: Int, of chunkBytes: Int) -> Bool {
        chunkBytes > 0 && length >= 0 && count == max(1, (length + chunkBytes - 1) / chunkBytes)
    }

    private static func each(_ count: Int, on processors: Processors, _ body: (Int) -> Void) {
        guard processors == .all, count >= leastParallelChunks else {
            for index in 0..<count { body(index) }
            return
        }
        Workers.perform(count, body)
    }
}
