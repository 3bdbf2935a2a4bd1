/// The grammar of JSON (RFC 8259), without regard to what is said in it.
///
/// A decoder looks closely only at what it decodes: what it passes over may be no JSON at all, and other programs then refuse the line, or a
/// terminal obeys a control character in it. So a line that is kept as it was received is held against the grammar as a whole.
enum JSONLine {
    /// How many arrays and objects may stand in each other: as many as the decoder allows.
    static let greatestDepth = 512

    /// Whether `bytes` are one JSON object on one line.
    static func isObject(_ bytes: [UInt8]) -> Bool {
        var scanner = Scanner(bytes)
        return scanner.isObject()
    }

    private struct Scanner {
        private let bytes: [UInt8]
        private var place = 0

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
        }

        mutating func isObject() -> Bool {
            skipSpace()
            guard next == UInt8(ascii: "{"), skipValue(depth: 1) else { return false }
            skipSpace()
            return place == bytes.count
        }

        private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard next == byte else { return false }
            place += 1
            return true
        }

        /// White space but for the line feed, which would make it two lines.
        private mutating func skipSpace() {
            while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0D { place += 1 }
        }

        private mutating func skipValue(depth: Int) -> Bool {
            switch next {
            case UInt8(ascii: "{"): skipList(until: UInt8(ascii: "}"), depth: depth)
            case UInt8(ascii: "["): skipList(until: UInt8(ascii: "]"), depth: depth)
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "t"): skip("true")
            case UInt8(ascii: "f"): skip("false")
            case UInt8(ascii: "n"): skip("null")
            default: skipNumber()
            }
        }

        /// An object's members or an array's values, with what stands around them.
        private mutating func skipList(until end: UInt8, depth: Int) -> Bool {
            guard depth <= greatestDepth else { return false }
            place += 1
            skipSpace()
            if take(end) { return true }
            while true {
                if end == UInt8(ascii: "}") {
                    guard skipString() else { return false }
                    skipSpace()
                    guard take(UInt8(ascii: ":")) else { return false }
                    skipSpace()
                }
                guard skipValue(depth: depth + 1) else { return false }
                skipSpace()
                if take(end) { return true }
                guard take(UInt8(ascii: ",")) else { return false }
                skipSpace()
            }
        }

        private mutating func skipString() -> Bool {
            guard take(UInt8(ascii: "\"")) else { return false }
            while let byte = next {
                place += 1
                switch byte {
                case UInt8(ascii: "\""): return true
                case UInt8(ascii: "\\"): guard skipEscape() else { return false }
                case 0..<0x20: return false
                default: break
                }
            }
            return false
        }

        private mutating func skipEscape() -> Bool {
            guard let byte = next else { return false }
            place += 1
            guard byte == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(byte) }
            for _ in 0..<4 {
                guard let digit = next, "0123456789abcdefABCDEF".utf8.contains(digit) else { return false }
                place += 1
            }
            return true
        }

        private mutating func skip(_ word: StaticString) -> Bool {
            word.description.utf8.allSatisfy { take($0) }
        }

        private mutating func skipNumber() -> Bool {
            _ = take(UInt8(ascii: "-"))
            guard take(UInt8(ascii: "0")) || skipDigits() else { return false }
            if take(UInt8(ascii: ".")) {
                guard skipDigits() else { return false }
            }
            guard take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) else { return true }
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            return skipDigits()
        }

        /// One digit or more.
        private mutating func skipDigits() -> Bool {
            let start = place
            while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
            return place > start
        }
    }
}
