package import Sodium

/// Encrypts a file piece by piece, in bounded memory: append plaintext, get ciphertext, finish.
///
/// The ciphertext is a file only once `finish` has returned; what was emitted before is refused by every reader. If the sink throws, throw
/// the encryptor away. For a file or a connection that can be read where it is, `Age.encrypt(to:format:from:into:)` is faster.
public struct AgeEncryptor: ~Copyable {
    private var chunks: ChunkStream
    private var outlet: Outlet

    /// Starts a file for all of `recipients`, any of whom can open it.
    ///
    /// Throws `keyMalformed` if there are none, more than `AgeLimit.stanzas`, or one with a key of low order.
    public init(to recipients: [AgeRecipient], format: AgeFormat = .binary) throws(AgeError) {
        try self.init(to: recipients, format: format, random: SystemRandom())
    }

    /// Starts a file for all of `recipients`; draws from `random` the file key, an ephemeral secret for each recipient, and the nonce.
    package init(to recipients: [AgeRecipient], format: AgeFormat = .binary, random: any RandomSource) throws(AgeError) {
        self.init(try NewFile(to: recipients, random: random), format)
    }

    /// Starts a file for a passphrase; throws `memory`.
    public init(to passphrase: borrowing AgePassphrase, format: AgeFormat = .binary) throws(AgeError) {
        try self.init(to: passphrase, format: format, random: SystemRandom())
    }

    /// Starts a file for a passphrase; draws from `random` the file key, the salt, and the nonce.
    package init(to passphrase: borrowing AgePassphrase, format: AgeFormat = .binary, random: any RandomSource) throws(AgeError) {
        self.init(try NewFile(to: passphrase, random: random), format)
    }

    private init(_ file: NewFile, _ format: AgeFormat) {
        chunks = ChunkStream(.sealing, file.cipher)
        outlet = Outlet(preamble: file.preamble, format)
    }

    /// Encrypts the next bytes of any number and hands over what ciphertext is complete, a mebibyte of plaintext at most at a time.
    ///
    /// Throws `callerIO` if `emit` throws. The span given to `emit` is good during the call alone. Up to a mebibyte is held back until more
    /// comes.
    public mutating func append(_ plaintext: RawSpan, emit: (RawSpan) throws -> Void) throws(AgeError) {
        try Self.append(plaintext, &chunks, &outlet, emit)
    }

    /// Hands over the last ciphertext; throws `callerIO` if `emit` throws.
    public consuming func finish(emit: (RawSpan) throws -> Void) throws(AgeError) {
        var outlet = outlet
        try chunks.finish { (bytes: RawSpan) throws(AgeError) in try outlet.hand(bytes, to: emit) }
        try outlet.finish(emit)
    }

    private static func append(
        _ plaintext: RawSpan, _ chunks: inout ChunkStream, _ outlet: inout Outlet, _ emit: (RawSpan) throws -> Void
    ) throws(AgeError) {
        try chunks.append(plaintext) { (bytes: RawSpan) throws(AgeError) in try outlet.hand(bytes, to: emit) }
    }
}
