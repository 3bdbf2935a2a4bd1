internal import Sodium

/// Decrypts a file piece by piece, in bounded memory: append ciphertext, get plaintext, finish.
///
/// Each chunk is authentic when it is released, but the file is complete only once `finish` has returned: believe nothing before. For what
/// fits into memory there is `Age.decrypt`, which releases nothing early; for a file or a connection that can be read where it is,
/// `Age.decrypt(with:from:into:)` is faster. After an error every further call throws it again.
public struct AgeDecryptor: ~Copyable {
    private let keyring: AgeKeyring

    /// The format, once it is known.
    private var format: AgeFormat?
    private var armor = ArmorDecoder()
    private var start = PayloadStart()
    private var chunks: ChunkStream?
    private var failure: AgeError?

    /// The header, once it was read and its MAC was checked.
    public var header: AgeHeader? { start.header }

    /// Starts a file that one of the keyring's keys opens.
    ///
    /// - Parameters:
    ///   - keyring: the keys.
    ///   - format: the format that the file must have; nil takes the one that its first byte tells.
    public init(_ keyring: AgeKeyring, expecting format: AgeFormat? = nil) {
        self.keyring = keyring
        self.format = format
    }

    /// Decrypts the next bytes of any number and releases what plaintext is complete, a mebibyte at most at a time.
    ///
    /// The header's errors are thrown as soon as the header is complete, or earlier where its beginning is wrong. Throws `callerIO` if
    /// `emit` throws; `payload` or `armor` after the plaintext of the chunks before the fault was released. The span given to `emit` is
    /// good during the call alone, and wiped when the decryptor goes. Up to a mebibyte is held back until more comes.
    public mutating func append(_ ciphertext: RawSpan, emit: (RawSpan) throws -> Void) throws(AgeError) {
        if let failure { throw failure }
        do {
            try take(ciphertext, emit)
        } catch {
            failure = error
            chunks = nil
            throw error
        }
    }

    /// Releases the last plaintext; only when it returns was the file complete.
    ///
    /// Throws `headerMalformed` where the file ends before its payload, `payload` where it ends within it, `armor` where it ends within its
    /// armor, and `callerIO`.
    public consuming func finish(emit: (RawSpan) throws -> Void) throws(AgeError) {
        if let failure { throw failure }
        if format == .armored {
            do {
                try armor.finish()
            } catch {
                try abandon(emit)
                throw error
            }
        }
        guard let chunks = chunks.take() else { throw start.cutShort }
        try chunks.finish { (bytes: RawSpan) throws(AgeError) in try CallerIO.call(emit, bytes) }
    }

    private mutating func take(_ ciphertext: RawSpan, _ emit: (RawSpan) throws -> Void) throws(AgeError) {
        guard ciphertext.byteCount > 0 else { return }
        let format = self.format ?? AgeFormat(firstByte: ciphertext.byte(at: 0))
        self.format = format
        guard format == .armored else { return try takeBinary(ciphertext, emit) }
        var offset = 0
        while offset < ciphertext.byteCount {
            do {
                offset += try armor.take(ciphertext.extracting(offset..<ciphertext.byteCount))
            } catch {
                try abandon(emit)
                throw error
            }
            // Taken out of `self` while the method that uses it changes `self`.
            let decoder = armor
            try takeBinary(decoder.decoded, emit)
        }
    }

    private mutating func takeBinary(_ ciphertext: RawSpan, _ emit: (RawSpan) throws -> Void) throws(AgeError) {
        var offset = 0
        if chunks == nil {
            offset = try start.append(ciphertext, with: keyring)
            guard let cipher = start.cipher else { return }
            chunks = ChunkStream(.opening, cipher)
        }
        try chunks?.append(ciphertext.extracting(offset..<ciphertext.byteCount)) { (bytes: RawSpan) throws(AgeError) in
            try CallerIO.call(emit, bytes)
        }
    }

    /// Releases what stands before a fault in the armor, as far as it is known not to be the payload's last chunk.
    private mutating func abandon(_ emit: (RawSpan) throws -> Void) throws(AgeError) {
        try chunks.take()?.abandon { (bytes: RawSpan) throws(AgeError) in try CallerIO.call(emit, bytes) }
    }
}
