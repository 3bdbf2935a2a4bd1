package import Sodium

/// age v1 files (age-encryption.org/v1, C2SP) as whole pieces of memory: X25519 recipients and passphrases, binary and armored.
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
    public static func encrypt(
        _ plaintext: RawSpan,
        to recipients: [AgeRecipient],
        format: AgeFormat = .binary
    ) throws(AgeError) -> [UInt8] {
        try encrypt(plaintext, to: recipients, format: format, random: SystemRandom())
    }

    /// The age file of `plaintext` for all of `recipients`; throws `keyMalformed`, as `AgeEncryptor` does.
    package static func encrypt(
        _ plaintext: RawSpan,
        to recipients: [AgeRecipient],
        format: AgeFormat = .binary,
        random: any RandomSource
    ) throws(AgeError) -> [UInt8] {
        try NewFile(to: recipients, random: random).sealed(plaintext, format)
    }

    /// The age file of `plaintext` for a passphrase; throws `memory`.
    public static func encrypt(
        _ plaintext: RawSpan,
        to passphrase: borrowing AgePassphrase,
        format: AgeFormat = .binary
    ) throws(AgeError) -> [UInt8] {
        try encrypt(plaintext, to: passphrase, format: format, random: SystemRandom())
    }

    /// The age file of `plaintext` for a passphrase; throws `memory`.
    package static func encrypt(
        _ plaintext: RawSpan,
        to passphrase: borrowing AgePassphrase,
        format: AgeFormat = .binary,
        random: any RandomSource
    ) throws(AgeError) -> [UInt8] {
        try NewFile(to: passphrase, random: random).sealed(plaintext, format)
    }

    /// The plaintext of `file`.
    ///
    /// - Parameters:
    ///   - file: all of it.
    ///   - key: an identity, a passphrase, or a keyring.
    ///   - format: the format that the file must have; nil takes the one that its first byte tells.
    /// - Throws: `headerMalformed`, `armor`, `noMatch`, `headerMAC`, `payload` or `memory`.
    public static func decrypt<Key: AgeUnwrapper & ~Copyable>(
        _ file: RawSpan,
        with key: borrowing Key,
        expecting format: AgeFormat? = nil
    ) throws(AgeError) -> [UInt8] {
        try open(file, with: key, expecting: format).plaintext
    }

    /// The plaintext and the authenticated header of `file`; takes and throws what `decrypt` does.
    public static func open<Key: AgeUnwrapper & ~Copyable>(
        _ file: RawSpan,
        with key: borrowing Key,
        expecting format: AgeFormat? = nil
    ) throws(AgeError) -> Opened {
        guard isBinary(file, format) else {
            let binary = try AgeArmorReader.binary(file)
            return try open(binary.rawSpan, with: key, expecting: .binary)
        }
        let payload = try Payload(file, with: key)
        let plaintext = try [UInt8](count: payload.plaintextBytes) { (out: inout MutableRawSpan) throws(AgeError) in
            try payload.open(file, into: &out)
        }
        return Opened(header: payload.header, plaintext: plaintext)
    }

    /// The plaintext of `file` in guarded memory, for files that hold keys; takes and throws what `decrypt` does.
    package static func decryptSecret<Key: AgeUnwrapper & ~Copyable>(
        _ file: RawSpan,
        with key: borrowing Key,
        expecting format: AgeFormat? = nil
    ) throws(AgeError) -> SecretBytes {
        guard isBinary(file, format) else {
            let binary = try AgeArmorReader.binary(file)
            return try decryptSecret(binary.rawSpan, with: key, expecting: .binary)
        }
        let payload = try Payload(file, with: key)
        return try SecretBytes(count: payload.plaintextBytes) { (out: inout MutableRawSpan) throws(AgeError) in
            try payload.open(file, into: &out)
        }
    }

    private static func isBinary(_ file: RawSpan, _ format: AgeFormat?) -> Bool {
        let actual = format ?? (file.byteCount > 0 ? AgeFormat(firstByte: file.byte(at: 0)) : .binary)
        return actual == .binary
    }
}

/// The payload of a whole file in memory, after header and MAC were checked.
private struct Payload {
    let header: AgeHeader
    let plaintextBytes: Int
    private let cipher: ChunkCipher

    init<Key: AgeUnwrapper & ~Copyable>(_ file: RawSpan, with key: borrowing Key) throws(AgeError) {
        header = try AgeHeader(unverifiedBinary: file)
        let fileKey = try key.authenticatedFileKey(of: header)
        let start = header.byteCount + Format.payloadNonceBytes
        guard file.byteCount >= start else { throw AgeError.header("the file ends before its payload") }
        guard let plaintextBytes = ChunkCipher.plaintextBytes(sealedBytes: file.byteCount - start, from: 0) else {
            throw AgeError.payload
        }
        self.plaintextBytes = plaintextBytes
        cipher = ChunkCipher(fileKey: fileKey.secret, nonce: file.extracting(header.byteCount..<start).array)
    }

    /// Decrypts every chunk into `out`, which has `plaintextBytes` bytes; what was written is worthless if it throws.
    func open(_ file: RawSpan, into out: inout MutableRawSpan) throws(AgeError) {
        let sealed = file.extracting((header.byteCount + Format.payloadNonceBytes)..<file.byteCount)
        let opened = cipher.open(sealed, .wholePayload, into: &out)
        guard opened == ChunkCipher.count(sealedBytes: sealed.byteCount) else { throw AgeError.payload }
    }
}
