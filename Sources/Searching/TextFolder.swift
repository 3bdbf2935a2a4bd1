/// Folds text so that what a person takes for the same has the same bytes; see `Docs/Decisions/searching.md` for what that is.
///
/// A folder remembers the scalars that it met, so one is used for a whole conversation. Texts that are canonically equivalent fold to the
/// same bytes, and folding twice is folding once.
package struct TextFolder: Sendable {
    private var known: [UnicodeScalar: [UInt8]] = [:]

    /// A folder that has met nothing yet.
    package init() {}

    /// The folded text in UTF-8, in normalization form C: runs of white space are one space, and none is at either end.
    package mutating func fold(_ text: String) -> [UInt8] {
        if let folded = Self.foldASCII(text.utf8.span) { return folded }
        var folded = Folded(capacity: text.utf8.count)
        var isASCII = true
        for scalar in text.unicodeScalars {
            if scalar.value < 0x80 {
                folded.add(UInt8(scalar.value))
            } else if scalar.properties.isWhitespace {
                folded.addSpace()
            } else {
                let piece = piece(of: scalar)
                folded.add(piece)
                isASCII = isASCII && piece.allSatisfy { $0 < 0x80 }
            }
        }
        // Where something was taken away between two scalars, they may now be written as one.
        return isASCII ? folded.bytes : FoldedScalar.composed(folded.bytes)
    }

    /// The same of a text in ASCII, as most are; nil for any other.
    private static func foldASCII(_ text: Span<UInt8>) -> [UInt8]? {
        var folded = Folded(capacity: text.count)
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x80 else { return nil }
            folded.add(byte)
        }
        return folded.bytes
    }

    private mutating func piece(of scalar: UnicodeScalar) -> [UInt8] {
        if let piece = known[scalar] { return piece }
        let piece = FoldedScalar.utf8(of: scalar)
        known[scalar] = piece
        return piece
    }
}

/// Folded text while it grows.
private struct Folded {
    private(set) var bytes: [UInt8] = []
    private var isSpaceDue = false

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// Adds white space, which becomes one space as soon as something follows.
    mutating func addSpace() {
        isSpaceDue = !bytes.isEmpty
    }

    /// Adds a character of ASCII.
    mutating func add(_ byte: UInt8) {
        switch byte {
        case 0x20, 0x09...0x0D: return addSpace()
        default: break
        }
        paySpace()
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
        case UInt8(ascii: "`"): bytes.append(UInt8(ascii: "'"))
        default: bytes.append(byte)
        }
    }

    /// Adds what is folded already.
    mutating func add(_ piece: [UInt8]) {
        guard !piece.isEmpty else { return }
        paySpace()
        bytes += piece
    }

    private mutating func paySpace() {
        if isSpaceDue { bytes.append(0x20) }
        isSpaceDue = false
    }
}
