internal import Sodium

/// A file before its first chunk: header and nonce are made, the file key is already forgotten.
struct NewFile {
    /// The header and the nonce, with which the file begins.
    let preamble: [UInt8]

    /// The payload's cipher.
    let cipher: ChunkCipher

    /// A file for all of `recipients`; throws `keyMalformed`.
    init(to recipients: [AgeRecipient], random: any RandomSource) throws(AgeError) {
        guard !recipients.isEmpty, recipients.count <= AgeLimit.stanzas else {
            throw AgeError(.keyMalformed, "a file has 1 to \(AgeLimit.stanzas) recipients")
        }
        let fileKey = SecretBytes.random(Format.fileKeyBytes, from: random)
        var stanzas: [AgeStanza] = []
        for recipient in recipients {
            stanzas.append(try X25519Wrap.stanza(for: recipient, fileKey, random: random))
        }
        self.init(stanzas, fileKey: fileKey, random: random)
    }

    /// A file for a passphrase; throws `memory`.
    init(to passphrase: borrowing AgePassphrase, random: any RandomSource) throws(AgeError) {
        let fileKey = SecretBytes.random(Format.fileKeyBytes, from: random)
        let stanza = try ScryptWrap.stanza(for: passphrase, fileKey, random: random)
        self.init([stanza], fileKey: fileKey, random: random)
    }

    private init(_ stanzas: [AgeStanza], fileKey: borrowing SecretBytes, random: any RandomSource) {
        let nonce = random.bytes(Format.payloadNonceBytes)
        preamble = AgeHeader.write(stanzas, under: fileKey) + nonce
        cipher = ChunkCipher(fileKey: fileKey, nonce: nonce)
    }

    /// The whole file of `plaintext`.
    func sealed(_ plaintext: RawSpan, _ format: AgeFormat) -> [UInt8] {
        let end = preamble.count + plaintext.byteCount + ChunkCipher.count(plaintextBytes: plaintext.byteCount) * Format.tagBytes
        let file = [UInt8](count: end) { (out: inout MutableRawSpan) in
            out.copy(preamble.rawSpan, at: 0)
            var payload = out.part(preamble.count..<end)
            cipher.seal(plaintext, .wholePayload, into: &payload)
        }
        return format == .armored ? AgeArmorWriter.armored(file.rawSpan) : file
    }
}
