internal import FoundationEssentials

/// JSON in one form only: RFC 8785 (JCS) for strings, integers, booleans, null, arrays and objects with ASCII keys.
///
/// A value read through it has exactly one text: what was read is encoded again and must give the same bytes. That refuses duplicate keys,
/// unknown keys, white space, other escapes and other numbers in one rule. A type read or written through it has no `Double`, integers of at
/// most ±(2⁵³ − 1), and encodes an optional as `null` rather than leaving it out.
package enum CanonicalJSON {
    /// The largest integer that every JSON reader keeps exactly.
    package static let largestInteger = (1 << 53) - 1

    /// The text of `value`, without a line feed.
    package static func line(_ value: some Encodable) throws(RecordsError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw malformed
        }
    }

    /// The text of `value` as a file: one line with its line feed.
    package static func file(_ value: some Encodable) throws(RecordsError) -> [UInt8] {
        try line(value) + [lineFeed]
    }

    /// The value whose text is `line`; throws `tooLarge` for more than `limitBytes`, `malformed` for anything but the one form.
    package static func value<Value: Codable>(_ type: Value.Type, fromLine line: [UInt8], limitBytes: Int) throws(RecordsError) -> Value {
        guard line.count <= limitBytes else { throw RecordsError(.tooLarge, "the json is longer than it may be") }
        let value: Value
        do {
            value = try JSONDecoder().decode(type, from: Data(line))
        } catch {
            throw malformed
        }
        guard try self.line(value) == line, hasExactIntegers(line) else { throw malformed }
        return value
    }

    /// The value whose text is the one line in `file`; throws `tooLarge` for more than `limitBytes`, `malformed` for anything but the one form.
    package static func value<Value: Codable>(_ type: Value.Type, fromFile file: [UInt8], limitBytes: Int) throws(RecordsError) -> Value {
        guard file.count <= limitBytes else { throw RecordsError(.tooLarge, "the json is longer than it may be") }
        guard file.last == lineFeed else { throw malformed }
        return try value(type, fromLine: Array(file.dropLast()), limitBytes: limitBytes)
    }

    /// Whether no integer of a canonical text is beyond ±(2⁵³ − 1): other readers of JSON would round it.
    private static func hasExactIntegers(_ line: [UInt8]) -> Bool {
        var (isInString, isEscaped, integer) = (false, false, 0)
        for byte in line {
            if isInString {
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                integer = integer * 10 + Int(byte - UInt8(ascii: "0"))
                guard integer <= largestInteger else { return false }
            } else {
                (integer, isInString) = (0, byte == UInt8(ascii: "\""))
            }
        }
        return true
    }

    private static let malformed = RecordsError(
        .malformed,
        "the json is not in the one form expected: use the file exactly as the program wrote it"
    )

    private static let lineFeed = UInt8(ascii: "\n")
}
