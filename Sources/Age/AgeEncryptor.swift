package import Sodium

/// Encrypts a file piece by piece in bounded memory: append plaintext, get ciphertext, finish.
///
/// The ciphertext is a file only once `finish` has returned; what was emitted before is refused by every reader. If the sink throws, throw
/// the encryptor away.
public struct AgeEncryptor: ~Copyable {
    /// What comes before the first chunk: header and nonce, until they are emitted.
    private var preamble: [UInt8]
    private var cipher: ChunkCipher
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
        guard !recipients.isEmpty, recipients.count <= AgeLimit.stanzas else {
            throw AgeError(.keyMalformed, "a file has 1 to \(AgeLimit.stanzas) recipients")
        }
        let fileKey = SecretBytes.random(Format.fileKeyBytes, from: random)
        var stanzas: [AgeStanza] = []
        for recipient in recipients {
            stanzas.append(try X25519Wrap.stanza(for: recipient, fileKey, random: random))
        }
        self.init(stanzas, fileKey: fileKey, random: random)
    }

    /// Starts a file for a passphrase; throws `memory`.
    public init(to passphrase: borrowing AgePassphrase) throws(AgeError) {
        try self.init(to: passphrase, random: SystemRandom())
    }

    /// Starts a file for a passphrase; draws from `random` the file key, the salt, and the nonce.
    package init(to passphrase: borrowing AgePassphrase, random: any RandomSource) throws(AgeError) {
        let fileKey = SecretBytes.random(Format.fileKeyBytes, from: random)
        let stanza = try ScryptWrap.stanza(for: passphrase, fileKey, random: random)
        self.init([stanza], fileKey: fileKey, random: random)
    }

    private init(_ stanzas: [AgeStanza], fileKey: borrowing SecretBytes, random: any RandomSource) {
        let nonce = random.bytes(Format.payloadNonceBytes)
        preamble = AgeHeader.write(stanzas, under: fileKey) + nonce
        cipher = ChunkCipher(fileKey: fileKey, nonce: nonce)
    }

    /// The whole file of `plaintext`, for an encryptor that nothing was appended to.
    consuming func file(_ plaintext: RawSpan) -> [UInt8] {
        let chunks = max(1, (plaintext.byteCount + Format.chunkBytes - 1) / Format.chunkBytes)
        let preamble = self.preamble
        return [UInt8](count: preamble.count + plaintext.byteCount + chunks * Format.tagBytes) { (out: inout MutableRawSpan) in
            out.copy(preamble.rawSpan, at: 0)
            var written = preamble.count
            for index in 0..<chunks {
                let start = index * Format.chunkBytes
                let end = min(start + Format.chunkBytes, plaintext.byteCount)
                let sealedEnd = written + end - start + Format.tagBytes
                var part = out.part(written..<sealedEnd)
                cipher.seal(plaintext.extracting(start..<end), isLast: index == chunks - 1, into: &part)
                written = sealedEnd
            }
        }
    }

    /// Encrypts the next bytes of any number and hands over what ciphertext is complete, at most 64 KiB and 16 bytes at a time.
    ///
    /// Throws `callerIO` if `emit` throws. The span given to `emit` is good during the call alone.
    public mutating func append(_ plaintext: RawSpan, emit: (RawSpan) throws -> Void) throws(AgeError) {
        var offset = 0
        while offset < plaintext.byteCount {
            if pending.isFull {
                // More follows, so the pending chunk is not the last.
                try sealPending(isLast: false, emit)
            }
            let rest = plaintext.extracting(offset..<plaintext.byteCount)
            if pending.count == 0, rest.byteCount > Format.chunkBytes {
                try emitPreamble(emit)
                try Self.seal(rest.extracting(first: Format.chunkBytes), isLast: false, &cipher, &sealed, emit)
                offset += Format.chunkBytes
            } else {
                offset += pending.take(rest)
            }
        }
    }

    /// Hands over the last ciphertext; throws `callerIO` if `emit` throws.
    public consuming func finish(emit: (RawSpan) throws -> Void) throws(AgeError) {
        try sealPending(isLast: true, emit)
    }

    private mutating func sealPending(isLast: Bool, _ emit: (RawSpan) throws -> Void) throws(AgeError) {
        try emitPreamble(emit)
        try Self.seal(pending, isLast: isLast, &cipher, &sealed, emit)
        pending.clear()
    }

    private mutating func emitPreamble(_ emit: (RawSpan) throws -> Void) throws(AgeError) {
        guard !preamble.isEmpty else { return }
        try CallerIO.call(emit, preamble.rawSpan)
        preamble = []
    }

    private static func seal(
        _ pending: borrowing ChunkBuffer,
        isLast: Bool,
        _ cipher: inout ChunkCipher,
        _ sealed: inout ChunkBuffer,
        _ emit: (RawSpan) throws -> Void
    ) throws(AgeError) {
        try seal(pending.bytes, isLast: isLast, &cipher, &sealed, emit)
    }

    private static func seal(
        _ chunk: RawSpan,
        isLast: Bool,
        _ cipher: inout ChunkCipher,
        _ sealed: inout ChunkBuffer,
        _ emit: (RawSpan) throws -> Void
    ) throws(AgeError) {
        sealed.replace(count: chunk.byteCount + Format.tagBytes) { (out: inout MutableRawSpan) in
            cipher.seal(chunk, isLast: isLast, into: &out)
        }
        try CallerIO.call(emit, sealed.bytes)
    }
}
