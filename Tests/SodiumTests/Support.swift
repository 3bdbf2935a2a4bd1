import Sodium

/// The bytes of hexadecimal text; spaces are for the reader. A test with a wrong digit traps, it does not pass.
func hex(_ text: String) -> [UInt8] {
    let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }.map { digit -> UInt8 in
        guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { preconditionFailure("not hexadecimal") }
        return UInt8(value)
    }
    precondition(digits.count.isMultiple(of: 2), "two digits make a byte")
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The hexadecimal text of bytes.
func hexText(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

/// `bytes` in guarded memory.
func secret(_ bytes: [UInt8]) -> SecretBytes {
    SecretBytes(copying: bytes.rawSpan)
}

/// The bytes of a secret of a test.
func revealed(_ secret: borrowing SecretBytes) -> [UInt8] {
    secret.bytes.array
}

/// A random source that gives the same bytes again and again.
struct FixedRandom: RandomSource {
    let bytes: [UInt8]

    func fill(_ out: inout MutableRawSpan) {
        for offset in 0..<out.byteCount { out.setByte(bytes[offset % bytes.count], at: offset) }
    }
}

/// The code of the error that `body` throws, or nil.
func code(_ body: () throws(SodiumError) -> Void) -> SodiumError.Code? {
    do throws(SodiumError) {
        try body()
        return nil
    } catch {
        return error.code
    }
}

/// The plaintext of RFC 8439 and of the XChaCha draft.
let sunscreen = Array(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.".utf8
)
