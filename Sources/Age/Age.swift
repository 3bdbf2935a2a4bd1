package import Sodium

/// age v1 files (age-encryption.org/v1, C2SP) as whole pieces of memory: X25519 recipients and passphrases, in the binary format.
///
/// Nothing is returned unless the file is complete and authentic. For files larger than memory there are `AgeEncryptor` and
/// `AgeDecryptor`.
public enum Age {
    /// A decrypted file: its plaintext, and the header whose MAC was checked.
    public struct Opened: Sendable {
        /// The authenticated header.
        public let header: AgeHeader
        /// The plaintext.
        public let plaintext: [UInt8]
    }

    /// The age file of `plaintext` for all of `recipients`; throws `keyMalformed`, as `AgeEncryptor` does.
    public static func encrypt(_ plaintext: RawSpan, to recipients: [AgeRecipient]) throws(AgeError) -> [UInt8] {
        try encrypt(plaintext, to: recipients, random: SystemRandom())
    }

    /// The age file of `plaintext` for all of `recipients`; throws `keyMalformed`, as `AgeEncryptor` does.
    package static func encrypt(
        _ plaintext: RawSpan,
        to recipients: [AgeRecipient],
        random: any RandomSource
    ) throws(AgeError) -> [UInt8] {
        let file = try NewFile(to: recipients, random: random)
        return file.sealed(plaintext)
    }

    /// The age file of `plaintext` for a passphrase; throws `memory`.
    public static func encrypt(_ plaintext: RawSpan, to passphrase: borrowing AgePassphrase) throws(AgeError) -> [UInt8] {
        try encrypt(plaintext, to: passphrase, random: SystemRandom())
    }

    /// The age file of `plaintext` for a passphrase; throws `memory`.
    package static func encrypt(
        _ plaintext: RawSpan,
        to passphrase: borrowing AgePassphrase,
        random: any RandomSource
    ) throws(AgeError) -> [UInt8] {
        let file = try NewFile(to: passphrase, random: random)
        return file.sealed(plaintext)
    }

    /// The plaintext of `file`.
    ///
    /// Throws `headerMalformed`, `armor`, `noMatch`, `headerMAC`, `payload` or `memory`.
    public static func decrypt<Key: AgeUnwrapper & ~Copyable>(
        _ file: RawSpan,
        with key: borrowing Key
    ) throws(AgeError) -> [UInt8] {
        try open(file, with: key).plaintext
    }

    /// The plaintext and the authenticated header of `file`; throws as `decrypt` does.
    public static func open<Key: AgeUnwrapper & ~Copyable>(
        _ file: RawSpan,
        with key: borrowing Key
    ) throws(AgeError) -> Opened {
        var payload = try Payload(file, with: key)
        let plaintext = try [UInt8](count: payload.plaintextBytes) { (out: inout MutableRawSpan) throws(AgeError) in
            try payload.open(file, into: &out)
        }
        return Opened(header: payload.header, plaintext: plaintext)
    }

    /// The plaintext of `file` in guarded memory, for files that hold keys; throws as `decrypt` does.
    package static func decryptSecret<Key: AgeUnwrapper & ~Copyable>(
        _ file: RawSpan,
        with key: borrowing Key
    ) throws(AgeError) -> SecretBytes {
        var payload = try Payload(file, with: key)
        return try SecretBytes(count: payload.plaintextBytes) { (out: inout MutableRawSpan) throws(AgeError) in
            try payload.open(file, into: &out)
        }
    }
}

/// The payload of a whole file in memory, after header and MAC were checked.
private struct Payload: ~Copyable {
    let header: AgeHeader
    let plaintextBytes: Int
    private var cipher: ChunkCipher

    init<Key: AgeUnwrapper & ~Copyable>(_ file: RawSpan, with key: borrowing Key) throws(AgeError) {
        let header = try AgeHeader(unverified: file)
        let fileKey = try key.authenticatedFileKey(of: header)
        let start = header.byteCount + Format.payloadNonceBytes
        guard file.byteCount >= start else { throw AgeError.header("the file ends before its payload") }
        plaintextBytes = try Self.plaintextBytes(sealedBytes: file.byteCount - start)
        cipher = ChunkCipher(fileKey: fileKey.secret, nonce: file.extracting(header.byteCount..<start).array)
        self.header = header
    }

    /// The plaintext's length; throws `payload` where the last chunk is too short for its tag.
    private static func plaintextBytes(sealedBytes: Int) throws(AgeError) -> Int {
        let (chunks, rest) = sealedBytes.quotientAndRemainder(dividingBy: Format.sealedChunkBytes)
        if chunks > 0, rest == 0 { return chunks * Format.chunkBytes }
        guard rest >= Format.tagBytes else { throw AgeError.payload }
        return chunks * Format.chunkBytes + rest - Format.tagBytes
    }

    /// Decrypts every chunk into `out`, which has `plaintextBytes` bytes; what was written is worthless if it throws.
    mutating func open(_ file: RawSpan, into out: inout MutableRawSpan) throws(AgeError) {
        let sealed = file.extracting((header.byteCount + Format.payloadNonceBytes)..<file.byteCount)
        let chunks = max(1, (sealed.byteCount + Format.sealedChunkBytes - 1) / Format.sealedChunkBytes)
        guard cipher.open(sealed, endsPayload: true, into: &out) == chunks else { throw AgeError.payload }
    }
}
