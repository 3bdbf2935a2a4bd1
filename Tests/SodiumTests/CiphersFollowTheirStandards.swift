import Sodium
import Testing

struct CiphersFollowTheirStandards {
    @Test("ChaCha20-Poly1305 of RFC 8439, section 2.8.2")
    func chachaSeal() throws {
        let key = secret(Array(0x80...0x9f))
        let nonce = hex("07 00 00 00 40 41 42 43 44 45 46 47")
        let context = hex("50 51 52 53 c0 c1 c2 c3 c4 c5 c6 c7")
        let expected =
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
            + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116"
            + "1ae10b594f09e26a7e902ecbd0600691"
        let message = sunscreen
        let sealed = [UInt8](count: message.count + ChaCha20Poly1305.tagBytes) { (out: inout MutableRawSpan) in
            ChaCha20Poly1305.seal(message.rawSpan, nonce: nonce, authenticating: context, key: key, into: &out)
        }
        #expect(hexText(sealed) == expected)
        let opened = try [UInt8](count: sunscreen.count) { (out: inout MutableRawSpan) throws(SodiumError) in
            try ChaCha20Poly1305.open(sealed.rawSpan, nonce: nonce, authenticating: context, key: key, into: &out)
        }
        #expect(opened == sunscreen)
    }

