internal import Sodium

/// Where chunks stand in their payload, and on how many processors they are worked on.
struct ChunkPlace {
    /// The number of the first chunk, from 0.
    var number: UInt64
    /// Whether the last of them is the payload's last.
    var endsPayload: Bool
    /// Whether they are spread over the processors.
    let processors: ChaCha20Poly1305.Processors

    /// All chunks of a payload.
    static var wholePayload: ChunkPlace { ChunkPlace(number: 0, endsPayload: true, processors: .all) }
}

/// The payload's STREAM construction: chunks under one key, each bound to its number and to whether it is the last.
final class ChunkCipher: Sendable {
    private let key: SecretBytes

    /// The cipher of the payload that begins with `nonce`.
    init(fileKey: borrowing SecretBytes, nonce: [UInt8]) {
        key = FileKey.payloadKey(fileKey, nonce: nonce)
    }

    /// Into how many chunks a plaintext is cut; an empty one is a single empty chunk.
    static func count(plaintextBytes: Int) -> Int {
        max(1, (plaintextBytes + Format.chunkBytes - 1) / Format.chunkBytes)
    }

    /// How many chunks a ciphertext has; the last may be cut short.
    static func count(sealedBytes: Int) -> Int {
        max(1, (sealedBytes + Format.sealedChunkBytes - 1) / Format.sealedChunkBytes)
    }

    /// Encrypts chunks, cut from `plaintext`, into `out`, which has 16 bytes more for each.
    ///
    /// All chunks are whole ones, unless the last ends the payload.
    func seal(_ plaintext: RawSpan, _ place: ChunkPlace, into out: inout MutableRawSpan) {
        let nonces = Self.nonces(Self.count(plaintextBytes: plaintext.byteCount), place)
        ChaCha20Poly1305.sealChunks(
            plaintext, chunkBytes: Format.chunkBytes, nonces: nonces, key: key, on: place.processors, into: &out)
    }

    /// Decrypts chunks into `out`, which has 16 bytes fewer for each; returns how many from the first one on are authentic.
    ///
    /// All chunks are whole ones, unless the last ends the payload.
    func open(_ ciphertext: RawSpan, _ place: ChunkPlace, into out: inout MutableRawSpan) -> Int {
        let nonces = Self.nonces(Self.count(sealedBytes: ciphertext.byteCount), place)
        return ChaCha20Poly1305.openChunks(
            ciphertext, chunkBytes: Format.chunkBytes, nonces: nonces, key: key, on: place.processors, into: &out)
    }

    /// The plaintext's length of chunks whose first one is `number`; nil where the last is shorter than its tag, or empty.
    ///
    /// An empty last chunk would give one plaintext two encodings; only an empty payload has one.
    static func plaintextBytes(sealedBytes: Int, from number: UInt64) -> Int? {
        let count = count(sealedBytes: sealedBytes)
        let lastBytes = sealedBytes - (count - 1) * Format.sealedChunkBytes
        guard lastBytes > Format.tagBytes || (lastBytes == Format.tagBytes && count == 1 && number == 0) else { return nil }
        return sealedBytes - count * Format.tagBytes
    }

    /// The nonces of chunks: eleven bytes of chunk number, most significant first, and one that says whether the chunk is the last.
    ///
    /// The format has 88 bits for the number; 64 are 2^80 bytes, which no file reaches.
    private static func nonces(_ count: Int, _ place: ChunkPlace) -> [UInt8] {
        var nonces = [UInt8](repeating: 0, count: count * ChaCha20Poly1305.nonceBytes)
        for chunk in 0..<count {
            let end = (chunk + 1) * ChaCha20Poly1305.nonceBytes
            for index in 0..<8 {
                nonces[end - 2 - index] = UInt8(truncatingIfNeeded: (place.number + UInt64(chunk)) >> UInt64(8 * index))
            }
        }
        nonces[nonces.count - 1] = place.endsPayload ? 1 : 0
        return nonces
    }
}
