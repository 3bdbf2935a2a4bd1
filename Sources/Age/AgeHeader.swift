internal import Sodium

/// The textual header of an age file, read strictly.
///
/// Parsing proves nothing about who wrote it: only a header that a decryption has returned was checked against its MAC.
public struct AgeHeader: Sendable {
    /// The stanzas in the order of the file, at least one; those of unknown types (GREASE) included.
    public let stanzas: [AgeStanza]

    /// The header MAC.
    let mac: [UInt8]

    /// What the MAC is computed over: everything up to and including `---`.
    let authenticated: [UInt8]

    /// Length of the whole header in bytes, the MAC line included, in the binary format.
    public let byteCount: Int

    /// How many stanzas are of the X25519 type: as many as X25519 recipients.
    public var x25519Count: Int {
        stanzas.count { $0.type == StanzaType.x25519 }
    }

    /// Reads the header at the beginning of `file`, armored or not, and proves nothing about it; throws `headerMalformed` or `armor`.
    ///
    /// What follows the header is not looked at, and need not be there.
    public init(unverified file: RawSpan) throws(AgeError) {
        guard file.byteCount > 0, AgeFormat(firstByte: file.byte(at: 0)) == .armored else {
            self = try Self(unverifiedBinary: file)
            return
        }
        var parser = HeaderParser()
        var armor = ArmorDecoder()
        var offset = 0
        while offset < file.byteCount {
            offset += try armor.take(file.extracting(offset..<file.byteCount))
            if try parser.append(armor.decoded) != nil { break }
        }
        self = try parser.finish()
    }

    /// Reads the header at the beginning of a file in the binary format; throws as the other does.
    init(unverifiedBinary file: RawSpan) throws(AgeError) {
        var parser = HeaderParser()
        _ = try parser.append(file)
        self = try parser.finish()
    }

    init(stanzas: [AgeStanza], mac: [UInt8], authenticated: [UInt8], byteCount: Int) throws(AgeError) {
        // The rule that a passphrase stands alone is checked for every reader, not only for one that has a passphrase: who opens a file
        // with a passphrase may expect that only those who know it have written it.
        guard stanzas.count == 1 || !stanzas.contains(where: { $0.type == StanzaType.scrypt }) else {
            throw AgeError.header("a passphrase stands beside another recipient")
        }
        self.stanzas = stanzas
        self.mac = mac
        self.authenticated = authenticated
        self.byteCount = byteCount
    }

    /// Whether the MAC is the one that `fileKey` gives.
    func isAuthentic(under fileKey: borrowing SecretBytes) -> Bool {
        let key = FileKey.headerKey(fileKey)
        return HMACSHA256.isValid(mac, for: authenticated.rawSpan, key: key)
    }

    /// The bytes of a header with `stanzas` under `fileKey`.
    static func write(_ stanzas: [AgeStanza], under fileKey: borrowing SecretBytes) -> [UInt8] {
        var text = Format.versionLine + "\n"
        for stanza in stanzas {
            text += "-> " + stanza.arguments.joined(separator: " ") + "\n"
            text += wrapped(Base64.encode(stanza.body, .unpadded))
        }
        text += "---"
        var bytes = Array(text.utf8)
        let key = FileKey.headerKey(fileKey)
        let mac = HMACSHA256.authenticate(bytes.rawSpan, key: key)
        bytes += Array((" " + Base64.encode(mac, .unpadded) + "\n").utf8)
        return bytes
    }

    /// `text` in lines of 64 columns, of which the last is shorter and may be empty.
    private static func wrapped(_ text: String) -> String {
        var lines = ""
        var rest = Substring(text)
        while rest.utf8.count >= Format.bodyColumns {
            lines += rest.prefix(Format.bodyColumns) + "\n"
            rest = rest.dropFirst(Format.bodyColumns)
        }
        return lines + rest + "\n"
    }
}
