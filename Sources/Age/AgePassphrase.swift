internal import Sodium

/// A passphrase in guarded memory that encrypts and opens files by the scrypt recipient type.
public struct AgePassphrase: ~Copyable, Sendable {
    /// The work factor used for encryption unless another is given: N = 2^18, 256 MiB, about a second.
    public static let defaultWorkFactor = 18

    let secret: SecretBytes
    let workFactor: Int
    let maximumWorkFactor: Int

    /// A copy of `passphrase` in guarded memory.
    ///
    /// - Parameters:
    ///   - passphrase: its bytes, as typed; at least one.
    ///   - workFactor: log2 of scrypt's N for encryption, 1 to 30.
    ///   - maximumWorkFactor: the highest log2 N that a file may ask for when it is opened, 1 to 30; each step doubles time and memory.
    /// - Throws: `keyMalformed` for an empty passphrase.
    public init(
        _ passphrase: RawSpan,
        workFactor: Int = defaultWorkFactor,
        maximumWorkFactor: Int = AgeLimit.scryptWorkFactor
    ) throws(AgeError) {
        precondition((1...30).contains(workFactor) && (1...30).contains(maximumWorkFactor), "a work factor is 1 to 30")
        guard passphrase.byteCount > 0 else {
            throw AgeError(.keyMalformed, "the passphrase is empty: choose one")
        }
        secret = SecretBytes(copying: passphrase)
        self.workFactor = workFactor
        self.maximumWorkFactor = maximumWorkFactor
    }
}
