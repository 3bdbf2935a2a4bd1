/// Base64 in full lines, for armored files, of which there may be gigabytes: eight characters at a time in one machine word.
///
/// Like the rest of `Base64` it has no table and no branch that depends on the data, but for the refusal of what is no base64.
extension Base64 {
    /// Bytes that a full line stands for.
    package static let lineBytes = 48
    /// Characters of a full line, the end of line not counted (RFC 7468 section 2).
    package static let lineCharacters = 64

    private static let groupBytes = 6
    private static let groupCharacters = 8
    private static let groupsInLine = 8

    /// Writes the lines of `bytes`, which make whole lines, into `out`: 64 characters and a line feed each.
    package static func encodeLines(_ bytes: RawSpan, into out: inout MutableRawSpan) {
        let lines = bytes.byteCount / lineBytes
        precondition(bytes.byteCount == lines * lineBytes && out.byteCount == lines * (lineCharacters + 1), "lines are written whole")
        unsafe bytes.withPointer { bytes, _ in
            unsafe out.withMutablePointer { out, _ in
                for line in 0..<lines {
                    let from = unsafe UnsafeRawPointer(bytes + line * lineBytes)
                    let to = unsafe UnsafeMutableRawPointer(out + line * (lineCharacters + 1))
                    for group in 0..<groupsInLine {
                        // The last group is read with the two bytes before it, so that nothing beyond the line is read.
                        let isLast = group == groupsInLine - 1
                        let word = unsafe from.loadUnaligned(fromByteOffset: isLast ? lineBytes - 8 : group * groupBytes, as: UInt64.self)
                        let sextets = spread(isLast ? word.bigEndian & 0xffff_ffff_ffff : word.bigEndian >> 16)
                        unsafe to.storeBytes(of: letters(sextets).bigEndian, toByteOffset: group * groupCharacters, as: UInt64.self)
                    }
                    unsafe to.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: lineCharacters, as: UInt8.self)
                }
            }
        }
    }

    /// Decodes full lines from the beginning of `text` on, and returns how many there were.
    ///
    /// It stops before the first that is not 64 characters of the alphabet and an end of line: a short one, a padded one, one that is wrong.
    /// `out` has room for 48 bytes for each line that `text` has room for.
    package static func decodeLines(_ text: RawSpan, endingInCRLF: Bool, into out: inout MutableRawSpan) -> Int {
        let stride = lineCharacters + (endingInCRLF ? 2 : 1)
        let most = text.byteCount / stride
        precondition(out.byteCount >= most * lineBytes, "there is room for all lines")
        return unsafe text.withPointer { text, _ in
            unsafe out.withMutablePointer { out, _ in
                for line in 0..<most {
                    let from = unsafe UnsafeRawPointer(text + line * stride)
                    guard unsafe endsLine(from, endingInCRLF), unsafe decodeLine(from, UnsafeMutableRawPointer(out + line * lineBytes))
                    else { return line }
                }
                return most
            }
        }
    }

    private static func endsLine(_ line: UnsafeRawPointer, _ endingInCRLF: Bool) -> Bool {
        let end = unsafe UnsafeRawBufferPointer(start: line + lineCharacters, count: endingInCRLF ? 2 : 1)
        return unsafe end.elementsEqual(endingInCRLF ? [UInt8(ascii: "\r"), UInt8(ascii: "\n")] : [UInt8(ascii: "\n")])
    }

    private static func decodeLine(_ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer) -> Bool {
        var refused: UInt64 = 0
        for group in 0..<groupsInLine {
            let word = unsafe UInt64(bigEndian: from.loadUnaligned(fromByteOffset: group * groupCharacters, as: UInt64.self))
            let (sextets, unknown) = sextets(word)
            refused |= unknown
            let bytes = joined(sextets)
            unsafe to.storeBytes(
                of: UInt32(truncatingIfNeeded: bytes >> 16).bigEndian, toByteOffset: group * groupBytes, as: UInt32.self)
            unsafe to.storeBytes(
                of: UInt16(truncatingIfNeeded: bytes).bigEndian, toByteOffset: group * groupBytes + 4, as: UInt16.self)
        }
        return refused == 0
    }

    /// Six bytes, in the lower 48 bits, as eight bytes of six bits.
    private static func spread(_ bytes: UInt64) -> UInt64 {
        let halves = ((bytes << 8) & 0x00ff_ffff_0000_0000) | (bytes & 0x00ff_ffff)
        let quarters = ((halves << 4) & 0x0fff_0000_0fff_0000) | (halves & 0x0000_0fff_0000_0fff)
        return ((quarters << 2) & 0x3f00_3f00_3f00_3f00) | (quarters & 0x003f_003f_003f_003f)
    }

    /// Eight bytes of six bits as six bytes, in the lower 48 bits.
    private static func joined(_ sextets: UInt64) -> UInt64 {
        let quarters = ((sextets & 0x3f00_3f00_3f00_3f00) >> 2) | (sextets & 0x003f_003f_003f_003f)
        let halves = ((quarters & 0x0fff_0000_0fff_0000) >> 4) | (quarters & 0x0000_0fff_0000_0fff)
        return ((halves & 0x00ff_ffff_0000_0000) >> 8) | (halves & 0x00ff_ffff)
    }

    /// Every byte of a word set to `byte`.
    private static func all(_ byte: UInt64) -> UInt64 {
        byte &* 0x0101_0101_0101_0101
    }

    /// One in each byte of `word` that is at least `least`, zero in the others; every byte of `word` is below 128.
    private static func atLeast(_ least: UInt64, _ word: UInt64) -> UInt64 {
        ((word &+ all(128 - least)) >> 7) & all(1)
    }

    /// The letters for eight bytes of six bits: A–Z, a–z, 0–9, + and / follow one another with gaps between, which are added.
    private static func letters(_ sextets: UInt64) -> UInt64 {
        var letters = sextets &+ all(65)
        letters &+= atLeast(26, sextets) &* 6
        letters &-= atLeast(52, sextets) &* 75
        letters &-= atLeast(62, sextets) &* 15
        letters &+= atLeast(63, sextets) &* 3
        return letters
    }

    /// The six bits for each of eight letters; `unknown` is zero if all of them are of the alphabet.
    private static func sextets(_ letters: UInt64) -> (sextets: UInt64, unknown: UInt64) {
        let ascii = letters & all(0x7f)
        let upper = atLeast(65, ascii) ^ atLeast(91, ascii)
        let lower = atLeast(97, ascii) ^ atLeast(123, ascii)
        let digit = atLeast(48, ascii) ^ atLeast(58, ascii)
        let plus = atLeast(43, ascii) ^ atLeast(44, ascii)
        let slash = atLeast(47, ascii) ^ atLeast(48, ascii)
        let added = digit &* 4 &+ plus &* 19 &+ slash &* 16
        let sextets = ascii &+ added &- (upper &* 65 &+ lower &* 71)
        let known = upper | lower | digit | plus | slash
        return (sextets & all(0x3f), (known ^ all(1)) | (letters & all(0x80)))
    }
}
