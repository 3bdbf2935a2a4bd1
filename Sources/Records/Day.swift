/// A day of the Gregorian calendar in UTC, counted from 1970-01-01; in text `YYYY-MM-DD`.
package struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    package let number: UInt32

    /// Seconds in a day; UTC is taken without leap seconds, as POSIX does.
    package static let seconds: Int64 = 86_400

    /// The last day that four digits of a year can name.
    package static let last = Day(number: 2_932_896)

    /// The day with this number; clipped to `Day.last`.
    package init(number: UInt32) {
        self.number = min(number, 2_932_896)
    }

    /// The day that holds this moment, in seconds since 1970-01-01T00:00:00Z; earlier moments count as the first day.
    package init(secondsSince1970 seconds: Int64) {
        let day = max(0, seconds) / Self.seconds
        self.init(number: UInt32(min(day, 2_932_896)))
    }

    /// A date; nil where the calendar has none such.
    package init?(year: Int, month: Int, day: Int) {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...Self.daysIn(month: month, of: year)).contains(day) else {
            return nil
        }
        // Days from civil (Howard Hinnant, "chrono-compatible low-level date algorithms"): years begin in March.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(number: UInt32(era * 146_097 + dayOfEra - 719_468))
    }

    /// The day that `YYYY-MM-DD` names; nil for anything else.
    package init?(text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Year, month (1–12) and day of the month.
    package var date: (year: Int, month: Int, day: Int) {
        let shifted = Int(number) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// `YYYY-MM-DD`.
    package var description: String {
        let (year, month, day) = date
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// The day `days` later.
    package func adding(days: UInt32) -> Day {
        Day(number: UInt32(min(UInt64(number) + UInt64(days), UInt64(Self.last.number))))
    }

    /// The order of time.
    package static func < (first: Day, second: Day) -> Bool {
        first.number < second.number
    }

    static func daysIn(month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// A retention period: years, months or days, as ISO 8601 writes them (`P1Y`, `P14D`).
package struct RetentionPeriod: Hashable, Sendable, CustomStringConvertible {
    private enum Unit: String { case years = "Y", months = "M", days = "D" }

    private let count: Int
    private let unit: Unit

    /// One year: what the young person is promised.
    package static let oneYear = RetentionPeriod(count: 1, unit: .years)

    private init(count: Int, unit: Unit) {
        self.count = count
        self.unit = unit
    }

    /// The period that `P<n>Y`, `P<n>M` or `P<n>D` names, with *n* from 1 to 999; nil for anything else.
    package init?(text: some StringProtocol) {
        guard text.hasPrefix("P"), let last = text.last, let unit = Unit(rawValue: String(last)) else { return nil }
        let digits = text.dropFirst().dropLast()
        guard !digits.isEmpty, digits.utf8.count <= 3, digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(digits),
            count > 0
        else { return nil }
        self.init(count: count, unit: unit)
    }

    /// ISO 8601.
    package var description: String { "P\(count)\(unit.rawValue)" }

    /// The last day on which a record that starts on `start` may be opened; a day that the month lacks becomes its last one.
    package func expiry(from start: Day) -> Day {
        guard unit != .days else { return start.adding(days: UInt32(count)) }
        let (year, month, day) = start.date
        let months = year * 12 + month - 1 + count * (unit == .years ? 12 : 1)
        let (endYear, endMonth) = (months / 12, months % 12 + 1)
        return Day(year: endYear, month: endMonth, day: min(day, Day.daysIn(month: endMonth, of: endYear))) ?? .last
    }
}

/// A number in decimal with leading zeros up to `width` digits.
func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
