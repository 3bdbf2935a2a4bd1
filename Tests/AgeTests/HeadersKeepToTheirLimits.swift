import Age
import Sodium
import Testing

struct HeadersKeepToTheirLimits {
    private static let mac = "--- " + String(repeating: "A", count: 43) + "\n"

    private func header(_ stanzas: String) -> [UInt8] {
        Array(("age-encryption.org/v1\n" + stanzas + Self.mac).utf8)
    }

    private func failure(_ bytes: [UInt8]) -> AgeError.Code? {
        code { () throws(AgeError) in _ = try AgeHeader(unverified: bytes.rawSpan) }
    }

    @Test("a header has at most a thousand stanzas, and at least one")
    func stanzas() throws {
        let most = header(String(repeating: "-> grease\n\n", count: AgeLimit.stanzas))
        #expect(try AgeHeader(unverified: most.rawSpan).stanzas.count == AgeLimit.stanzas)
        #expect(failure(header(String(repeating: "-> grease\n\n", count: AgeLimit.stanzas + 1))) == .headerMalformed)
        #expect(failure(header("")) == .headerMalformed)
    }

    @Test("a header has at most a mebibyte")
    func bytes() throws {
        let frame = header("-> \n\n").count
        let longest = header("-> " + String(repeating: "x", count: AgeLimit.headerBytes - frame) + "\n\n")
        #expect(longest.count == AgeLimit.headerBytes)
        #expect(try AgeHeader(unverified: longest.rawSpan).byteCount == AgeLimit.headerBytes)
        #expect(failure(header("-> " + String(repeating: "x", count: AgeLimit.headerBytes - frame + 1) + "\n\n")) == .headerMalformed)
    }

    @Test("a body of exactly 64 columns needs the empty line after it, and is written so")
    func fullLine() throws {
        let line = String(repeating: "A", count: 64) + "\n"
        #expect(try AgeHeader(unverified: header("-> grease\n" + line + "\n").rawSpan).stanzas.first?.body.count == 48)
        #expect(failure(header("-> grease\n" + line)) == .headerMalformed)
    }

    @Test("what is no age file is refused at its first bytes, without waiting for the rest")
    func notAge() throws {
        let identity = try AgeIdentity.generate()
        let keyring = AgeKeyring(identity)
        for (text, expected) in [
            ("\u{7f}ELF", AgeError.Code.headerMalformed), ("age-encryption.org/v2", .headerMalformed), ("-----BEGIN PGP", .armor),
        ] {
            var decryptor = AgeDecryptor(keyring)
            let bytes = Array(text.utf8)
            #expect(code { () throws(AgeError) in try decryptor.append(bytes.rawSpan) { _ in } } == expected, "\(text)")
        }
    }

    @Test("a header that does not end is refused at its limit by the streaming reader")
    func endless() throws {
        var decryptor = AgeDecryptor(AgeKeyring(try AgeIdentity.generate()))
        var failure: AgeError.Code?
        let begin = Array("age-encryption.org/v1\n-> ".utf8)
        try decryptor.append(begin.rawSpan) { _ in }
        let more = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
        var appended = 0
        while failure == nil, appended < 2 * AgeLimit.headerBytes {
            failure = code { () throws(AgeError) in try decryptor.append(more.rawSpan) { _ in } }
            appended += more.count
        }
        #expect(failure == .headerMalformed)
        #expect(appended == AgeLimit.headerBytes)
    }

    @Test("a passphrase stands alone, for every reader")
    func scryptAlone() throws {
        let scrypt = "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10\n" + String(repeating: "A", count: 43) + "\n"
        #expect(try AgeHeader(unverified: header(scrypt).rawSpan).stanzas.count == 1)
        #expect(failure(header(scrypt + "-> grease\n\n")) == .headerMalformed)
        #expect(failure(header("-> X25519 AAAA\nAAAA\n" + scrypt)) == .headerMalformed)
    }

    @Test("the header tells the stanzas of each type and its length")
    func tells() throws {
        let identities = try [AgeIdentity.generate().recipient, AgeIdentity.generate().recipient, AgeIdentity.generate().recipient]
        let file = try Age.encrypt(pattern(5).rawSpan, to: identities)
        let header = try AgeHeader(unverified: file.rawSpan)
        #expect(header.x25519Count == 3)
        #expect(header.stanzas.map(\.type) == ["X25519", "X25519", "X25519"])
        #expect(file.count == header.byteCount + 16 + 5 + 16)
        #expect(try AgeHeader(unverified: self.header("-> X25519 A\n\n-> x25519 B\n\n-> other C D\nAA\n").rawSpan).x25519Count == 1)
    }
}
