/// The limits on what is read from a file, each checked before it is relied on.
public enum AgeLimit {
    /// The longest header in bytes, from the version line to the end of the MAC line.
    ///
    /// A thousand X25519 stanzas take 100 kB; what is longer is an attack on memory or not an age file.
    public static let headerBytes = 1 << 20

    /// The most stanzas in a header; each may cost a key agreement.
    public static let stanzas = 1_000

    /// The highest scrypt work factor (log2 of N) that a passphrase accepts unless it says otherwise: 4 GiB of memory, as `age` itself.
    public static let scryptWorkFactor = 22

    /// The most blank characters before the armor of an armored file, and after it, as in `age` itself.
    public static let armorWhitespaceBytes = 1024
}

/// The fixed numbers of the format.
enum Format {
    /// The first line of every file.
    static let versionLine = "age-encryption.org/v1"
    /// What every version's first line begins with.
    static let versionPrefix = "age-encryption.org/"
    /// Columns of a full line in a stanza's body.
    static let bodyColumns = 64
    /// Characters of the header MAC in base64.
    static let macCharacters = 43
    /// Length of a file key in bytes.
    static let fileKeyBytes = 16
    /// Length of a wrapped file key in bytes.
    static let wrappedKeyBytes = 32
    /// Length of a payload nonce in bytes.
    static let payloadNonceBytes = 16
    /// Plaintext bytes in every chunk but the last.
    static let chunkBytes = 64 * 1024
    /// Length of a chunk's tag in bytes.
    static let tagBytes = 16
    /// Ciphertext bytes of every chunk but the last.
    static let sealedChunkBytes = chunkBytes + tagBytes
    /// Whole chunks that a streaming encryptor or decryptor spreads over the processors at once: 1 MiB.
    static let spreadChunks = 16
    /// Whole chunks that one thread reads, works on and writes in its turn: 512 KiB, which its processor's cache has room for.
    static let turnChunks = 8
    /// Bytes of a caller's source that are read at a time where they are text, or to find the header: 64 KiB.
    static let pieceBytes = 64 * 1024
}