    @Test("ChaCha20-Poly1305 of RFC 8439, appendix A.5")
    func chachaOpen() throws {
        let key = secret(hex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0"))
        let sealed = hex(
            "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
                + "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
                + "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523eaf4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
                + "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a1049e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
                + "a6ad5cb4022b02709b eead9d67890cbb22392336fea1851f38"
        )
        let opened = try [UInt8](count: sealed.count - ChaCha20Poly1305.tagBytes) { (out: inout MutableRawSpan) throws(SodiumError) in
            try ChaCha20Poly1305.open(
                sealed.rawSpan,
                nonce: hex("000000000102030405060708"),
                authenticating: hex("f33388860000000000004e91"),
                key: key,
                into: &out
            )
        }
        let text =
            "Internet-Drafts are draft documents valid for a maximum of six months and may be updated, replaced, or obsoleted by other "
            + "documents at any time. It is inappropriate to use Internet-Drafts as reference material or to cite them other than as /"
            + "“work in progress./”"
        #expect(String(decoding: opened, as: UTF8.self) == text)
    }

    @Test("ChaCha20-Poly1305 refuses what is changed, short, or under another key, nonce or context")
    func chachaRefuses() {
        let key = secret(Array(0..<32))
        let nonce = [UInt8](repeating: 7, count: 12)
        let sealed = [UInt8](count: 3 + 16) { (out: inout MutableRawSpan) in
            let message: [UInt8] = [1, 2, 3]
            ChaCha20Poly1305.seal(message.rawSpan, nonce: nonce, authenticating: [9], key: key, into: &out)
        }
        #expect(Self.opens(sealed, nonce, [9], key) == true)
        for offset in sealed.indices {
            var changed = sealed
            changed[offset] ^= 0x80
            #expect(Self.opens(changed, nonce, [9], key) == false)
        }
        #expect(Self.opens(sealed, [UInt8](repeating: 8, count: 12), [9], key) == false)
        #expect(Self.opens(sealed, nonce, [], key) == false)
        let otherKey = secret(Array(1...32))
        #expect(Self.opens(sealed, nonce, [9], otherKey) == false)
        for length in 0..<sealed.count { #expect(Self.opens(Array(sealed[..<length]), nonce, [9], key) == false) }
    }

    private static func opens(_ sealed: [UInt8], _ nonce: [UInt8], _ context: [UInt8], _ key: borrowing SecretBytes) -> Bool {
        var out = SecretBytes(zeros: max(0, sealed.count - 16))
        var bytes = out.mutableBytes
        do {
            try ChaCha20Poly1305.open(sealed.rawSpan, nonce: nonce, authenticating: context, key: key, into: &bytes)
            return true
        } catch {
            return false
        }
    }

    @Test("many chunks at once are the same as one after the other", arguments: [0, 1, 100, 101, 799, 800, 801, 1_000, 10_000])
    func chachaChunks(_ size: Int) throws {
        let key = secret(Array(0..<32))
        let message = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let count = max(1, (size + 99) / 100)
        let nonces = (0..<count).map {
            [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] + [UInt8](repeating: 5, count: 10)
        }
        var expected: [UInt8] = []
        for index in 0..<count {
            let chunk = Array(message[(index * 100)..<min(size, (index + 1) * 100)])
            expected += [UInt8](count: chunk.count + 16) { (out: inout MutableRawSpan) in
                ChaCha20Poly1305.seal(chunk.rawSpan, nonce: nonces[index], key: key, into: &out)
            }
        }
        let joined = nonces.flatMap { $0 }
        let sealed = [UInt8](count: size + 16 * count) { (out: inout MutableRawSpan) in
            ChaCha20Poly1305.sealChunks(message.rawSpan, chunkBytes: 100, nonces: joined, key: key, on: .all, into: &out)
        }
        #expect(sealed == expected)
        #expect(Self.openedChunks(sealed, joined, key).count == count)
        #expect(Self.openedChunks(sealed, joined, key).plaintext == message)
        for index in Set([0, count / 2, count - 1]) {
            var changed = sealed
            changed[index * 116] ^= 1
            changed[sealed.count - 1] ^= 1
            let opened = Self.openedChunks(changed, joined, key)
            #expect(opened.count == index, "the first chunk that is not authentic is told, whatever comes after it")
            #expect(opened.plaintext.starts(with: message[..<(index * 100)]))
        }
    }

    private static func openedChunks(
        _ sealed: [UInt8],
        _ nonces: [UInt8],
        _ key: borrowing SecretBytes
    ) -> (count: Int, plaintext: [UInt8]) {
        var count = 0
        let plaintext = [UInt8](count: sealed.count - 16 * (nonces.count / 12)) { (out: inout MutableRawSpan) in
            count = ChaCha20Poly1305.openChunks(sealed.rawSpan, chunkBytes: 100, nonces: nonces, key: key, on: .all, into: &out)
        }
        return (count, plaintext)
    }

    @Test("XChaCha20-Poly1305 of draft-irtf-cfrg-xchacha-03, appendix A.3.1, sealed with its nonce and opened")
    func xchacha() throws {
        let key = secret(Array(0x80...0x9f))
        let nonce = Array(UInt8(0x40)...0x57)
        let context = hex("50515253c0c1c2c3c4c5c6c7")
        let expected = hex(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                + "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e"
                + "c0875924c1c7987947deafd8780acf49"
        )
        let message = sunscreen
        let sealed = XChaCha20Poly1305.seal(message.rawSpan, authenticating: context, key: key, random: FixedRandom(bytes: nonce))
        #expect(sealed == nonce + expected)
        #expect(revealed(try XChaCha20Poly1305.open(sealed.rawSpan, authenticating: context, key: key)) == sunscreen)
    }

    @Test("XChaCha20-Poly1305 refuses what is changed, short, or under another key or context")
    func xchachaRefuses() {
        let key = secret(Array(0..<32))
        let message: [UInt8] = [1, 2, 3]
        let sealed = XChaCha20Poly1305.seal(message.rawSpan, authenticating: [9], key: key, random: SystemRandom())
        #expect(sealed.count == 24 + 3 + 16)
        #expect(Self.xopens(sealed, [9], key) == true)
        for offset in sealed.indices {
            var changed = sealed
            changed[offset] ^= 0x80
            #expect(Self.xopens(changed, [9], key) == false)
        }
        for length in 0..<sealed.count { #expect(Self.xopens(Array(sealed[..<length]), [9], key) == false) }
        #expect(Self.xopens(sealed, [8], key) == false)
        let otherKey = secret(Array(1...32))
        #expect(Self.xopens(sealed, [9], otherKey) == false)
    }

    private static func xopens(_ sealed: [UInt8], _ context: [UInt8], _ key: borrowing SecretBytes) -> Bool {
        do {
            _ = try XChaCha20Poly1305.open(sealed.rawSpan, authenticating: context, key: key)
            return true
        } catch {
            return false
        }
    }

    @Test("XChaCha20-Poly1305 draws a new nonce every time")
    func freshNonce() {
        let key = secret(Array(0..<32))
        let message: [UInt8] = [1, 2, 3]
        let nonces = (0..<100).map { _ in
            Array(XChaCha20Poly1305.seal(message.rawSpan, authenticating: [], key: key, random: SystemRandom())[..<24])
        }
        #expect(Set(nonces).count == 100)
    }
}
