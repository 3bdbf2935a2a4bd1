internal import CSodium

/// HMAC-SHA256 (RFC 2104) with a key of any length.
@safe package struct HMACSHA256: ~Copyable {
    /// Length of an authentication code in bytes.
    package static let codeBytes = 32

    private var state = crypto_auth_hmacsha256_state()

    /// A new code under `key`.
    package init(key: RawSpan) {
        Library.start()
        unsafe key.withPointer { pointer, count in
            _ = unsafe crypto_auth_hmacsha256_init(&state, pointer, count)
        }
    }

    /// Adds bytes.
    package mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withPointer { pointer, count in
            _ = unsafe crypto_auth_hmacsha256_update(&state, pointer, UInt64(count))
        }
    }

    /// Writes the code of all bytes added into the 32 bytes of `out`, and wipes the state.
    package consuming func finalize(into out: inout MutableRawSpan) {
        precondition(out.byteCount == Self.codeBytes, "an HMAC-SHA256 code has 32 bytes")
        unsafe out.withMutablePointer { pointer, _ in
            _ = unsafe crypto_auth_hmacsha256_final(&state, pointer)
        }
        unsafe withUnsafeMutableBytes(of: &state) { bytes in
            if let start = bytes.baseAddress { unsafe sodium_memzero(start, bytes.count) }
        }
    }

    /// The code of `message` under `key`.
    package static func authenticate(_ message: RawSpan, key: borrowing SecretBytes) -> [UInt8] {
        var code = HMACSHA256(key: key.bytes)
        code.update(message)
        var result = [UInt8](repeating: 0, count: codeBytes)
        var elements = result.mutableSpan
        var bytes = unsafe elements.mutableBytes
        code.finalize(into: &bytes)
        return result
    }

    /// Whether `code` is the code of `message` under `key`, compared in constant time.
    package static func isValid(_ code: [UInt8], for message: RawSpan, key: borrowing SecretBytes) -> Bool {
        constantTimeEqual(code.rawSpan, authenticate(message, key: key).rawSpan)
    }
}
