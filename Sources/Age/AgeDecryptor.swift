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

    /// Decrypts the next bytes of any number and releases what plaintext is complete, at most 64 KiB at a time.
    ///
    /// The header's errors are thrown as soon as the header is complete, or earlier where its beginning is wrong. Throws `callerIO` if
    /// `emit` throws. The span given to `emit` is good during the call alone, and wiped when the decryptor goes.
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
        case .payload: try openPending(isLast: true, emit)
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
                try openPending(isLast: false, emit)
            }
            let rest = ciphertext.extracting(offset..<ciphertext.byteCount)
            if pending.count == 0, rest.byteCount > Format.sealedChunkBytes {
                try Self.open(rest.extracting(first: Format.sealedChunkBytes), isLast: false, &cipher, &opened, emit)
                offset += Format.sealedChunkBytes
            } else {
                offset += pending.take(rest)
            }
        }
    }

    private mutating func openPending(isLast: Bool, _ emit: (RawSpan) throws -> Void) throws(AgeError) {
        try Self.open(pending, isLast: isLast, &cipher, &opened, emit)
        pending.clear()
    }

    private static func open(
        _ pending: borrowing ChunkBuffer,
        isLast: Bool,
        _ cipher: inout ChunkCipher?,
        _ opened: inout ChunkBuffer,
        _ emit: (RawSpan) throws -> Void
    ) throws(AgeError) {
        try open(pending.bytes, isLast: isLast, &cipher, &opened, emit)
    }

    /// Opens and releases a chunk that stands where the last one, or another, must stand.
    ///
    /// A whole chunk that is authentic for the other place is released as well before the refusal: a file cut between two chunks, or one
    /// that goes on after its end, has released the same plaintext whether or not its end was known when the chunk arrived.
    private static func open(
        _ chunk: RawSpan,
        isLast: Bool,
        _ cipher: inout ChunkCipher?,
        _ opened: inout ChunkBuffer,
        _ emit: (RawSpan) throws -> Void
    ) throws(AgeError) {
        let isExpected = opens(chunk, isLast: isLast, &cipher, &opened)
        if !isExpected {
            guard chunk.byteCount == Format.sealedChunkBytes, opens(chunk, isLast: !isLast, &cipher, &opened) else {
                throw AgeError.payload
            }
        }
        if opened.count > 0 { try CallerIO.call(emit, opened.bytes) }
        guard isExpected else { throw AgeError.payload }
    }

    /// Whether the chunk is authentic at its place; if so, its plaintext is in `opened`.
    private static func opens(
        _ chunk: RawSpan,
        isLast: Bool,
        _ cipher: inout ChunkCipher?,
        _ opened: inout ChunkBuffer
    ) -> Bool {
        do throws(AgeError) {
            try opened.replace(count: max(0, chunk.byteCount - Format.tagBytes)) { (out: inout MutableRawSpan) throws(AgeError) in
                guard try cipher?.open(chunk, isLast: isLast, into: &out) != nil else { throw AgeError.payload }
            }
            return true
        } catch {
            return false
        }
    }
}
