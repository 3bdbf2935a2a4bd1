internal import Sodium

/// Decrypts a file piece by piece in bounded memory: append ciphertext, get plaintext, finish.
///
/// Each chunk is authentic when it is released, but the file is complete only once `finish` has returned: believe nothing before. For
/// what fits into memory there is `Age.decrypt`, which releases nothing early. After an error every further call throws it again.
public struct AgeDecryptor: ~Copyable {
    private enum Stage {
        case header
        case nonce
        case payload
        case failed(AgeError)
    }

    private let keyring: AgeKeyring
    private var stage = Stage.header
    private var parser = HeaderParser()
    private var fileKey: AgeFileKey?
    private var nonce: [UInt8] = []
    private var cipher: ChunkCipher?
    private var pending = ChunkBuffer(capacity: Format.sealedChunkBytes)
    private var opened = ChunkBuffer(capacity: Format.chunkBytes)

    /// The header, once it was read and its MAC was checked.
    public private(set) var header: AgeHeader?

    /// Starts a file that one of the keyring's keys opens.
    public init(_ keyring: AgeKeyring) {
        self.keyring = keyring
    }

    /// Decrypts the next bytes of any number and releases what plaintext is complete, a mebibyte at most at a time.
    ///
    /// The header's errors are thrown as soon as the header is complete, or earlier where its beginning is wrong. Throws `callerIO` if
    /// `emit` throws. The span given to `emit` is good during the call alone, and wiped when the decryptor goes. Appending more than
    /// a mebibyte at once is fastest, since all processors then have a share.
    public mutating func append(_ ciphertext: RawSpan, emit: (RawSpan) throws -> Void) throws(AgeError) {
        do {
            try take(ciphertext, emit)
        } catch {
            stage = .failed(error)
            throw error
        }
    }

    /// Releases the last plaintext; only when it returns was the file complete.
    ///
    /// Throws `headerMalformed` where the file ends before its payload, `payload` where it ends within it, and `callerIO`.
    public consuming func finish(emit: (RawSpan) throws -> Void) throws(AgeError) {
        switch stage {
        case .header: throw AgeError.header("the file ends within it")
        case .nonce: throw AgeError.header("the file ends before its payload")
        case .payload: try openPending(endsPayload: true, emit)
        case .failed(let error): throw error
        }
    }

    private mutating func take(_ ciphertext: RawSpan, _ emit: (RawSpan) throws -> Void) throws(AgeError) {
        var offset = 0
        if case .failed(let error) = stage { throw error }
        if case .header = stage {
            guard let taken = try parser.append(ciphertext) else { return }
            offset = taken
            let header = try parser.finish()
            fileKey = try keyring.authenticatedFileKey(of: header)
            self.header = header
            stage = .nonce
        }
        if case .nonce = stage {
            let taken = min(Format.payloadNonceBytes - nonce.count, ciphertext.byteCount - offset)
            nonce += ciphertext.extracting(offset..<(offset + taken)).array
            offset += taken
            guard nonce.count == Format.payloadNonceBytes else { return }
            startPayload()
        }
        try takePayload(ciphertext.extracting(offset..<ciphertext.byteCount), emit)
    }

    private mutating func startPayload() {
        if let fileKey = fileKey.take() {
            cipher = ChunkCipher(fileKey: fileKey.secret, nonce: nonce)
        }
        stage = .payload
    }

    private mutating func takePayload(_ ciphertext: RawSpan, _ emit: (RawSpan) throws -> Void) throws(AgeError) {
        var offset = 0
        while offset < ciphertext.byteCount {
            if pending.isFull {
                // More follows, so the pending chunk is not the last.
                try openPending(endsPayload: false, emit)
            }
            let rest = ciphertext.extracting(offset..<ciphertext.byteCount)
            if pending.count == 0, rest.byteCount > Format.sealedChunkBytes {
                // At least one byte is left for later: these chunks are not the last either.
                let batch = min(Format.batchChunks, (rest.byteCount - 1) / Format.sealedChunkBytes) * Format.sealedChunkBytes
                try Self.open(rest.extracting(first: batch), endsPayload: false, &cipher, &opened, emit)
                offset += batch
            } else {
                offset += pending.take(rest)
            }
        }
    }

    private mutating func openPending(endsPayload: Bool, _ emit: (RawSpan) throws -> Void) throws(AgeError) {
        try Self.open(pending, endsPayload: endsPayload, &cipher, &opened, emit)
        pending.clear()
    }

    private static func open(
        _ pending: borrowing ChunkBuffer,
        endsPayload: Bool,
        _ cipher: inout ChunkCipher?,
        _ opened: inout ChunkBuffer,
        _ emit: (RawSpan) throws -> Void
    ) throws(AgeError) {
        try open(pending.bytes, endsPayload: endsPayload, &cipher, &opened, emit)
    }

    /// Opens and releases chunks of which the last one stands where the payload's last one, or another, must stand.
    ///
    /// A whole chunk that is authentic for the other place is released as well before the refusal: a file cut between two chunks, or one
    /// that goes on after its end, has released the same plaintext whether or not its end was known when the chunk arrived.
    private static func open(
        _ chunks: RawSpan,
        endsPayload: Bool,
        _ cipher: inout ChunkCipher?,
        _ opened: inout ChunkBuffer,
        _ emit: (RawSpan) throws -> Void
    ) throws(AgeError) {
        let count = max(1, (chunks.byteCount + Format.sealedChunkBytes - 1) / Format.sealedChunkBytes)
        let authentic = try release(chunks, endsPayload: endsPayload, &cipher, &opened, emit)
        guard authentic < count else { return }
        let next = chunks.extracting((authentic * Format.sealedChunkBytes)..<chunks.byteCount)
        if next.byteCount >= Format.sealedChunkBytes {
            _ = try release(next.extracting(first: Format.sealedChunkBytes), endsPayload: !endsPayload, &cipher, &opened, emit)
        }
        throw AgeError.payload
    }

    /// Releases the plaintext of those chunks that are authentic, from the first one on, and returns their number.
    private static func release(
        _ chunks: RawSpan,
        endsPayload: Bool,
        _ cipher: inout ChunkCipher?,
        _ opened: inout ChunkBuffer,
        _ emit: (RawSpan) throws -> Void
    ) throws(AgeError) -> Int {
        let count = max(1, (chunks.byteCount + Format.sealedChunkBytes - 1) / Format.sealedChunkBytes)
        var authentic = 0
        opened.replace(count: max(0, chunks.byteCount - count * Format.tagBytes)) { (out: inout MutableRawSpan) in
            authentic = cipher?.open(chunks, endsPayload: endsPayload, into: &out) ?? 0
        }
        let released = opened.bytes.extracting(first: authentic == count ? opened.count : authentic * Format.chunkBytes)
        if released.byteCount > 0 { try CallerIO.call(emit, released) }
        return authentic
    }
}
