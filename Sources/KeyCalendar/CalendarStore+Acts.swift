package import Records

extension CalendarStore {
    /// Draws the pages that are missing among those of `days`, all in one change.
    ///
    /// - Throws: `outOfBounds` for a day that is over, one too far ahead, or too many at once.
    package func ensurePages(_ days: [Day], today: Day) throws(KeyCalendarError) -> ActOutcome {
        try settle()
        try Self.checkDays(days, today: max(today, highWater))
        let missing = Set(days).filter { calendar.page(for: $0) == nil }.sorted()
        guard !missing.isEmpty else { return .alreadyDone }
        return try perform(CalendarAct(.draw, [.addPages(missing)]))
    }

    /// Tears off every page before `day`, which becomes the high-water day; the page of `day` itself stays, for that is its last day.
    ///
    /// - Parameters:
    ///   - day: what today is.
    ///   - today: the clock's day; a later `day` needs an authority.
    ///   - now: the present moment of the clock that cannot be set.
    ///   - authority: two leads' approval of the day, checked by the caller.
    /// - Returns: whether anything was torn off.
    /// - Throws: `beyondTimeBudget` where the day is later than the clock, or further ahead than days were seen to pass and are left in the
    ///   budget, and there is no authority.
    package func tearOff(before day: Day, today: Day, now: TimeMark, authority: Authority? = nil) throws(KeyCalendarError) -> ActOutcome {
        try settle()
        guard day > highWater else { return .alreadyDone }
        guard day <= today || authority != nil else {
            throw KeyCalendarError(.beyondTimeBudget, "\(day) is later than today, \(today); have two leads approve it, or wait")
        }
        let budget = try calendar.budget.drawing(day.number - highWater.number, now: now, authorised: authority != nil)
        return try perform(act(.sweep, .tearOff(before: day, budget: budget), authority))
    }

    /// Uses up requests whose acts do not lie in the calendar.
    package func spend(_ requests: [SpentRequest], approvals: [[UInt8]]) throws(KeyCalendarError) -> ActOutcome {
        try perform(CalendarAct(.spend, requests.map { .spend($0) }, approvals: approvals))
    }

    /// Erases one conversation before its day.
    ///
    /// - Throws: `held` where it is kept, `noPage` where nothing can have been sealed to its day.
    package func erase(_ conversation: ConversationID, day: Day, authority: Authority) throws(KeyCalendarError) -> ActOutcome {
        try change(.erase, [.puncture(conversation, day: day)], authority: authority)
    }

    /// Changes what becomes of single conversations, all at once or not at all.
    ///
    /// - Throws: `held` for the erasure of one that is kept, `noPage` for keeping one without a leaf, `requestSpent`.
    package func change(
        _ name: CalendarAct.Name, _ changes: [CalendarChange], authority: Authority
    ) throws(KeyCalendarError) -> ActOutcome {
        try perform(CalendarAct(name, changes + [.spend(authority.spends)], approvals: authority.approvals))
    }

    /// Whether any of these changes would change anything.
    package func isChanged(by changes: [CalendarChange]) -> Bool {
        changes.contains { calendar.changes($0) }
    }

    private func act(_ name: CalendarAct.Name, _ change: CalendarChange, _ authority: Authority?) throws(KeyCalendarError) -> CalendarAct {
        guard let authority else { return try CalendarAct(name, [change]) }
        return try CalendarAct(name, [change, .spend(authority.spends)], approvals: authority.approvals)
    }

    static func checkDays(_ days: [Day], today: Day) throws(KeyCalendarError) {
        guard days.count <= CalendarLimits.pagesInOneAct else {
            throw KeyCalendarError(.outOfBounds, "more than \(CalendarLimits.pagesInOneAct) pages cannot be drawn at once; ask for fewer")
        }
        guard let first = days.min(), let last = days.max() else { return }
        guard first >= today else {
            throw KeyCalendarError(.outOfBounds, "a page cannot be drawn for \(first), which is over: what is that old is not stored")
        }
        guard last <= today.adding(days: CalendarLimits.daysAhead) else {
            throw KeyCalendarError(
                .outOfBounds,
                "a page cannot be drawn for \(last), which is more than 20 years ahead; check the day and the clock"
            )
        }
    }
}
