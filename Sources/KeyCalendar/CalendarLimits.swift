internal import Records

/// The named limits of a calendar; what is read is checked against them before it is used, what is asked before it is done.
package enum CalendarLimits {
    /// The most pages: a century of days.
    package static let pages = 36_525
    /// The most nodes in a page, as `u16` counts them: about a thousand erasures on one expiry day.
    package static let nodesPerPage = 65_535
    /// The most kept leaves.
    package static let keptLeaves = 1 << 20
    /// The most spent requests.
    package static let spentRequests = 1 << 20
    /// The most pages drawn in one act; also what keeps an intent within `Limits.signedTextBytes`.
    package static let pagesInOneAct = 4_096
    /// How far ahead of today a page may be drawn.
    package static let daysAhead = Limits.daysAhead
    /// The most cells.
    package static let cells = 8
    /// The most approvals an act names.
    package static let approvals = 16
    /// The most changes in an act.
    package static let changes = 64
    /// The longest content of a calendar file.
    package static let contentBytes = Limits.calendarBytes - CalendarFile.overheadBytes
}
