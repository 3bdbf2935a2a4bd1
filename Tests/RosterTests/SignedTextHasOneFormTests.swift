import Records
import Roster
import Testing

@Suite("Signed text has one form")
struct SignedTextHasOneFormTests {
    static let form = SignedText.Form(
        context: "transcript-vault test 1",
        fields: [.init("name"), .init("note", 0...2), .init("part", 1...3), .init("end")]
    )

    static func parse(_ text: String) throws -> SignedText {
        try SignedText(form, parsing: Array(text.utf8))
    }

    @Test("what is written is read, and is written again as it was")
    func roundTrip() throws {
        let lines: [SignedText.Line] = [
            .init("name", "anna"), .init("note", "عربي: a: b  c"), .init("part", "1"), .init("part", "1"), .init("end", "☎ 😀 é e\u{301}"),
        ]
        let text = try SignedText(Self.form, lines: lines)
        let read = try SignedText(Self.form, parsing: text.bytes)
        #expect(read == text)
        #expect(try SignedText(Self.form, lines: read.lines).bytes == text.bytes)
        #expect(read.values(of: "part") == ["1", "1"])
        #expect(read.value(of: "part") == nil)
        #expect(read.value(of: "name") == "anna")
        #expect(read.value(of: "other") == nil)
    }

    @Test(
        "every other form is refused",
        arguments: [
            "", "\n", "transcript-vault test 1", "transcript-vault test 1\n",
            // Another context, a byte order mark before it, a space after it.
            "transcript-vault test 2\nname: a\npart: 1\nend: z\n", "\u{FEFF}transcript-vault test 1\nname: a\npart: 1\nend: z\n",
            "transcript-vault test 1 \nname: a\npart: 1\nend: z\n",
            // No final line feed, one too many, carriage returns, an empty line.
            "transcript-vault test 1\nname: a\npart: 1\nend: z", "transcript-vault test 1\nname: a\npart: 1\nend: z\n\n",
            "transcript-vault test 1\r\nname: a\r\npart: 1\r\nend: z\r\n", "transcript-vault test 1\nname: a\n\npart: 1\nend: z\n",
            // A field missing, twice, too often, unknown, in another place, in other letters.
            "transcript-vault test 1\npart: 1\nend: z\n", "transcript-vault test 1\nname: a\nname: a\npart: 1\nend: z\n",
            "transcript-vault test 1\nname: a\npart: 1\npart: 1\npart: 1\npart: 1\nend: z\n",
            "transcript-vault test 1\nname: a\nmore: b\npart: 1\nend: z\n", "transcript-vault test 1\nname: a\npart: 1\nend: z\nmore: b\n",
            "transcript-vault test 1\npart: 1\nname: a\nend: z\n", "transcript-vault test 1\nname: a\npart: 1\nend: z\npart: 2\n",
            "transcript-vault test 1\nName: a\npart: 1\nend: z\n",
            // Other separators, empty values, spaces at the ends.
            "transcript-vault test 1\nname:a\npart: 1\nend: z\n", "transcript-vault test 1\nname : a\npart: 1\nend: z\n",
            "transcript-vault test 1\nname:\npart: 1\nend: z\n", "transcript-vault test 1\nname: \npart: 1\nend: z\n",
            "transcript-vault test 1\nname:  a\npart: 1\nend: z\n", "transcript-vault test 1\nname: a \npart: 1\nend: z\n",
            "transcript-vault test 1\n name: a\npart: 1\nend: z\n", "transcript-vault test 1\nname\npart: 1\nend: z\n",
        ]
    )
    func otherForms(text: String) throws {
        #expect(try code { _ = try Self.parse(text) } == .refused)
    }

    @Test(
        "characters that hide what a line says are neither read nor written",
        arguments: [
            "\0", "\t", "\r", "\u{1B}[2J", "\u{7F}", "\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{202E}", "\u{2066}", "\u{2069}", "\n",
        ]
    )
    func hiddenCharacters(character: String) throws {
        #expect(try code { _ = try Self.parse("transcript-vault test 1\nname: a\(character)b\npart: 1\nend: z\n") } == .refused)
        let lines: [SignedText.Line] = [.init("name", "a\(character)b"), .init("part", "1"), .init("end", "z")]
        #expect(try code { _ = try SignedText(Self.form, lines: lines) } == .invalid)
    }

    @Test("bytes that are not UTF-8, and texts over the limit, are refused")
    func otherBytes() throws {
        let good = Array("transcript-vault test 1\nname: a\npart: 1\nend: z\n".utf8)
        for bad: UInt8 in [0x80, 0xC0, 0xFF] {
            var bytes = good
            bytes[bytes.count - 2] = bad
            #expect(try code { _ = try SignedText(Self.form, parsing: bytes) } == .refused)
        }
        let long = String(repeating: "x", count: Limits.signedTextBytes)
        #expect(try code { _ = try Self.parse("transcript-vault test 1\nname: \(long)\npart: 1\nend: z\n") } == .refused)
        #expect(
            try code { _ = try SignedText(Self.form, lines: [.init("name", long), .init("part", "1"), .init("end", "z")]) } == .invalid
        )
    }

    @Test(
        "what cannot be read is not written",
        arguments: [["name", "part"], ["part", "name", "end"], ["name", "part", "end", "end"], []]
    )
    func otherLines(names: [String]) throws {
        #expect(try code { _ = try SignedText(Self.form, lines: names.map { .init($0, "a") }) } == .invalid)
    }
}
