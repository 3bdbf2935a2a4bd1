import Foundation
import ProgramRunner
import Searching
import TestVault
import Testing

@Suite("Folding follows Unicode")
struct FoldingFollowsUnicodeTests {
    /// Every scalar that Python's tables fold or decompose, and what they make of it: scalar, case folding, decomposition, composition of
    /// that, all in hexadecimal UTF-8.
    private static let tables = """
        import unicodedata
        def out(*texts): print(' '.join(t.encode().hex() for t in texts))
        for value in range(0x110000):
            if 0xD800 <= value <= 0xDFFF or 0xAC00 + 300 <= value <= 0xD7A3: continue
            c = chr(value)
            d = unicodedata.normalize('NFD', c)
            if c.casefold() != c or d != c or c.upper() != c: out(c, c.casefold(), d, unicodedata.normalize('NFC', d), c.upper())
        """

    @Test("whatever folds or decomposes to the same by the tables of Python is the same here")
    func tables() throws {
        let python = try RunningProgram(["python3", "-c", Self.tables]).end()
        try #require(python.code == 0, "\(python)")
        #expect(python.lines.count > 4000)
        var folder = TextFolder()
        var different: [String] = []
        for line in python.lines {
            let texts = line.split(separator: " ").compactMap { Self.bytes(of: $0) }
            try #require(texts.count == 5)
            let folded = texts.map { folder.fold(String(decoding: $0, as: UTF8.self)) }
            // An iota subscript is left away as an accent is, and not written out as capitals write it.
            let hasSubscript = String(decoding: texts[2], as: UTF8.self).unicodeScalars.contains("\u{345}")
            let compared = hasSubscript ? [folded[0], folded[2], folded[3]] : folded
            if Set(compared).count != 1 { different.append(line) }
        }
        #expect(different == [])
    }

    @Test(
        "awkward texts fold alike however they are composed, folding twice is folding once, and each finds itself",
        .enabled(if: TestData.isPresent, "\(TestData.absence)"))
    func awkward() throws {
        let texts = try JSONDecoder().decode([String].self, from: Data(TestData.bytes("robustness/blns.json")))
        #expect(texts.count > 500)
        var folder = TextFolder()
        var empty = 0
        for text in texts {
            let folded = folder.fold(text)
            for other in [text.decomposedStringWithCanonicalMapping, text.precomposedStringWithCanonicalMapping, " \(text)\u{200B}\n"] {
                #expect(folder.fold(other) == folded, "\(text)")
            }
            #expect(folder.fold(String(decoding: folded, as: UTF8.self)) == folded, "\(text)")
            guard !folded.isEmpty else {
                empty += 1
                continue
            }
            guard text.utf8.count <= SearchWords.limitBytes else { continue }
            for phrase in [text, text.decomposedStringWithCanonicalMapping] {
                // A phrase is one line.
                let sought = phrase.split(whereSeparator: \.isNewline).map(String.init).filter { !folder.fold($0).isEmpty }
                let words = try SearchWords(sought, asPhrases: true)
                let lines = ["x", "before \(text) behind", "y"].enumerated().map { TestData.message($0.element, id: "\($0.offset)") }
                let found = words.passages(in: lines, context: 0).flatMap(\.lines).filter(\.isMatch).map(\.number)
                #expect(found.contains(2), "\(text)")
            }
        }
        #expect(empty < 20)
    }

    @Test("capitals and small letters of awkward texts are the same", .enabled(if: TestData.isPresent, "\(TestData.absence)"))
    func cases() throws {
        let texts = try JSONDecoder().decode([String].self, from: Data(TestData.bytes("robustness/blns.json")))
        var folder = TextFolder()
        for text in texts.map({ $0.replacingOccurrences(of: "\u{345}", with: "", options: .literal) }) {
            #expect(folder.fold(text.uppercased()) == folder.fold(text), "\(text)")
            #expect(folder.fold(text.lowercased()) == folder.fold(text), "\(text)")
        }
    }

    private static func bytes(of hex: Substring) -> [UInt8]? {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
    }
}
