internal import Sodium

/// The payload's STREAM construction: chunks under one key, each bound to its number and to whether it is the last.
struct ChunkCipher: ~Copyable {
    private let key: SecretBytes

    /// The number of the next chunk. The format has 88 bits; 64 are 2^80 bytes, which no file reaches.
    private var number: UInt64 = 0

    /// The cipher of the payload that begins with `nonce`.
    init(fileKey: borrowing SecretBytes, nonce: [UInt8]) {
        key = FileKey.payloadKey(fileKey, nonce: nonce)
    }

    /// Encrypts the next chunk of at most 64 KiB into `out`, which has 16 bytes more.
    mutating func seal(_ chunk: RawSpan, isLast: Bool, into out: inout MutableRawSpan) {
        ChaCha20Poly1305.seal(chunk, nonce: nonce(isLast: isLast), key: key, into: &out)
        number += 1
    }

    /// Decrypts the next chunk into `out`, which has 16 bytes fewer; throws `payload`.
    mutating func open(_ chunk: RawSpan, isLast: Bool, into out: inout MutableRawSpan) throws(AgeError) {
        // An empty last chunk would give one plaintext two encodings; only an empty payload has one.
        guard chunk.byteCount > Format.tagBytes || (isLast && number == 0) else { throw AgeError.payload }
        do {
            try ChaCha20Poly1305.open(chunk, nonce: nonce(isLast: isLast), key: key, into: &out)
        } catch {
            throw AgeError.payload
        }
        number += 1
    }

    /// Eleven bytes of chunk number, most significant first, and one that says whether the chunk is the last.
    private func nonce(isLast: Bool) -> [UInt8] {
        var nonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceBytes)
        for index in 0..<8 {
            nonce[10 - index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
        }
        nonce[11] = isLast ? 1 : 0
        return nonce
    }
}
