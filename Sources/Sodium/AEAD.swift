internal import CSodium

/// XChaCha20-Poly1305 with a random nonce, made inside and put before the ciphertext.
///
/// draft-irtf-cfrg-xchacha-03. The nonce has 24 bytes, so a random one never repeats in practice; no caller can pass one.
package enum XChaCha20Poly1305 {
    /// Length of a key in bytes.
    package static let keyBytes = 32
    /// Length of a nonce in bytes.
    package static let nonceBytes = 24
    /// Length of an authentication tag in bytes.
    package static let tagBytes = 16

    /// nonce ‖ ciphertext ‖ tag of `message` under `key`, authenticating `context` too.
    package static func seal(
        _ message: RawSpan, authenticating context: [UInt8], key: borrowing SecretBytes, random: any RandomSource
    ) -> [UInt8] {
        precondition(key.count == keyBytes, "a key has 32 bytes")
        Library.start()
        let nonce = random.bytes(nonceBytes)
        return [UInt8](count: nonceBytes + message.byteCount + tagBytes) { (out: inout MutableRawSpan) in
            out.copy(nonce.rawSpan, at: 0)
            unsafe out.withMutablePointer { out, _ in
                unsafe message.withPointer { message, count in
                    unsafe key.bytes.withPointer { key, _ in
                        _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                            out + nonceBytes, nil, message, UInt64(count), context, UInt64(context.count), nil, nonce, key)
                    }
                }
            }
        }
    }

    /// The message of nonce ‖ ciphertext ‖ tag, into guarded memory; throws `authentication` if anything was changed.
    package static func open(
        _ sealed: RawSpan, authenticating context: [UInt8], key: borrowing SecretBytes
    ) throws(SodiumError) -> SecretBytes {
        precondition(key.count == keyBytes, "a key has 32 bytes")
        guard sealed.byteCount >= nonceBytes + tagBytes else { throw SodiumError(.authentication) }
        Library.start()
        return try SecretBytes(count: sealed.byteCount - nonceBytes - tagBytes) { (out: inout MutableRawSpan) throws(SodiumError) in
            let result = unsafe out.withMutablePointer { out, _ in
                unsafe sealed.withPointer { sealed, count in
                    unsafe key.bytes.withPointer { key, _ in
                        unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                            out, nil, nil, sealed + nonceBytes, UInt64(count - nonceBytes), context, UInt64(context.count), sealed, key)
                    }
                }
            }
            guard result == 0 else { throw SodiumError(.authentication) }
        }
    }
}

/// ChaCha20-Poly1305 (RFC 8439) with a nonce of the caller's: only for formats that prescribe one, which is the age format alone.
///
/// Do not use it for anything new: a repeated nonce gives the messages away.
package enum ChaCha20Poly1305 {
    /// Length of a key in bytes.
    package static let keyBytes = 32
    /// Length of a nonce in bytes.
    package static let nonceBytes = 12
    /// Length of an authentication tag in bytes.
    package static let tagBytes = 16

    /// Writes ciphertext ‖ tag of `message` into `out`, which has 16 bytes more than it.
    package static func seal(
        _ message: RawSpan, nonce: [UInt8], authenticating context: [UInt8] = [], key: borrowing SecretBytes, into out: inout MutableRawSpan
    ) {
        precondition(key.count == keyBytes && nonce.count == nonceBytes, "a key has 32 bytes, a nonce 12")
        precondition(out.byteCount == message.byteCount + tagBytes, "a ciphertext is 16 bytes longer than its message")
        Library.start()
        unsafe out.withMutablePointer { out, _ in
            unsafe message.withPointer { message, count in
                unsafe key.bytes.withPointer { key, _ in
                    _ = unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
                        out, nil, message, UInt64(count), context, UInt64(context.count), nil, nonce, key)
                }
            }
        }
    }

    /// Writes the message of ciphertext ‖ tag into `out`, which is 16 bytes shorter; throws `authentication` if anything was changed.
    package static func open(
        _ sealed: RawSpan, nonce: [UInt8], authenticating context: [UInt8] = [], key: borrowing SecretBytes, into out: inout MutableRawSpan
    ) throws(SodiumError) {
        precondition(key.count == keyBytes && nonce.count == nonceBytes, "a key has 32 bytes, a nonce 12")
        guard sealed.byteCount >= tagBytes, out.byteCount == sealed.byteCount - tagBytes else { throw SodiumError(.authentication) }
        Library.start()
        let result = unsafe out.withMutablePointer { out, _ in
            unsafe sealed.withPointer { sealed, count in
                unsafe key.bytes.withPointer { key, _ in
                    unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
                        out, nil, nil, sealed, UInt64(count), context, UInt64(context.count), nonce, key)
                }
            }
        }
        guard result == 0 else { throw SodiumError(.authentication) }
    }
}
