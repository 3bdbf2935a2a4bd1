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
        var folded: [UInt8] = []
        folded.reserveCapacity(text.utf8.count)
        var isSpaceDue = false
        var isASCII = true
        for scalar in text.unicodeScalars {
            if scalar.value < 0x80 {
                let byte = UInt8(scalar.value)
                if Self.isWhiteSpace(byte) {
                    isSpaceDue = !folded.isEmpty
                    continue
                }
                if isSpaceDue { folded.append(0x20) }
                isSpaceDue = false
                folded.append(Self.folded(byte))
                continue
            }
            if scalar.properties.isWhitespace {
                isSpaceDue = !folded.isEmpty
                continue
            }
            let piece = piece(of: scalar)
            guard !piece.isEmpty else { continue }
            if isSpaceDue { folded.append(0x20) }
            isSpaceDue = false
            folded += piece
            isASCII = isASCII && piece.allSatisfy { $0 < 0x80 }
        }
        // Where something was taken away between two scalars, they may now be written as one.
        return isASCII ? folded : FoldedScalar.composed(folded)
    }

    private mutating func piece(of scalar: UnicodeScalar) -> [UInt8] {
        if let piece = known[scalar] { return piece }
        let piece = FoldedScalar.utf8(of: scalar)
        known[scalar] = piece
        return piece
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "`"): UInt8(ascii: "'")
        default: byte
        }
    }
}
