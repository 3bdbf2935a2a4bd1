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

    /// The conversations of which a leaf is kept, whose files stay.
    package var keptConversations: Set<ConversationID> {
        Set(calendar.keptLeaves.map(\.conversation))
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
