internal import Sodium

/// Something that may unwrap the file key of a header: an identity, a passphrase, or a keyring of both.
public protocol AgeUnwrapper: ~Copyable {
    /// The file key of 16 bytes, or nil if no stanza is for this unwrapper.
    ///
    /// Throws `headerMalformed` for a stanza of its own type that is not as the type demands, `memory` where a passphrase needs too much.
    borrowing func fileKey(of header: AgeHeader) throws(AgeError) -> AgeFileKey?
}

/// The key of one file, in guarded memory.
public struct AgeFileKey: ~Copyable, Sendable {
    let secret: SecretBytes

    /// The file key with these 16 bytes, as another unwrapper found it; throws `headerMalformed` for any other length.
    public init(_ bytes: RawSpan) throws(AgeError) {
        guard bytes.byteCount == Format.fileKeyBytes else { throw AgeError.header("a file key has the wrong length") }
        secret = SecretBytes(copying: bytes)
    }

    init(secret: consuming SecretBytes) {
        self.secret = secret
    }
}

extension AgeIdentity: AgeUnwrapper {
    /// The file key of the first X25519 stanza that this identity opens.
    public borrowing func fileKey(of header: AgeHeader) throws(AgeError) -> AgeFileKey? {
        // All stanzas of the type are checked before one is tried, so that a malformed one is refused wherever it stands.
        var candidates: [(share: BoxPublicKey, body: [UInt8])] = []
        for stanza in header.stanzas where stanza.type == StanzaType.x25519 {
            candidates.append((try X25519Wrap.share(of: stanza), stanza.body))
        }
        for (share, body) in candidates {
            guard let shared = sharedSecret(with: share) else {
                throw AgeError.header("an X25519 stanza has a share of low order")
            }
            let key = X25519Wrap.wrapKey(shared, share: share, recipient: recipient)
            if let fileKey = FileKey.unwrap(body, under: key) { return AgeFileKey(secret: fileKey) }
        }
        return nil
    }
}

extension AgePassphrase: AgeUnwrapper {
    /// The file key of the scrypt stanza, if this is its passphrase.
    public borrowing func fileKey(of header: AgeHeader) throws(AgeError) -> AgeFileKey? {
        for stanza in header.stanzas where stanza.type == StanzaType.scrypt {
            let (salt, workFactor) = try ScryptWrap.parameters(of: stanza, maximumWorkFactor: maximumWorkFactor)
            let key = try ScryptWrap.wrapKey(self, salt: salt, workFactor: workFactor)
            if let fileKey = FileKey.unwrap(stanza.body, under: key) { return AgeFileKey(secret: fileKey) }
        }
        return nil
    }
}

extension AgeUnwrapper where Self: ~Copyable {
    /// The file key of `header`, after the header MAC was checked; throws `noMatch`, `headerMAC` and what `fileKey(of:)` throws.
    borrowing func authenticatedFileKey(of header: AgeHeader) throws(AgeError) -> AgeFileKey {
        guard let fileKey = try fileKey(of: header) else {
            throw AgeError(.noMatch, "the age file is for none of these identities, or the passphrase is wrong")
        }
        guard header.isAuthentic(under: fileKey.secret) else {
            throw AgeError(.headerMAC, "the age header was changed: get the file again")
        }
        return fileKey
    }
}
