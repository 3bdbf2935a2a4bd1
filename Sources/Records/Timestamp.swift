/// A moment in UTC; in text RFC 3339 with `Z`, in whole seconds or with a fraction.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    package let seconds: Int64
    /// Nanoseconds within the second.
    package let nanoseconds: UInt32

    /// The moment `seconds` and `nanoseconds` after 1970-01-01T00:00:00Z.
    package init(seconds: Int64, nanoseconds: UInt32 = 0) {
        self.seconds = seconds
        self.nanoseconds = min(nanoseconds, 999_999_999)
    }

    /// The day that holds this moment.
    package var day: Day { Day(secondsSince1970: seconds) }

    /// RFC 3339, in whole seconds.
    package var description: String {
        let inDay = Int(max(0, seconds) % Day.seconds)
        return "\(day)T\(padded(inDay / 3600, 2)):\(padded(inDay / 60 % 60, 2)):\(padded(inDay % 60, 2))Z"
    }

    /// The moment that an RFC 3339 text names, with `Z` or a numeric offset; nil for anything else.
    package init?(text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
            let day = Day(text: String(decoding: bytes[0..<10], as: UTF8.self)),
            let hour = Self.number(bytes[11..<13]), let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = bytes[19...]
        var nanoseconds: UInt32 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (48...57).contains($0) }
            guard !digits.isEmpty else { return nil }
            for place in 0..<9 {
                let index = digits.startIndex + place
                nanoseconds = nanoseconds * 10 + (index < digits.endIndex ? UInt32(digits[index] - 48) : 0)
            }
            rest = rest[digits.endIndex...]
        }
        guard let offset = Self.offsetSeconds(Array(rest)) else { return nil }
        let local = Int64(day.number) * Day.seconds + Int64(hour * 3600 + minute * 60 + min(second, 59))
        self.init(seconds: local - offset, nanoseconds: nanoseconds)
    }

    /// The order of time.
    package static func < (first: Timestamp, second: Timestamp) -> Bool {
        (first.seconds, first.nanoseconds) < (second.seconds, second.nanoseconds)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    private static func offsetSeconds(_ text: [UInt8]) -> Int64? {
        if text == [UInt8(ascii: "Z")] || text == [UInt8(ascii: "z")] { return 0 }
        guard text.count == 6, text[3] == UInt8(ascii: ":"), text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-"),
            let hours = number(text[1..<3]), let minutes = number(text[4..<6]), hours < 24, minutes < 60
        else { return nil }
        return Int64(hours * 3600 + minutes * 60) * (text[0] == UInt8(ascii: "+") ? 1 : -1)
    }
}
