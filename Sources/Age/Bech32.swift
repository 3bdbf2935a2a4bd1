package import Sodium

/// Bech32 (BIP 173) without its length limit, as the age format uses it for recipients and identities.
///
/// It works in guarded memory and looks nothing up at an index that depends on a secret, since identities pass through it.
package enum Bech32 {
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let checksumSymbols = 6

    /// Lower or upper case; one text never mixes them.
    package enum Case: Sendable {
        /// As recipients are written.
        case lower
        /// As identities are written.
        case upper
    }

    /// The ASCII text of `data` under the human-readable `prefix`, which is given in lower case.
    package static func encode(_ data: RawSpan, prefix: StaticString, in letterCase: Case) -> SecretBytes {
        let prefix = bytes(of: prefix)
        let dataSymbols = (data.byteCount * 8 + 4) / 5
        let start = prefix.count + 1
        var symbols = SecretBytes(zeros: dataSymbols + checksumSymbols)
        regroup(data, into: &symbols)
        let check = checksum(prefix, symbols.bytes)
        return SecretBytes(count: start + symbols.count) { (out: inout MutableRawSpan) in
            for (offset, letter) in prefix.enumerated() {
                out.setByte(cased(letter, letterCase), at: offset)
            }
            out.setByte(UInt8(ascii: "1"), at: prefix.count)
            for index in 0..<dataSymbols {
                out.setByte(cased(letter(for: symbols.bytes.byte(at: index)), letterCase), at: start + index)
            }
            for index in 0..<checksumSymbols {
                let symbol = UInt8(truncatingIfNeeded: check >> UInt32(5 * (checksumSymbols - 1 - index))) & 31
                out.setByte(cased(letter(for: symbol), letterCase), at: start + dataSymbols + index)
            }
        }
    }

    /// The data of `text`, or nil if it is not the one text that `encode` gives for it.
    package static func decode(_ text: RawSpan, prefix: StaticString, in letterCase: Case) -> SecretBytes? {
        let prefix = bytes(of: prefix)
        let start = prefix.count + 1
        guard text.byteCount >= start + checksumSymbols else { return nil }
        for (offset, letter) in (prefix + [UInt8(ascii: "1")]).enumerated() where text.byte(at: offset) != cased(letter, letterCase) {
            return nil
        }
        let symbolCount = text.byteCount - start
        var symbols = SecretBytes(zeros: symbolCount)
        var unknown: UInt8 = 0
        for index in 0..<symbolCount {
            let (symbol, isKnown) = symbolNumber(of: text.byte(at: start + index), letterCase)
            unknown |= isKnown ^ 1
            var out = symbols.mutableBytes
            out.setByte(symbol, at: index)
        }
        guard unknown == 0, checksum(prefix, symbols.bytes) == 0 else { return nil }
        return join(symbols.bytes.extracting(first: symbolCount - checksumSymbols))
    }

    /// Cuts bytes into groups of five bits, most significant first.
    private static func regroup(_ data: RawSpan, into symbols: inout SecretBytes) {
        var out = symbols.mutableBytes
        var pending: UInt32 = 0
        var bits = 0
        var written = 0
        for offset in 0..<data.byteCount {
            pending = (pending << 8) | UInt32(data.byte(at: offset))
            bits += 8
            while bits >= 5 {
                bits -= 5
                out.setByte(UInt8(truncatingIfNeeded: pending >> UInt32(bits)) & 31, at: written)
                written += 1
            }
        }
        if bits > 0 {
            out.setByte(UInt8(truncatingIfNeeded: pending << UInt32(5 - bits)) & 31, at: written)
        }
    }

    /// Joins groups of five bits into bytes; nil unless what is left over is fewer than five zero bits.
    private static func join(_ symbols: RawSpan) -> SecretBytes? {
        guard symbols.byteCount * 5 % 8 < 5 else { return nil }
        var data = SecretBytes(zeros: symbols.byteCount * 5 / 8)
        var pending: UInt32 = 0
        var bits = 0
        var written = 0
        for offset in 0..<symbols.byteCount {
            pending = (pending << 5) | UInt32(symbols.byte(at: offset))
            bits += 5
            guard bits >= 8 else { continue }
            bits -= 8
            var out = data.mutableBytes
            out.setByte(UInt8(truncatingIfNeeded: pending >> UInt32(bits)), at: written)
            written += 1
        }
        guard pending & ((1 << UInt32(bits)) - 1) == 0 else { return nil }
        return data
    }

    /// BIP 173's polymod of prefix and symbols, less one: zero for a text whose last six symbols are right, and those symbols where they
    /// are still zero.
    private static func checksum(_ prefix: [UInt8], _ symbols: RawSpan) -> UInt32 {
        var state: UInt32 = 1
        for letter in prefix { step(&state, letter >> 5) }
        step(&state, 0)
        for letter in prefix { step(&state, letter & 31) }
        for index in 0..<symbols.byteCount { step(&state, symbols.byte(at: index)) }
        return state ^ 1
    }

    private static func step(_ state: inout UInt32, _ symbol: UInt8) {
        let generators: (UInt32, UInt32, UInt32, UInt32, UInt32) = (0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3)
        let top = state >> 25
        state = ((state & 0x1ff_ffff) << 5) ^ UInt32(symbol)
        // A mask of all ones or zeros in place of a branch on secret bits.
        state ^= generators.0 & (0 &- (top & 1))
        state ^= generators.1 & (0 &- ((top >> 1) & 1))
        state ^= generators.2 & (0 &- ((top >> 2) & 1))
        state ^= generators.3 & (0 &- ((top >> 3) & 1))
        state ^= generators.4 & (0 &- ((top >> 4) & 1))
    }

    /// The letter for a symbol, found by looking at all of them.
    private static func letter(for symbol: UInt8) -> UInt8 {
        var found: UInt8 = 0
        for (number, letter) in alphabet.enumerated() {
            found |= letter & isEqual(UInt8(truncatingIfNeeded: number), symbol)
        }
        return found
    }

    /// The symbol for a letter and 1, or 0 and 0 if it is none, found by looking at all of them.
    private static func symbolNumber(of character: UInt8, _ letterCase: Case) -> (symbol: UInt8, isKnown: UInt8) {
        var symbol: UInt8 = 0
        var known: UInt8 = 0
        for (number, letter) in alphabet.enumerated() {
            let mask = isEqual(cased(letter, letterCase), character)
            symbol |= UInt8(truncatingIfNeeded: number) & mask
            known |= mask & 1
        }
        return (symbol, known)
    }

    /// 255 if both are equal, else 0, without a branch.
    private static func isEqual(_ one: UInt8, _ two: UInt8) -> UInt8 {
        let difference = UInt16(one ^ two)
        return UInt8(truncatingIfNeeded: (difference &- 1) >> 8)
    }

    /// A lower-case letter or a digit in the case asked for.
    private static func cased(_ character: UInt8, _ letterCase: Case) -> UInt8 {
        guard letterCase == .upper else { return character }
        // Letters have bit 6 set, digits and the hyphen have not; bit 5 is the case.
        return character & ~((character & 0x40) >> 1)
    }

    private static func bytes(of text: StaticString) -> [UInt8] {
        Array(text.description.utf8)
    }
}
