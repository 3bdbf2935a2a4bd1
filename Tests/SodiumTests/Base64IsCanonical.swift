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

    /// Lines and how many of them decode, with the bytes.
    private static func decodedLines(_ text: [UInt8], endingInCRLF: Bool = false) -> (count: Int, bytes: [UInt8]) {
        var count = 0
        let bytes = [UInt8](count: text.count / 65 * 48) { (out: inout MutableRawSpan) in
            count = Base64.decodeLines(text.rawSpan, endingInCRLF: endingInCRLF, into: &out)
        }
        return (count, Array(bytes[..<(count * 48)]))
    }

    private static func lines(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](count: bytes.count / 48 * 65) { (out: inout MutableRawSpan) in Base64.encodeLines(bytes.rawSpan, into: &out) }
    }

    @Test("full lines are what RFC 4648 gives, and come back", arguments: [0, 1, 2, 5, 64])
    func fullLines(_ count: Int) {
        // Every value of every byte, over the lines.
        let bytes = (0..<(count * 48)).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ $0 >> 6) }
        let expected = stride(from: 0, to: bytes.count, by: 48).flatMap { Array((Base64.encode(Array(bytes[$0..<($0 + 48)])) + "\n").utf8) }
        #expect(Self.lines(bytes) == expected)
        let (decoded, back) = Self.decodedLines(expected)
        #expect(decoded == count && back == bytes)
        let crlf = expected.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
        let (decodedCRLF, backCRLF) = Self.decodedLines(crlf, endingInCRLF: true)
        #expect(decodedCRLF == count && backCRLF == bytes)
        #expect(Self.decodedLines(crlf).count == 0)
    }

    @Test("of all characters those of the alphabet alone make a full line, in whatever column", arguments: [0, 1, 31, 62, 63])
    func columns(_ column: Int) throws {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let text = Self.lines([UInt8](repeating: 0xa5, count: 96))
        for character in UInt8.min...UInt8.max {
            var changed = text
            changed[65 + column] = character
            let (count, bytes) = Self.decodedLines(changed)
            #expect(count == (alphabet.contains(character) ? 2 : 1), "\(character)")
            guard count == 2 else { continue }
            let line = String(decoding: changed[65..<129], as: UTF8.self)
            #expect(Array(bytes[48...]) == (try Base64.decode(line)))
        }
    }

    @Test("a line that is short, padded, or has another end is left to the caller")
    func otherLines() {
        let text = Self.lines([UInt8](repeating: 1, count: 48))
        #expect(Self.decodedLines(Array(text.dropLast())).count == 0)
        for end in [UInt8(ascii: "\r"), UInt8(ascii: " "), UInt8(ascii: "A"), 0] {
            #expect(Self.decodedLines(text.dropLast() + [end]).count == 0)
        }
        #expect(Self.decodedLines(Array(text[..<62]) + Array("==\n".utf8)).count == 0)
    }
}
