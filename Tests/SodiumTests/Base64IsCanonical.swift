import Sodium
import Testing

struct Base64IsCanonical {
    @Test(
        "RFC 4648, section 10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
    )
    func vectors(_ text: String, _ encoded: String) throws {
        let bytes = Array(text.utf8)
        let unpadded = String(encoded.prefix { $0 != "=" })
        #expect(Base64.encode(bytes) == encoded)
        #expect(Base64.encode(bytes, .unpadded) == unpadded)
        #expect(try Base64.decode(encoded) == bytes)
        #expect(try Base64.decode(unpadded, .unpadded) == bytes)
        let encodedBytes = Array(encoded.utf8)
        #expect(revealed(Base64.encodeSecret(bytes.rawSpan)) == encodedBytes)
        #expect(revealed(try Base64.decodeSecret(encodedBytes.rawSpan)) == bytes)
    }

    @Test("every length comes back")
    func lengths() throws {
        for count in 0..<300 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ count) }
            #expect(try Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(try Base64.decode(Base64.encode(bytes, .unpadded), .unpadded) == bytes)
        }
    }

    @Test(
        "padded base64 that is not the one encoding of its bytes is refused",
        arguments: [
            "Zh==", "Zm9=", "Zg=", "Zg", "Zg===", "=", "====", "Z", "Zm9v=", "Zm9v====", "Zg==Zg==", " Zg==", "Zg== ", "Zg==\n",
            "Zm9v\nYmFy", "Zm-_", "Zm9\u{e9}",
            "Zm9v\u{0}",
        ]
    )
    func paddedRefused(_ text: String) {
        #expect(code { () throws(SodiumError) in _ = try Base64.decode(text) } == .malformed)
    }

    @Test(
        "unpadded base64 that is not the one encoding of its bytes is refused",
        arguments: ["Zh", "Zm9", "Zg==", "Zg=", "Z", "Zm9vY", "=", " Zg", "Zg ", "Zg\n", "Zm9v\nYmFy", "Zm-_", "Zm9v\u{0}"]
    )
    func unpaddedRefused(_ text: String) {
        #expect(code { () throws(SodiumError) in _ = try Base64.decode(text, .unpadded) } == .malformed)
    }

    @Test("at each place exactly the alphabet's 64 characters are read, of all 256 bytes", arguments: [0, 1, 2, 3])
    func alphabet(_ place: Int) {
        var accepted: [UInt8] = []
        for byte in UInt8.min...UInt8.max {
            var text = Array("Zm9v".utf8)
            text[place] = byte
            for variant in [Base64.Variant.padded, .unpadded] {
                if code({ () throws(SodiumError) in _ = try Base64.decodeSecret(text.rawSpan, variant) }) == nil { accepted.append(byte) }
            }
        }
        let alphabet = "+/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        #expect(String(decoding: accepted, as: UTF8.self) == alphabet.map { "\($0)\($0)" }.joined())
    }
}
