/// HKDF-SHA256 (RFC 5869), composed here because libsodium 1.0.18 has only its HMAC.
package enum HKDF {
    /// The longest output in bytes: 255 blocks.
    package static let maximumOutputBytes = 255 * HMACSHA256.codeBytes

    /// Extract and expand: `count` bytes derived from `keyMaterial`, bound to `info`.
    ///
    /// - Parameters:
    ///   - keyMaterial: the input keying material.
    ///   - salt: not secret; empty stands for 32 zero bytes, as the RFC says.
    ///   - info: the context; every use has one of its own.
    ///   - count: bytes of output, at most `maximumOutputBytes`.
    package static func derive(from keyMaterial: borrowing SecretBytes, salt: [UInt8] = [], info: [UInt8], count: Int) -> SecretBytes {
        expand(extract(from: keyMaterial.bytes, salt: salt), info: info, count: count)
    }

    /// Extract (RFC 5869, 2.2): a pseudo-random key of 32 bytes.
    package static func extract(from material: RawSpan, salt: [UInt8]) -> SecretBytes {
        let salt = salt.isEmpty ? [UInt8](repeating: 0, count: HMACSHA256.codeBytes) : salt
        var code = HMACSHA256(key: salt.rawSpan)
        code.update(material)
        var key = SecretBytes(zeros: HMACSHA256.codeBytes)
        var out = key.mutableBytes
        code.finalize(into: &out)
        return key
    }

    /// Expand (RFC 5869, 2.3).
    package static func expand(_ pseudoRandomKey: borrowing SecretBytes, info: [UInt8], count: Int) -> SecretBytes {
        precondition(count > 0 && count <= maximumOutputBytes, "HKDF-SHA256 gives 1 to 8160 bytes")
        var output = SecretBytes(zeros: count)
        var block = SecretBytes(zeros: 0)
        var written = 0
        var counter: UInt8 = 1
        while written < count {
            var code = HMACSHA256(key: pseudoRandomKey.bytes)
            code.update(block.bytes)
            code.update(info.rawSpan)
            code.update([counter].rawSpan)
            var next = SecretBytes(zeros: HMACSHA256.codeBytes)
            var nextBytes = next.mutableBytes
            code.finalize(into: &nextBytes)
            let taken = min(HMACSHA256.codeBytes, count - written)
            var outputBytes = output.mutableBytes
            outputBytes.copy(next.bytes.extracting(first: taken), at: written)
            block = next
            written += taken
            counter &+= 1
        }
        return output
    }
}
