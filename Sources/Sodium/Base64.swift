internal import CSodium

/// Base64 (RFC 4648) through libsodium, which decodes into guarded memory and without table look-ups that depend on the data.
package enum Base64 {
    /// The standard alphabet with padding, or without.
    package enum Variant: Sendable {
        /// RFC 4648 section 4, padded.
        case padded
        /// RFC 4648 section 4, without padding, as the age format writes it.
        case unpadded

        var number: Int32 {
            switch self {
            case .padded: sodium_base64_VARIANT_ORIGINAL
            case .unpadded: sodium_base64_VARIANT_ORIGINAL_NO_PADDING
            }
        }
    }

    /// The text of `bytes`. Not for secrets: see `encodeSecret`.
    package static func encode(_ bytes: [UInt8], _ variant: Variant = .padded) -> String {
        let text = encodeSecret(bytes.rawSpan, variant)
        return String(decoding: text.bytes.array, as: UTF8.self)
    }

    /// The ASCII text of `bytes`, in guarded memory.
    package static func encodeSecret(_ bytes: RawSpan, _ variant: Variant = .padded) -> SecretBytes {
        Library.start()
        // libsodium counts the terminating zero, which is dropped.
        let length = sodium_base64_encoded_len(bytes.byteCount, variant.number)
        let text = SecretBytes(count: length) { (out: inout MutableRawSpan) in
            unsafe out.withMutablePointer { out, capacity in
                unsafe bytes.withPointer { bytes, count in
                    unsafe out.withMemoryRebound(to: CChar.self, capacity: capacity) { out in
                        _ = unsafe sodium_bin2base64(out, capacity, bytes, count, variant.number)
                    }
                }
            }
        }
        return text.slice(0..<(length - 1))
    }

    /// The bytes of `text`, into guarded memory; throws `malformed` for anything that is not the canonical encoding.
    package static func decodeSecret(_ text: RawSpan, _ variant: Variant = .padded) throws(SodiumError) -> SecretBytes {
        Library.start()
        guard text.byteCount > 0 else { return SecretBytes(zeros: 0) }
        var length = 0
        var result: Int32 = -1
        let decoded = SecretBytes(count: text.byteCount) { (out: inout MutableRawSpan) in
            unsafe out.withMutablePointer { out, capacity in
                unsafe text.withPointer { text, count in
                    unsafe text.withMemoryRebound(to: CChar.self, capacity: count) { text in
                        result = unsafe sodium_base642bin(out, capacity, text, count, nil, &length, nil, variant.number)
                    }
                }
            }
        }
        guard result == 0 else { throw SodiumError(.malformed) }
        let bytes = decoded.slice(0..<length)
        // One encoding for each value: trailing bits that a lenient decoder drops are refused.
        guard isEncoding(text, of: bytes, variant) else { throw SodiumError(.malformed) }
        return bytes
    }

    private static func isEncoding(_ text: RawSpan, of bytes: borrowing SecretBytes, _ variant: Variant) -> Bool {
        let canonical = encodeSecret(bytes.bytes, variant)
        return constantTimeEqual(canonical.bytes, text)
    }

    /// The bytes of `text`; throws `malformed` for anything that is not the canonical encoding. Not for secrets.
    package static func decode(_ text: String, _ variant: Variant = .padded) throws(SodiumError) -> [UInt8] {
        let encoded = Array(text.utf8)
        let decoded = try decodeSecret(encoded.rawSpan, variant)
        return decoded.bytes.array
    }
}
