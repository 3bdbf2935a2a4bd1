import Sodium
import Testing

struct HashesFollowTheirStandards {
    @Test(
        "SHA-256 of the FIPS 180 examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ]
    )
    func sha256(_ text: String, _ digest: String) {
        #expect(hexText(SHA256.hash(Array(text.utf8))) == digest)
    }

    @Test("SHA-256 of a million letters, in pieces that are no multiple of a block")
    func sha256InPieces() {
        var hash = SHA256()
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 625)
        for _ in 0..<1_600 { hash.update(piece.rawSpan) }
        #expect(hexText(hash.finalize()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("BLAKE2b-512 of RFC 7693, appendix A")
    func blake2b() {
        let digest =
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
        #expect(hexText(BLAKE2b.hash(Array("abc".utf8), digestBytes: 64)) == digest)
    }

    @Test("BLAKE2b's self-test of RFC 7693, appendix E: many lengths, keyed and not")
    func blake2bSelfTest() {
        var all = BLAKE2b(digestBytes: 32)
        for digestBytes in [20, 32, 48, 64] {
            for inputBytes in [0, 3, 128, 129, 255, 1024] {
                let input = Self.sequence(inputBytes, seed: UInt32(inputBytes))
                all.update(BLAKE2b.hash(input, digestBytes: digestBytes).rawSpan)
                let key = secret(Self.sequence(digestBytes, seed: UInt32(digestBytes)))
                let keyed = BLAKE2b.keyedHash(input.rawSpan, key: key, digestBytes: digestBytes)
                all.update(keyed.bytes)
            }
        }
        #expect(hexText(all.finalize()) == "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475")
    }

    @Test("BLAKE2b in pieces is BLAKE2b at once")
    func blake2bInPieces() {
        let message = Self.sequence(1_000, seed: 1)
        var hash = BLAKE2b(digestBytes: 32)
        for start in stride(from: 0, to: 1_000, by: 37) { hash.update(Array(message[start..<min(start + 37, 1_000)]).rawSpan) }
        #expect(hash.finalize() == BLAKE2b.hash(message))
    }

    /// The RFC's `selftest_seq`.
    private static func sequence(_ count: Int, seed: UInt32) -> [UInt8] {
        var one: UInt32 = 0xDEAD_4BAD &* seed
        var two: UInt32 = 1
        return (0..<count).map { _ in
            let sum = one &+ two
            one = two
            two = sum
            return UInt8(truncatingIfNeeded: sum >> 24)
        }
    }
}

struct KeyedFunctionsFollowTheirStandards {
    @Test(
        "HMAC-SHA256 of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(0x01...0x19), [UInt8](repeating: 0xcd, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            ([UInt8](repeating: 0x0c, count: 20), Array("Test With Truncation".utf8), "a3b6167473100ee06e0c796c2955552b"),
            (
                [UInt8](repeating: 0xaa, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array(
                    ("This is a test using a larger than block-size key and a larger than block-size data. "
                        + "The key needs to be hashed before being used by the HMAC algorithm.").utf8
                ),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
        ] as [([UInt8], [UInt8], String)]
    )
    func hmac(_ key: [UInt8], _ message: [UInt8], _ code: String) {
        let guarded = secret(key)
        let result = HMACSHA256.authenticate(message.rawSpan, key: guarded)
        #expect(hexText(result).hasPrefix(code))
        let isValid = HMACSHA256.isValid(result, for: message.rawSpan, key: guarded)
        #expect(isValid)
    }

    @Test("an HMAC that is changed, short or for another message is refused")
    func hmacRefused() {
        let key = secret([1, 2, 3])
        let message: [UInt8] = [4, 5, 6]
        let code = HMACSHA256.authenticate(message.rawSpan, key: key)
        var changed = code
        changed[31] ^= 1
        let other: [UInt8] = [4, 5, 7]
        let accepted = [
            HMACSHA256.isValid(changed, for: message.rawSpan, key: key),
            HMACSHA256.isValid(Array(code.dropLast()), for: message.rawSpan, key: key),
            HMACSHA256.isValid(code, for: other.rawSpan, key: key),
            HMACSHA256.isValid([], for: message.rawSpan, key: key),
        ]
        #expect(accepted == [false, false, false, false])
    }

    @Test(
        "HKDF-SHA256 of RFC 5869, appendix A",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 22), Array(0x00...0x0c), Array(0xf0...0xf9),
                "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
            ),
            (
                Array(0x00...0x4f), Array(0x60...0xaf), Array(0xb0...0xff),
                "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                    + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
            ),
            (
                [UInt8](repeating: 0x0b, count: 22), [], [],
                "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
            ),
        ] as [([UInt8], [UInt8], [UInt8], String, String)]
    )
    func hkdf(_ material: [UInt8], _ salt: [UInt8], _ info: [UInt8], _ key: String, _ output: String) {
        #expect(hexText(revealed(HKDF.extract(from: material.rawSpan, salt: salt))) == key)
        let guarded = secret(material)
        #expect(hexText(revealed(HKDF.derive(from: guarded, salt: salt, info: info, count: output.count / 2))) == output)
    }

    @Test("HKDF gives its longest output, of which a shorter one is the beginning")
    func hkdfLengths() {
        let key = secret([1, 2, 3])
        let longest = revealed(HKDF.derive(from: key, info: [4], count: HKDF.maximumOutputBytes))
        #expect(longest.count == 8_160)
        for count in [1, 31, 32, 33, 64, 8_159] {
            #expect(revealed(HKDF.derive(from: key, info: [4], count: count)) == Array(longest[..<count]))
        }
    }

    @Test("the children of a key are BLAKE2b with number as salt and context as personal string, as another implementation computes it")
    func childKeys() {
        let parent = secret(Array(0..<32))
        #expect(
            hexText(revealed(ChildKey.derive(0, of: parent, context: "calendar")))
                == "f540365a7b734f2ab8678363cc466f6ad3fda987e61c202c448dcb591d3167ad"
        )
        #expect(
            hexText(revealed(ChildKey.derive(1, of: parent, context: "calendar")))
                == "ad67898e4303c7a0c6fb6f7b48d84d546d865431cfae26aa559f47f69942efc6"
        )
    }
}
