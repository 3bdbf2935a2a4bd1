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

    /// Encrypts the next chunks, cut from `plaintext`, into `out`, which has 16 bytes more for each.
    ///
    /// All chunks are whole ones, unless the last ends the payload.
    mutating func seal(_ plaintext: RawSpan, endsPayload: Bool, into out: inout MutableRawSpan) {
        let count = max(1, (plaintext.byteCount + Format.chunkBytes - 1) / Format.chunkBytes)
        let nonces = nonces(count, endsPayload: endsPayload)
        ChaCha20Poly1305.sealChunks(plaintext, chunkBytes: Format.chunkBytes, nonces: nonces, key: key, into: &out)
        number += UInt64(count)
    }

    /// Decrypts the next chunks into `out`, which has 16 bytes fewer for each, and returns how many from the first one on are authentic.
    ///
    /// All chunks are whole ones, unless the last ends the payload. The next chunk is then the first that was not authentic.
    mutating func open(_ ciphertext: RawSpan, endsPayload: Bool, into out: inout MutableRawSpan) -> Int {
        let count = max(1, (ciphertext.byteCount + Format.sealedChunkBytes - 1) / Format.sealedChunkBytes)
        let lastBytes = ciphertext.byteCount - (count - 1) * Format.sealedChunkBytes
        // An empty last chunk would give one plaintext two encodings; only an empty payload has one.
        guard lastBytes > Format.tagBytes || (lastBytes == Format.tagBytes && count == 1 && number == 0 && endsPayload) else { return 0 }
        let nonces = nonces(count, endsPayload: endsPayload)
        let opened = ChaCha20Poly1305.openChunks(ciphertext, chunkBytes: Format.chunkBytes, nonces: nonces, key: key, into: &out)
        number += UInt64(opened)
        return opened
    }

    /// The nonces of the next chunks: eleven bytes of chunk number, most significant first, and one that says whether the chunk is the last.
    private func nonces(_ count: Int, endsPayload: Bool) -> [UInt8] {
        var nonces = [UInt8](repeating: 0, count: count * ChaCha20Poly1305.nonceBytes)
        for chunk in 0..<count {
            let end = (chunk + 1) * ChaCha20Poly1305.nonceBytes
            for index in 0..<8 {
                nonces[end - 2 - index] = UInt8(truncatingIfNeeded: (number + UInt64(chunk)) >> UInt64(8 * index))
            }
        }
        nonces[nonces.count - 1] = endsPayload ? 1 : 0
        return nonces
    }
}
