/// Reads one JSON text (RFC 8259) from its beginning to its end: gives the strings that are asked for, and checks all of the rest.
///
/// Some seven times as fast as a general decoder for an event line, most of which is carried unread. Of a half of a surrogate pair without the
/// other, which the grammar allows and UTF-8 does not, the string has U+FFFD. A byte order mark at the beginning is passed over.
struct JSONText {
    /// The text is not JSON, or is nested deeper than `maximumDepth`.
    struct Malformed: Error {}

    /// What stands where a string may stand.
    enum Value: Equatable {
        /// The word `null`.
        case null
        /// A string.
        case string(String)
        /// A number, as it is written.
        case number(String)
        /// `true`, `false`, an object or an array.
        case other
    }

    /// How deep arrays and objects may lie in each other.
    static let maximumDepth = 512

    private let bytes: [UInt8]
    private var index = 0
    /// How many objects are being read, each in the one before.
    private var depth = 0

    /// The text in `bytes`, which are valid UTF-8.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    /// Reads the object that comes next: `read` is called at each value, with its key, and must read or skip it.
    ///
    /// Returns nil, or what it read instead where it was something else that came next.
    mutating func readObject(_ read: (inout JSONText, JSONKey) throws(Malformed) -> Void) throws(Malformed) -> Value? {
        guard try next() == UInt8(ascii: "{") else { return try readValue() }
        index += 1
        depth += 1
        var isOver = try isNext(UInt8(ascii: "}"))
        while !isOver {
            guard try next() == UInt8(ascii: "\"") else { throw Malformed() }
            let key = try readKey()
            guard try isNext(UInt8(ascii: ":")) else { throw Malformed() }
            try read(&self, key)
            isOver = try isOverAfterValue(UInt8(ascii: "}"))
        }
        depth -= 1
        return nil
    }

    /// Reads the value that comes next.
    mutating func readValue() throws(Malformed) -> Value {
        switch try next() {
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try readNumber())
        case UInt8(ascii: "n"):
            try readWord("null")
            return .null
        default:
            try skipValue()
            return .other
        }
    }

    /// Goes behind the value that comes next. Without recursion, for no line may use up a thread's stack.
    mutating func skipValue() throws(Malformed) {
        // How the arrays and objects end that lie around, the innermost last.
        var ends: [UInt8] = []
        repeat {
            if let end = try skipBeginning() {
                ends.append(end)
                guard depth + ends.count <= Self.maximumDepth else { throw Malformed() }
                if try !isNext(end) {
                    if end == UInt8(ascii: "}") { try skipKey() }
                    continue
                }
                ends.removeLast()
            }
            while let end = ends.last, try isOverAfterValue(end) { ends.removeLast() }
            if ends.last == UInt8(ascii: "}") { try skipKey() }
        } while !ends.isEmpty
    }

    /// Goes behind a value that holds no other; of an array or object behind its first bracket alone, and returns the last one.
    private mutating func skipBeginning() throws(Malformed) -> UInt8? {
        switch try next() {
        case UInt8(ascii: "\""): _ = try passString()
        case UInt8(ascii: "t"): try readWord("true")
        case UInt8(ascii: "f"): try readWord("false")
        case UInt8(ascii: "n"): try readWord("null")
        case UInt8(ascii: "{"):
            index += 1
            return UInt8(ascii: "}")
        case UInt8(ascii: "["):
            index += 1
            return UInt8(ascii: "]")
        default: _ = try readNumber()
        }
        return nil
    }

    private mutating func skipKey() throws(Malformed) {
        guard try next() == UInt8(ascii: "\"") else { throw Malformed() }
        _ = try passString()
        guard try isNext(UInt8(ascii: ":")) else { throw Malformed() }
    }

    /// Makes sure that nothing follows.
    mutating func finish() throws(Malformed) {
        skipWhiteSpace()
        guard index == bytes.count else { throw Malformed() }
    }

    // MARK: - Structure

    private mutating func skipWhiteSpace() {
        while index < bytes.count {
            let byte = bytes[index]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            index += 1
        }
    }

    /// The byte that comes next behind white space; it is not read.
    private mutating func next() throws(Malformed) -> UInt8 {
        skipWhiteSpace()
        return try byte(at: index)
    }

    private func byte(at index: Int) throws(Malformed) -> UInt8 {
        guard index < bytes.count else { throw Malformed() }
        return bytes[index]
    }

    /// Whether this byte comes next; then it is read.
    private mutating func isNext(_ byte: UInt8) throws(Malformed) -> Bool {
        guard try next() == byte else { return false }
        index += 1
        return true
    }

    /// Whether `end` comes behind a value; otherwise a comma does.
    private mutating func isOverAfterValue(_ end: UInt8) throws(Malformed) -> Bool {
        if try isNext(end) { return true }
        guard try isNext(UInt8(ascii: ",")) else { throw Malformed() }
        return false
    }

    private mutating func readWord(_ word: StaticString) throws(Malformed) {
        for expected in String(describing: word).utf8 {
            guard try byte(at: index) == expected else { throw Malformed() }
            index += 1
        }
    }

    private mutating func readNumber() throws(Malformed) -> String {
        let start = index
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        let hasLeadingZero = index < bytes.count && bytes[index] == UInt8(ascii: "0")
        let digits = try readDigits()
        guard digits == 1 || !hasLeadingZero else { throw Malformed() }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            _ = try readDigits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
            _ = try readDigits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// How many digits were read, at least one.
    private mutating func readDigits() throws(Malformed) -> Int {
        let start = index
        while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
        guard index > start else { throw Malformed() }
        return index - start
    }
}

