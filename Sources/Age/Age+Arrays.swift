internal import Sodium

/// The same with arrays, which most callers have; a plaintext that is a secret belongs into memory that you wipe, and a span of it.
extension Age {
    /// The age file of `plaintext` for all of `recipients`; throws `keyMalformed`, as `AgeEncryptor` does.
    public static func encrypt(
        _ plaintext: [UInt8],
        to recipients: [AgeRecipient],
        format: AgeFormat = .binary
    ) throws(AgeError) -> [UInt8] {
        try encrypt(plaintext.rawSpan, to: recipients, format: format)
    }

    /// The age file of `plaintext` for a passphrase; throws `memory`.
    public static func encrypt(
        _ plaintext: [UInt8],
        to passphrase: borrowing AgePassphrase,
        format: AgeFormat = .binary
    ) throws(AgeError) -> [UInt8] {
        try encrypt(plaintext.rawSpan, to: passphrase, format: format)
    }

    /// The plaintext of `file`; takes and throws what it does with a span.
    public static func decrypt<Key: AgeUnwrapper & ~Copyable>(
        _ file: [UInt8],
        with key: borrowing Key,
        expecting format: AgeFormat? = nil
    ) throws(AgeError) -> [UInt8] {
        try decrypt(file.rawSpan, with: key, expecting: format)
    }

    /// The plaintext and the authenticated header of `file`; takes and throws what `decrypt` does.
    public static func open<Key: AgeUnwrapper & ~Copyable>(
        _ file: [UInt8],
        with key: borrowing Key,
        expecting format: AgeFormat? = nil
    ) throws(AgeError) -> Opened {
        try open(file.rawSpan, with: key, expecting: format)
    }
}
