import Age
import Sodium
import Testing

private let begin = "-----BEGIN AGE ENCRYPTED FILE-----"
private let end = "-----END AGE ENCRYPTED FILE-----"

/// What taking armor off gave, in pieces of `pieceBytes`.
private func unarmored(_ text: [UInt8], pieceBytes: Int) -> (bytes: [UInt8], code: AgeError.Code?) {
    var bytes: [UInt8] = []
    let failure = code { () throws(AgeError) in
        var reader = AgeArmorReader()
        var offset = 0
        while offset < text.count {
            let stop = min(offset + pieceBytes, text.count)
            try reader.append(text.rawSpan.extracting(offset..<stop)) { bytes += $0.array }
            offset = stop
        }
        try reader.finish()
    }
    return (bytes, failure)
}

private func armored(_ bytes: [UInt8], pieceBytes: Int) throws -> [UInt8] {
    var text: [UInt8] = []
    var writer = AgeArmorWriter()
    var offset = 0
    while offset < bytes.count {
        let stop = min(offset + pieceBytes, bytes.count)
        try writer.append(bytes.rawSpan.extracting(offset..<stop)) { text += $0.array }
        offset = stop
    }
    try writer.finish { text += $0.array }
    return text
}

struct ArmorIsStrict {
    @Test("whatever the size and the pieces, the text is the one that RFC 7468 prescribes, and comes back")
    func roundTrips() throws {
        for size in Array(0...100) + [48 * 1_007, 48 * 1_008, 48 * 1_009 + 1, 200_000] {
            let bytes = pattern(size)
            let base64 = Array(Base64.encode(bytes).utf8)
            let lines = stride(from: 0, to: base64.count, by: 64).map {
                String(decoding: base64[$0..<min($0 + 64, base64.count)], as: UTF8.self)
            }
            let expected = Array(([begin] + lines + [end]).map { $0 + "\n" }.joined().utf8)
            for pieceBytes in size > 1_000 ? [size, 4_999] : [max(size, 1), 1, 31, 48] {
                let text = try armored(bytes, pieceBytes: pieceBytes)
                #expect(text == expected, "\(size) bytes in pieces of \(pieceBytes)")
                let back = unarmored(text, pieceBytes: pieceBytes)
                #expect(back.code == nil && back.bytes == bytes, "\(size) bytes in pieces of \(pieceBytes)")
            }
        }
    }

