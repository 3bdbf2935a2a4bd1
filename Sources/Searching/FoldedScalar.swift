// The standard library normalises, but offers only comparing publicly; Foundation's way needs 40 MB of ICU.
@_spi(_Unicode) internal import Swift

/// What becomes of one scalar when text is folded.
enum FoldedScalar {
    /// The folded scalar in UTF-8; nothing where it is left away.
    static func utf8(of scalar: UnicodeScalar) -> [UInt8] {
        var folded = String.UnicodeScalarView()
        for part in String(plain(scalar))._nfd where !isLeftAway(part) {
            for lower in caseFolded(part).unicodeScalars {
                if let other = sameForReaders[lower] { folded += other.unicodeScalars } else { folded.append(lower) }
            }
        }
        return Array(String(folded).utf8)
    }

    /// Normalization form C of a text in UTF-8.
    static func composed(_ text: [UInt8]) -> [UInt8] {
        String(decoding: text, as: UTF8.self)._nfcCodeUnits
    }

    /// Full case folding by way of capitals, which makes `ß` and `ẞ` `ss`, `ς` `σ`, and a dotless `ı` `i`.
    private static func caseFolded(_ scalar: UnicodeScalar) -> String {
        lower(upper(scalar.properties.lowercaseMapping))
    }

    private static func upper(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += $1.properties.uppercaseMapping }
    }

    private static func lower(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += $1.properties.lowercaseMapping }
    }

    /// Whether a scalar says nothing that a person would search for: accents, points and vowel signs that may be written or not, and what
    /// is not seen at all. Marks that make another letter (a virama, a voicing mark in kana, the vowels of Thai) stay.
    private static func isLeftAway(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.properties.canonicalCombiningClass.rawValue {
        case 1, 10...36, 202...240: return true
        default: break
        }
        return scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .enclosingMark || scalar == "\u{0640}"
    }

    // MARK: - Letters of another shape

    /// The letter or digit that a scalar is only another shape of: full width, circled, squared, or of a mathematical alphabet, in which
    /// people write names.
    private static func plain(_ scalar: UnicodeScalar) -> Character {
        if let letter = scatteredLetters[scalar] { return letter }
        let value = scalar.value
        func letter(_ offset: UInt32, _ first: UnicodeScalar) -> Character {
            UnicodeScalar(first.value + offset).map(Character.init) ?? Character(scalar)
        }
        switch value {
        case 0xFF01...0xFF5E: return letter(value - 0xFF01, "!")
        case 0x249C...0x24B5: return letter(value - 0x249C, "a")
        case 0x24B6...0x24E9: return letter((value - 0x24B6) % 26, "a")
        case 0x1D400...0x1D6A3: return letter((value - 0x1D400) % 26, "a")
        case 0x1D7CE...0x1D7FF: return letter((value - 0x1D7CE) % 10, "0")
        case 0x1F130...0x1F149: return letter(value - 0x1F130, "a")
        case 0x1F150...0x1F169: return letter(value - 0x1F150, "a")
        case 0x1F170...0x1F189: return letter(value - 0x1F170, "a")
        default: return Character(scalar)
        }
    }

    /// Those of the mathematical alphabets that stand among the letter-like symbols.
    private static let scatteredLetters: [UnicodeScalar: Character] = [
        "ℂ": "c", "ℊ": "g", "ℋ": "h", "ℌ": "h", "ℍ": "h", "ℎ": "h", "ℐ": "i", "ℑ": "i", "ℒ": "l", "ℓ": "l", "ℕ": "n", "ℙ": "p", "ℚ": "q",
        "ℛ": "r", "ℜ": "r", "ℝ": "r", "ℤ": "z", "ℨ": "z", "ℬ": "b", "ℭ": "c", "ℯ": "e", "ℰ": "e", "ℱ": "f", "ℳ": "m", "ℴ": "o",
    ]

    /// What readers take for the same though Unicode has it as different: letters with a stroke, ligatures, the quotation marks and dashes
    /// that a telephone makes of typed ones, and letters of the Arabic script that differ by keyboard.
    private static let sameForReaders: [UnicodeScalar: String] = [
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",
        "\u{2018}": "'", "\u{2019}": "'", "\u{201B}": "'", "\u{02BC}": "'", "\u{2032}": "'", "\u{00B4}": "'", "`": "'",
        "\u{201C}": "\"", "\u{201D}": "\"", "\u{201E}": "\"", "\u{201F}": "\"", "\u{00AB}": "\"", "\u{00BB}": "\"", "\u{2033}": "\"",
        "\u{2010}": "-", "\u{2011}": "-", "\u{2012}": "-", "\u{2013}": "-", "\u{2014}": "-", "\u{2015}": "-", "\u{2212}": "-",
        "\u{2026}": "...", "\u{06CC}": "\u{064A}", "\u{0649}": "\u{064A}", "\u{06A9}": "\u{0643}", "\u{0629}": "\u{0647}",
    ]
}
