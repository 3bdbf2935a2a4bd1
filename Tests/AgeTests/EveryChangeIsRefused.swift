import Age
import Sodium
import Tampering
import Testing

struct EveryChangeIsRefused {
    @Test("any changed bit, any cut and any byte added is refused, as its place demands, and nothing is released")
    func changedAnywhere() throws {
        let identity = try AgeIdentity.generate()
        let file = try Age.encrypt(pattern(40).rawSpan, to: [identity.recipient])
        let keyring = AgeKeyring(identity)
        let headerEnd = try AgeHeader(unverified: file.rawSpan).byteCount
        Tampering(of: file, called: "an age file").forEach { change, changed in
            let whole = code { () throws(AgeError) in _ = try Age.decrypt(changed.rawSpan, with: keyring) }
            switch change {
            case .flip(let byte, _) where byte < headerEnd:
                #expect(whole == .headerMalformed || whole == .noMatch || whole == .headerMAC, "\(change)")
            case .cut(let length) where length < headerEnd + 16: #expect(whole == .headerMalformed, "\(change)")
            default: #expect(whole == .payload, "\(change)")
            }
            let streamed = decryptStreaming(changed, with: keyring, pieceBytes: 7)
            #expect(streamed.error?.code == whole && streamed.released.isEmpty, "\(change)")
        }
    }

    @Test("any changed bit, any cut and any byte added to a file of a passphrase is refused")
    func changedPassphraseFile() throws {
        // The work factor's one digit becomes another's at most, so that none of these files is slow.
        let passphrase = try "correct horse".passphrase(workFactor: 1)
        let file = try Age.encrypt(pattern(1).rawSpan, to: passphrase)
        Tampering(of: file, called: "an age file of a passphrase").forEach { change, changed in
            #expect(code { () throws(AgeError) in _ = try Age.decrypt(changed.rawSpan, with: passphrase) } != nil, "\(change)")
        }
    }

    @Test("cutting at a chunk boundary, exchanging chunks, repeating one and adding bytes are refused")
    func rearranged() throws {
        let identity = try AgeIdentity.generate()
        let file = try Age.encrypt(pattern(3 * 65_536).rawSpan, to: [identity.recipient])
        let keyring = AgeKeyring(identity)
        let start = try AgeHeader(unverified: file.rawSpan).byteCount + 16
        let sealed = 65_536 + 16
        let chunks = (0..<3).map { Array(file[(start + $0 * sealed)..<(start + ($0 + 1) * sealed)]) }
        let preamble = Array(file[..<start])
        let wrong: [(String, [UInt8])] = [
            ("no chunk", preamble),
            ("first alone", preamble + chunks[0]),
            ("last missing", preamble + chunks[0] + chunks[1]),
            ("first missing", preamble + chunks[1] + chunks[2]),
            ("exchanged", preamble + chunks[1] + chunks[0] + chunks[2]),
            ("repeated", preamble + chunks[0] + chunks[0] + chunks[1] + chunks[2]),
            ("last repeated", file + chunks[2]),
            ("a byte added", file + [0]),
            ("a tag's length added", file + [UInt8](repeating: 0, count: 16)),
        ]
        for (fault, bytes) in wrong {
            #expect(code { () throws(AgeError) in _ = try Age.decrypt(bytes.rawSpan, with: keyring) } == .payload, "\(fault)")
            let streamed = decryptStreaming(bytes, with: keyring, pieceBytes: 50_021)
            #expect(streamed.error?.code == .payload, "\(fault)")
            #expect(pattern(3 * 65_536).starts(with: streamed.released), "\(fault): only authentic plaintext in its order is released")
        }
    }

    @Test("of a long file exactly the chunks before the changed one are released", arguments: [0, 7, 16, 39])
    func changedChunk(_ index: Int) throws {
        let chunk = 65_536
        let identity = try AgeIdentity.generate()
        let plaintext = pattern(40 * chunk)
        var file = try Age.encrypt(plaintext.rawSpan, to: [identity.recipient])
        let start = try AgeHeader(unverified: file.rawSpan).byteCount + 16
        file[start + index * (chunk + 16) + 1_000] ^= 1
        let keyring = AgeKeyring(identity)
        for pieceBytes in [file.count, 1 << 20, 50_021] {
            let streamed = decryptStreaming(file, with: keyring, pieceBytes: pieceBytes)
            #expect(streamed.error?.code == .payload)
            #expect(streamed.released == Array(plaintext[..<(index * chunk)]), "pieces of \(pieceBytes)")
        }
        #expect(code { () throws(AgeError) in _ = try Age.decrypt(file.rawSpan, with: keyring) } == .payload)
    }

    @Test("a decryptor that has refused stays refused")
    func staysRefused() throws {
        let identity = try AgeIdentity.generate()
        // More than is ever held back.
        let file = try Age.encrypt([UInt8](repeating: 1, count: 12 << 20).rawSpan, to: [identity.recipient])
        var changed = file
        changed[file.count / 8] ^= 1
        var decryptor = AgeDecryptor(AgeKeyring(identity))
        #expect(code { () throws(AgeError) in try decryptor.append(changed.rawSpan) { _ in } } == .payload)
        #expect(code { () throws(AgeError) in try decryptor.append(file.rawSpan) { _ in } } == .payload)
        #expect(decryptor.header != nil)
        do throws(AgeError) {
            try decryptor.finish { _ in }
            Issue.record("the decryptor finished")
        } catch {
            #expect(error.code == .payload)
        }
    }
}
