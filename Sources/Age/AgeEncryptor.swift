package import Sodium

/// Encrypts a file piece by piece in bounded memory: append plaintext, get ciphertext, finish.
///
/// The ciphertext is a file only once `finish` has returned; what was emitted before is refused by every reader. If the sink throws, throw
/// the encryptor away.
public struct AgeEncryptor: ~Copyable {
    private var file: NewFile
    private var hasBegun = false
    private var pending = ChunkBuffer(capacity: Format.chunkBytes)
    private var sealed = ChunkBuffer(capacity: Format.sealedChunkBytes)

    /// Starts a file for all of `recipients`, any of whom can open it.
    ///
    /// Throws `keyMalformed` if there are none, more than `AgeLimit.stanzas`, or one with a key of low order.
    public init(to recipients: [AgeRecipient]) throws(AgeError) {
        try self.init(to: recipients, random: SystemRandom())
    }

    /// Starts a file for all of `recipients`; draws from `random` the file key, an ephemeral secret for each recipient, and the nonce.
    package init(to recipients: [AgeRecipient], random: any RandomSource) throws(AgeError) {
        file = try NewFile(to: recipients, random: random)
    }

    /// Starts a file for a passphrase; throws `memory`.
    public init(to passphrase: borrowing AgePassphrase) throws(AgeError) {
        try self.init(to: passphrase, random: SystemRandom())
    }

    /// Starts a file for a passphrase; draws from `random` the file key, the salt, and the nonce.
    package init(to passphrase: borrowing AgePassphrase, random: any RandomSource) throws(AgeError) {
        file = try NewFile(to: passphrase, random: random)
    }

    /// Encrypts the next bytes of any number and hands over what ciphertext is complete, about a mebibyte at most at a time.
    ///
    /// Throws `callerIO` if `emit` throws. The span given to `emit` is good during the call alone. Appending a mebibyte or more at once is
    /// fastest, since all processors then have a share.
    public mutating func append(_ plaintext: RawSpan, emit: (RawSpan) throws -> Void) throws(AgeError) {
        var offset = 0
        while offset < plaintext.byteCount {
            if pending.isFull {
                // More follows, so the pending chunk is not the last.
                try sealPending(endsPayload: false, emit)
            }
            let rest = plaintext.extracting(offset..<plaintext.byteCount)
            if pending.count == 0, rest.byteCount > Format.chunkBytes {
                // At least one byte is left for later: these chunks are not the last either.
                let batch = min(Format.batchChunks, (rest.byteCount - 1) / Format.chunkBytes) * Format.chunkBytes
                try begin(emit)
                try Self.seal(rest.extracting(first: batch), endsPayload: false, &file.cipher, &sealed, emit)
                offset += batch
            } else {
                offset += pending.take(rest)
            }
        }
    }

    /// Hands over the last ciphertext; throws `callerIO` if `emit` throws.
    public consuming func finish(emit: (RawSpan) throws -> Void) throws(AgeError) {
        try sealPending(endsPayload: true, emit)
    }

    private mutating func begin(_ emit: (RawSpan) throws -> Void) throws(AgeError) {
        guard !hasBegun else { return }
        try CallerIO.call(emit, file.preamble.rawSpan)
        hasBegun = true
    }

    private mutating func sealPending(endsPayload: Bool, _ emit: (RawSpan) throws -> Void) throws(AgeError) {
        try begin(emit)
        try Self.seal(pending, endsPayload: endsPayload, &file.cipher, &sealed, emit)
        pending.clear()
    }

    private static func seal(
        _ pending: borrowing ChunkBuffer,
        endsPayload: Bool,
        _ cipher: inout ChunkCipher,
        _ sealed: inout ChunkBuffer,
        _ emit: (RawSpan) throws -> Void
    ) throws(AgeError) {
        try seal(pending.bytes, endsPayload: endsPayload, &cipher, &sealed, emit)
    }

    private static func seal(
        _ chunks: RawSpan,
        endsPayload: Bool,
        _ cipher: inout ChunkCipher,
        _ sealed: inout ChunkBuffer,
        _ emit: (RawSpan) throws -> Void
    ) throws(AgeError) {
        let count = max(1, (chunks.byteCount + Format.chunkBytes - 1) / Format.chunkBytes)
        sealed.replace(count: chunks.byteCount + count * Format.tagBytes) { (out: inout MutableRawSpan) in
            cipher.seal(chunks, endsPayload: endsPayload, into: &out)
        }
        try CallerIO.call(emit, sealed.bytes)
    }
}
