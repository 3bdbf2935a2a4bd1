internal import Sodium
internal import SodiumIdentity

/// The 16-byte key of one file: what is derived from it, and how the native recipient types wrap it.
enum FileKey {
    /// The key of the header MAC.
    static func headerKey(_ fileKey: borrowing SecretBytes) -> SecretBytes {
        HKDF.derive(from: fileKey, info: Array("header".utf8), count: HMACSHA256.codeBytes)
    }

    /// The key of the payload that begins with `nonce`.
    static func payloadKey(_ fileKey: borrowing SecretBytes, nonce: [UInt8]) -> SecretBytes {
        HKDF.derive(from: fileKey, salt: nonce, info: Array("payload".utf8), count: ChaCha20Poly1305.keyBytes)
    }

    /// The stanza's body: the file key under a key that is used once, which is why the nonce may be zero.
    static func wrap(_ fileKey: borrowing SecretBytes, under key: borrowing SecretBytes) -> [UInt8] {
        let nonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceBytes)
        return [UInt8](count: Format.wrappedKeyBytes) { (out: inout MutableRawSpan) in
            ChaCha20Poly1305.seal(fileKey.bytes, nonce: nonce, key: key, into: &out)
        }
    }

    /// The file key of a stanza's body, or nil if `key` does not open it.
    ///
    /// The length must have been checked: ciphertexts that open under many keys (a partitioning oracle) are longer than a file key.
    static func unwrap(_ body: [UInt8], under key: borrowing SecretBytes) -> SecretBytes? {
        precondition(body.count == Format.wrappedKeyBytes, "a wrapped file key has 32 bytes")
        let nonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceBytes)
        do {
            return try SecretBytes(count: Format.fileKeyBytes) { (out: inout MutableRawSpan) throws(SodiumError) in
                try ChaCha20Poly1305.open(body.rawSpan, nonce: nonce, key: key, into: &out)
            }
        } catch {
            return nil
        }
    }
}

/// The X25519 recipient type.
enum X25519Wrap {
    /// A stanza for `recipient`, with a fresh ephemeral secret; throws `keyMalformed` for a public key of low order.
    static func stanza(
        for recipient: AgeRecipient,
        _ fileKey: borrowing SecretBytes,
        random: any RandomSource
    ) throws(AgeError) -> AgeStanza {
        let share: BoxPublicKey
        let key: SecretBytes
        do {
            let ephemeral = try BoxKeyPair.generate(random: random)
            share = ephemeral.publicKey
            let shared = try ephemeral.sharedSecret(with: recipient.publicKey)
            key = wrapKey(shared, share: share, recipient: recipient)
        } catch {
            throw AgeError(.keyMalformed, "an age recipient cannot be encrypted to: its key is of low order")
        }
        let arguments = [StanzaType.x25519, Base64.encode(share.bytes, .unpadded)]
        return AgeStanza(arguments, body: FileKey.wrap(fileKey, under: key))
    }

    /// The ephemeral share of an X25519 stanza; throws `headerMalformed` if the stanza is not as the type demands.
    static func share(of stanza: AgeStanza) throws(AgeError) -> BoxPublicKey {
        guard stanza.arguments.count == 2, stanza.body.count == Format.wrappedKeyBytes else {
            throw AgeError.header("an X25519 stanza has the wrong form")
        }
        let bytes = try HeaderParser.decode(Array(stanza.arguments[1].utf8))
        do {
            return try BoxPublicKey(bytes)
        } catch {
            throw AgeError.header("an X25519 stanza has a share of the wrong length")
        }
    }

    /// The key that wraps the file key, from the shared secret.
    static func wrapKey(_ shared: borrowing SecretBytes, share: BoxPublicKey, recipient: AgeRecipient) -> SecretBytes {
        HKDF.derive(
            from: shared,
            salt: share.bytes + recipient.publicKey.bytes,
            info: Array("age-encryption.org/v1/X25519".utf8),
            count: ChaCha20Poly1305.keyBytes
        )
    }
}

/// The scrypt recipient type.
enum ScryptWrap {
    private static let saltBytes = 16

    /// The stanza for `passphrase`, with a fresh salt; throws `memory`.
    static func stanza(
        for passphrase: borrowing AgePassphrase,
        _ fileKey: borrowing SecretBytes,
        random: any RandomSource
    ) throws(AgeError) -> AgeStanza {
        let salt = random.bytes(saltBytes)
        let key = try wrapKey(passphrase, salt: salt, workFactor: passphrase.workFactor)
        let arguments = [StanzaType.scrypt, Base64.encode(salt, .unpadded), String(passphrase.workFactor)]
        return AgeStanza(arguments, body: FileKey.wrap(fileKey, under: key))
    }

    /// Salt and work factor of a scrypt stanza; throws `headerMalformed` if the stanza is not as the type demands.
    static func parameters(of stanza: AgeStanza, maximumWorkFactor: Int) throws(AgeError) -> (salt: [UInt8], workFactor: Int) {
        guard stanza.arguments.count == 3, stanza.body.count == Format.wrappedKeyBytes else {
            throw AgeError.header("a scrypt stanza has the wrong form")
        }
        let salt = try HeaderParser.decode(Array(stanza.arguments[1].utf8))
        guard salt.count == saltBytes else { throw AgeError.header("a scrypt stanza has a salt of the wrong length") }
        let digits = Array(stanza.arguments[2].utf8)
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), digits.first != UInt8(ascii: "0") else {
            throw AgeError.header("a scrypt work factor is not a decimal number")
        }
        guard let workFactor = Int(stanza.arguments[2]), workFactor <= maximumWorkFactor else {
            throw AgeError.header("its scrypt work factor is above the limit of \(maximumWorkFactor)")
        }
        return (salt, workFactor)
    }

    /// The key that wraps the file key; throws `memory`.
    static func wrapKey(_ passphrase: borrowing AgePassphrase, salt: [UInt8], workFactor: Int) throws(AgeError) -> SecretBytes {
        do {
            return try Scrypt.derive(
                passphrase: passphrase.secret,
                salt: Array("age-encryption.org/v1/scrypt".utf8) + salt,
                logN: workFactor,
                count: ChaCha20Poly1305.keyBytes
            )
        } catch {
            throw AgeError(.memory, "there is not enough memory for the passphrase's work factor of \(workFactor)")
        }
    }
}
