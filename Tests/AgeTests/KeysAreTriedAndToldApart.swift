import Age
import Sodium
import Testing

struct KeysAreTriedAndToldApart {
    @Test("each of several recipients opens the file, and nobody else does")
    func recipients() throws {
        let anna = try AgeIdentity.generate()
        let berta = try AgeIdentity.generate()
        let carla = try AgeIdentity.generate()
        let file = try Age.encrypt(pattern(9).rawSpan, to: [anna.recipient, berta.recipient])
        #expect(try Age.decrypt(file.rawSpan, with: anna) == pattern(9))
        #expect(try Age.decrypt(file.rawSpan, with: berta) == pattern(9))
        #expect(code { () throws(AgeError) in _ = try Age.decrypt(file.rawSpan, with: carla) } == .noMatch)
    }

    @Test("a keyring tries all its keys")
    func keyring() throws {
        let anna = try AgeIdentity.generate()
        let annasFile = try Age.encrypt(pattern(1).rawSpan, to: [anna.recipient])
        let passphraseFile = try Age.encrypt(pattern(2).rawSpan, to: try "correct horse".passphrase())
        let keyring = AgeKeyring(try AgeIdentity.generate()).joined(with: AgeKeyring(try "wrong".passphrase()))
            .joined(with: AgeKeyring(anna)).joined(with: AgeKeyring(try "correct horse".passphrase()))
        #expect(try Age.decrypt(annasFile.rawSpan, with: keyring) == pattern(1))
        #expect(try Age.decrypt(passphraseFile.rawSpan, with: keyring) == pattern(2))
        let empty = AgeKeyring(try AgeIdentity.generate()).joined(with: AgeKeyring(try "wrong".passphrase()))
        #expect(code { () throws(AgeError) in _ = try Age.decrypt(annasFile.rawSpan, with: empty) } == .noMatch)
        #expect(code { () throws(AgeError) in _ = try Age.decrypt(passphraseFile.rawSpan, with: empty) } == .noMatch)
    }

    @Test("an identity file may have comments, empty lines and CRLF, and nothing else")
    func identityFile() throws {
        let anna = try AgeIdentity.generate()
        let berta = try AgeIdentity.generate()
        let text = { (identity: borrowing AgeIdentity) -> String in
            let secret = identity.text()
            return String(decoding: secret.bytes.array, as: UTF8.self)
        }
        let file = Array("# of a test\n\n\(text(anna))\r\n#\n\(text(berta))".utf8)
        let keyring = try AgeKeyring(identityFile: file.rawSpan)
        for recipient in [anna.recipient, berta.recipient] {
            let sealed = try Age.encrypt(pattern(3).rawSpan, to: [recipient])
            #expect(try Age.decrypt(sealed.rawSpan, with: keyring) == pattern(3))
        }
        for wrong in ["", "# nothing\n", " \(text(anna))\n", "\(text(anna)) \n", "\(text(anna))\ngarbage\n", text(anna).lowercased()] {
            let bytes = Array(wrong.utf8)
            #expect(code { () throws(AgeError) in _ = try AgeKeyring(identityFile: bytes.rawSpan) } == .keyMalformed)
        }
    }

    @Test("a work factor above the reader's limit is refused before it is spent")
    func workFactor() throws {
        let file = try Age.encrypt(pattern(3).rawSpan, to: try "correct horse".passphrase(workFactor: 12))
        let text = Array("correct horse".utf8)
        let strict = try AgePassphrase(text.rawSpan, maximumWorkFactor: 11)
        #expect(code { () throws(AgeError) in _ = try Age.decrypt(file.rawSpan, with: strict) } == .headerMalformed)
        let lenient = try AgePassphrase(text.rawSpan, maximumWorkFactor: 12)
        #expect(try Age.decrypt(file.rawSpan, with: lenient) == pattern(3))
    }

    @Test("an empty passphrase, no recipient, too many of them and a key of low order are refused")
    func refused() throws {
        let nothing: [UInt8] = []
        #expect(code { () throws(AgeError) in _ = try AgePassphrase(nothing.rawSpan) } == .keyMalformed)
        #expect(code { () throws(AgeError) in _ = try Age.encrypt(nothing.rawSpan, to: []) } == .keyMalformed)
        let recipient = try AgeIdentity.generate().recipient
        let many = [AgeRecipient](repeating: recipient, count: AgeLimit.stanzas + 1)
        #expect(code { () throws(AgeError) in _ = try Age.encrypt(nothing.rawSpan, to: many) } == .keyMalformed)
        let lowOrder = AgeRecipient(try BoxPublicKey([UInt8](repeating: 0, count: 32)))
        #expect(code { () throws(AgeError) in _ = try Age.encrypt(nothing.rawSpan, to: [recipient, lowOrder]) } == .keyMalformed)
    }

    @Test("a header whose MAC was made for other stanzas is a MAC failure, not a missing match")
    func foreignStanza() throws {
        let anna = try AgeIdentity.generate()
        let file = try Age.encrypt(pattern(3).rawSpan, to: [anna.recipient])
        let added = Array(String(decoding: file[..<22], as: UTF8.self).utf8) + Array("-> grease\n\n".utf8) + file[22...]
        #expect(code { () throws(AgeError) in _ = try Age.decrypt(added.rawSpan, with: anna) } == .headerMAC)
        #expect(decryptStreaming(added, with: AgeKeyring(anna), pieceBytes: 1).error?.code == .headerMAC)
    }

    @Test("a work factor outside 1 to 30 is a mistake of the program and traps")
    func workFactorTraps() async {
        await #expect(processExitsWith: .failure) {
            let text = Array("correct horse".utf8)
            _ = try AgePassphrase(text.rawSpan, workFactor: 0)
        }
        await #expect(processExitsWith: .failure) {
            let text = Array("correct horse".utf8)
            _ = try AgePassphrase(text.rawSpan, maximumWorkFactor: 31)
        }
    }
}
