package import Records

extension CalendarStore {
    /// The furthest day up to which can be torn off now without anybody's approval: today, or as far towards it as days were seen to pass
    /// and the time budget allows. Never before the high-water day.
    package func reachableDay(today: Day, now: TimeMark) -> Day {
        guard today > highWater else { return highWater }
        return min(today, highWater.adding(days: calendar.budget.reachDays(now: now)))
    }

    /// How many pages there are for days before `day`: overdue, where `day` is today.
    package func pageCount(before day: Day) -> Int {
        calendar.pages.partitioningIndex { $0.day >= day }
    }

    /// How many calendar files that are not in force lie in the vault and beside the cells, each counted once.
    package var otherCalendars: Int {
        Set(([calendars] + cells.map(\.calendars)).flatMap { (try? $0.list()) ?? [] }.filter { $0 != calendarName }).count
    }

    /// The conversations of which a leaf is kept, whose files stay.
    package var keptConversations: Set<ConversationID> {
        Set(calendar.keptLeaves.map(\.conversation))
    }

    /// The kept leaves, by conversation, day and class, without their keys.
    package var keptLeaves: [Calendar.KeptLeaf] { calendar.keptLeaves }

    /// The kept leaves of one conversation, without their keys.
    package func keptLeaves(of conversation: ConversationID) -> [Calendar.KeptLeaf] {
        Array(calendar.keptLeaves(of: conversation))
    }

    /// The days from whose pages something was erased.
    package var puncturedDays: [Day] { calendar.pages.filter { $0.nodeCount > 1 }.map(\.day) }

    /// Whether a conversation was erased from the page of `day`, and no leaf of it is kept.
    package func isErased(_ conversation: ConversationID, day: Day) -> Bool {
        calendar.keptLeaves(of: conversation).isEmpty && calendar.isErased(conversation, on: day...day)
    }

    /// Whether a conversation was erased, whatever its day is; that is known until that day is over.
    package func isErased(_ conversation: ConversationID, today: Day) -> Bool {
        calendar.isErased(conversation, today: today)
    }
}

extension TimeBudget {
    /// How many days the high-water day may move at `now` without an approval.
    func reachDays(now: TimeMark) -> UInt32 {
        let seen = now.days(since: mark)
        let credit = min(UInt64(Self.maximumDays), UInt64(days) + UInt64(seen))
        return UInt32(clamping: UInt64(seen) + credit)
    }
}