    @Test("lines may end in CRLF, each for itself, and the last in nothing")
    func lineEndings() throws {
        let bytes = pattern(500)
        let text = String(decoding: try armored(bytes, pieceBytes: 500), as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        let mixed = lines.enumerated().map { $1 + ($0 % 2 == 0 ? "\r\n" : "\n") }.joined()
        for variant in [lines.joined(separator: "\r\n"), lines.joined(separator: "\r\n") + "\r\n", mixed, String(text.dropLast())] {
            for pieceBytes in [1, 7, 66, 10_000] {
                let back = unarmored(Array(variant.utf8), pieceBytes: pieceBytes)
                #expect(back.code == nil && back.bytes == bytes)
            }
        }
    }

    @Test("up to 1,024 blank characters may stand before it, and after it, and no more")
    func whitespace() throws {
        let text = String(decoding: try armored(pattern(100), pieceBytes: 100), as: UTF8.self)
        for pieceBytes in [1, 100, 10_000] {
            for blank in ["\n", "   \t\r\n", " \u{b}\u{c}\n"] {
                let most = String(repeating: blank, count: 1_024 / blank.utf8.count)
                #expect(unarmored(Array((most + text + most).utf8), pieceBytes: pieceBytes).code == nil)
                for wrong in [most + most + text, text + most + most] {
                    #expect(unarmored(Array(wrong.utf8), pieceBytes: pieceBytes).code == .armor)
                }
            }
            let oneMore = String(repeating: "\n", count: 1_025)
            #expect(unarmored(Array((oneMore + text).utf8), pieceBytes: pieceBytes).code == .armor)
            #expect(unarmored(Array((text + oneMore).utf8), pieceBytes: pieceBytes).code == .armor)
        }
    }

    @Test("an endless line and endless blanks are refused at once, not collected")
    func endless() throws {
        for filler in [" ", "\n", "A", "-"] {
            for start in ["", begin + "\n", begin + "\n" + end + "\n"] {
                var reader = AgeArmorReader()
                try reader.append(Array(start.utf8).rawSpan) { _ in }
                let more = Array(String(repeating: filler, count: 1_100).utf8)
                #expect(code { () throws(AgeError) in try reader.append(more.rawSpan) { _ in } } == .armor, "\(filler) after \(start)")
                #expect(code { () throws(AgeError) in try reader.append(more.rawSpan) { _ in } } == .armor, "it stays refused")
            }
        }
    }

    @Test("a changed character gives an error and no other plaintext, whatever its place, for every reader")
    func changedAnywhere() throws {
        let identity = try AgeIdentity.generate()
        let plaintext = pattern(40)
        let text = try Age.encrypt(plaintext.rawSpan, to: [identity.recipient], format: .armored)
        let keyring = AgeKeyring(identity)
        for offset in text.indices {
            for change in [UInt8](arrayLiteral: 1, 2, 0x20, 0x80) {
                var changed = text
                changed[offset] ^= change
                let expected = code { () throws(AgeError) in _ = try Age.decrypt(changed.rawSpan, with: keyring) }
                #expect(expected != nil, "\(change) at \(offset)")
                let streamed = decryptStreaming(changed, with: keyring, pieceBytes: 11)
                #expect(streamed.error != nil && streamed.released.isEmpty, "\(change) at \(offset)")
            }
        }
    }

    @Test("a text cut anywhere is refused, but for its last line feed")
    func truncatedAnywhere() throws {
        let identity = try AgeIdentity.generate()
        let text = try Age.encrypt(pattern(40).rawSpan, to: [identity.recipient], format: .armored)
        let keyring = AgeKeyring(identity)
        for length in 1..<(text.count - 1) {
            let cut = Array(text[..<length])
            #expect(code { () throws(AgeError) in _ = try Age.decrypt(cut.rawSpan, with: keyring) } == .armor, "cut at \(length)")
            let streamed = decryptStreaming(cut, with: keyring, pieceBytes: 13)
            #expect(streamed.error?.code == .armor && streamed.released.isEmpty, "cut at \(length)")
        }
        let noLineFeed = Array(text.dropLast())
        #expect(try Age.decrypt(noLineFeed.rawSpan, with: keyring) == pattern(40))
    }

    @Test("after a fault in the armor the chunks that stand whole before it are released, whatever the pieces", arguments: [2, 7, 8, 17])
    func releasedBeforeFault(_ chunks: Int) throws {
        let chunk = 65_536
        let identity = try AgeIdentity.generate()
        let plaintext = pattern(20 * chunk)
        let file = try Age.encrypt(plaintext.rawSpan, to: [identity.recipient], format: .armored)
        let start = try AgeHeader(unverified: file.rawSpan).byteCount + 16
        // In the line in which the chunk of that number ends, so that the chunk before it is whole and followed by more.
        let line = (start + (chunks + 1) * (chunk + 16)) / 48 - 1
        var changed = file
        changed[begin.utf8.count + 1 + line * 65 + 10] = UInt8(ascii: "!")
        let keyring = AgeKeyring(identity)
        for pieceBytes in [changed.count, 1 << 20, 50_021] {
            for streamed in [
                decryptStreaming(changed, with: keyring, pieceBytes: pieceBytes),
                decryptFromSource(changed, with: keyring, pieceBytes: pieceBytes),
            ] {
                #expect(streamed.error?.code == .armor)
                #expect(streamed.released == Array(plaintext[..<(chunks * chunk)]), "released \(streamed.released.count / chunk) chunks")
            }
        }
        #expect(code { () throws(AgeError) in _ = try Age.decrypt(changed.rawSpan, with: keyring) } == .armor)
    }

    @Test("the format is told by the first byte, or demanded")
    func formats() throws {
        let identity = try AgeIdentity.generate()
        let recipients = [identity.recipient]
        let keyring = AgeKeyring(identity)
        let plaintext = pattern(70_000)
        let binary = try Age.encrypt(plaintext.rawSpan, to: recipients, random: CountedRandom(seed: 3))
        let text = try Age.encrypt(plaintext.rawSpan, to: recipients, format: .armored, random: CountedRandom(seed: 3))
        #expect(try armored(binary, pieceBytes: 1_000) == text)
        let encryptor = try AgeEncryptor(to: recipients, format: .armored, random: CountedRandom(seed: 3))
        #expect(try encryptStreaming(plaintext, encryptor, pieceBytes: 9_999) == text)
        for (file, format, other) in [(binary, AgeFormat.binary, AgeFormat.armored), (text, .armored, .binary)] {
            #expect(try Age.decrypt(file.rawSpan, with: keyring) == plaintext)
            #expect(try Age.decrypt(file.rawSpan, with: keyring, expecting: format) == plaintext)
            #expect(code { () throws(AgeError) in _ = try Age.decrypt(file.rawSpan, with: keyring, expecting: other) } == .armor)
            #expect(decryptStreaming(file, with: keyring, pieceBytes: 999, expecting: other).error?.code == .armor)
            #expect(decryptFromSource(file, with: keyring, pieceBytes: 999, expecting: other).error?.code == .armor)
            #expect(decryptFromSource(file, with: keyring, pieceBytes: 999, expecting: format).error == nil)
            let header = try AgeHeader(unverified: file.rawSpan)
            #expect(header.x25519Count == 1 && header.byteCount == binary.count - 16 - 70_000 - 32)
        }
    }

    @Test("what the sink of armor throws comes back as the cause")
    func sink() throws {
        struct DiskFull: Error {}
        var writer = AgeArmorWriter()
        do throws(AgeError) {
            try writer.append(pattern(100).rawSpan) { _ in throw DiskFull() }
            Issue.record("the sink's failure was lost")
        } catch {
            #expect(error.code == .callerIO && error.cause is DiskFull)
        }
        var reader = AgeArmorReader()
        let text = try armored(pattern(100), pieceBytes: 100)
        #expect(code { () throws(AgeError) in try reader.append(text.rawSpan) { _ in throw DiskFull() } } == .callerIO)
        #expect(code { () throws(AgeError) in try reader.append(text.rawSpan) { _ in } } == .callerIO)
    }
}