// MARK: - Strings

extension JSONText {
    /// Reads the string that begins here.
    private mutating func readString() throws(Malformed) -> String {
        let (content, hasEscapes) = try passString()
        return hasEscapes ? unescaped(content) : String(decoding: bytes[content], as: UTF8.self)
    }

    /// Reads the key that begins here.
    private mutating func readKey() throws(Malformed) -> JSONKey {
        let (content, hasEscapes) = try passString()
        return hasEscapes ? JSONKey(unescaped(content).utf8) : JSONKey(bytes[content])
    }

    /// Goes behind the string that begins here, which it checks; returns where its content lies, and whether there are escapes in it.
    private mutating func passString() throws(Malformed) -> (content: Range<Int>, hasEscapes: Bool) {
        let start = index + 1
        var hasEscapes = false
        index = start
        while true {
            index = endOfPlainText(from: index)
            switch try byte(at: index) {
            case UInt8(ascii: "\""):
                index += 1
                return (start..<(index - 1), hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try passEscape()
            default: throw Malformed()
            }
        }
    }

    /// Where the next quotation mark, backslash or control character stands, or the end of all.
    private func endOfPlainText(from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            index += 1
        }
        return index
    }

    private mutating func passEscape() throws(Malformed) {
        switch try byte(at: index + 1) {
        case UInt8(ascii: "u"):
            guard index + 6 <= bytes.count, Self.codeUnit(bytes[(index + 2)..<(index + 6)]) != nil else { throw Malformed() }
            index += 6
        case let letter:
            guard Self.escapes[letter] != nil else { throw Malformed() }
            index += 2
        }
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C,
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]

    /// The string whose content, checked before, lies in `range`.
    private func unescaped(_ range: Range<Int>) -> String {
        var text = ""
        var index = range.lowerBound
        var plain = index
        func flush(_ end: Int) { text += String(decoding: bytes[plain..<end], as: UTF8.self) }
        while index < range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            flush(index)
            if let byte = Self.escapes[bytes[index + 1]] {
                text.unicodeScalars.append(UnicodeScalar(byte))
                index += 2
            } else {
                let (scalar, length) = escapedScalar(at: index, in: range)
                text.unicodeScalars.append(scalar)
                index += length
            }
            plain = index
        }
        flush(range.upperBound)
        return text
    }

    /// The scalar that the `\u` at `index` begins, and how many bytes it takes: twelve where it is a pair of surrogates.
    private func escapedScalar(at index: Int, in range: Range<Int>) -> (UnicodeScalar, Int) {
        let first = Self.codeUnit(bytes[(index + 2)..<(index + 6)]) ?? 0
        if let scalar = UnicodeScalar(first) { return (scalar, 6) }
        let second = index + 6
        guard UTF16.isLeadSurrogate(first), second + 6 <= range.upperBound, bytes[second] == UInt8(ascii: "\\"),
            bytes[second + 1] == UInt8(ascii: "u"), let low = Self.codeUnit(bytes[(second + 2)..<(second + 6)]),
            UTF16.isTrailSurrogate(low)
        else { return ("\u{FFFD}", 6) }
        let scalar = UnicodeScalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
        return (scalar ?? "\u{FFFD}", 12)
    }

    /// The number that four hexadecimal digits name; nil for anything else.
    private static func codeUnit(_ digits: ArraySlice<UInt8>) -> UInt16? {
        var unit: UInt16 = 0
        for digit in digits {
            guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(value)
        }
        return unit
    }
}
