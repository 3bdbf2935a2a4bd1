package import Records

/// What an act takes out of the calendar that it changes: counted before it begins, for afterwards nobody can count it.
package struct ActEnding: Equatable, Sendable {
    /// The day before which everything was torn off until then.
    package let highWater: Day
    /// Pages that are torn off.
    package let pages: Int
    /// Conversations that are erased before their day.
    package let erased: Int
    /// Kept leaves that are the last of their keys and go, by class.
    package let kept: [RetentionClass: Int]
    /// Days that the time budget pays for.
    package let budgetDrawn: Int

    /// Whether any key is destroyed by it.
    package var destroysKeys: Bool { pages > 0 || erased > 0 || kept.values.contains { $0 > 0 } }
}

extension Calendar {
    /// What an act takes out of this calendar.
    package borrowing func ending(by act: CalendarAct) -> ActEnding {
        var (pages, erased, drawn) = (0, 0, 0)
        var kept: [RetentionClass: Int] = [:]
        for change in act.changes {
            switch change {
            case .tearOff(let day, let left):
                pages += self.pages.count { $0.day < day }
                for leaf in keptLeaves where leaf.until < day { kept[leaf.retention, default: 0] += 1 }
                drawn += budget.drawn(leaving: left)
            case .puncture: erased += 1
            // The leaf of an erased conversation is let go with it; any other that has its page is there still.
            case .release(_, let day, let retention) where act.name != .erase && day < highWater: kept[retention, default: 0] += 1
            case .release, .addPages, .keep, .spend: continue
            }
        }
        return ActEnding(highWater: highWater, pages: pages, erased: erased, kept: kept, budgetDrawn: drawn)
    }
}

extension TimeBudget {
    /// How many days were paid for from this budget, where `next` is what was left.
    func drawn(leaving next: TimeBudget) -> Int {
        let credit = min(Int(Self.maximumDays), Int(days) + Int(next.mark.days(since: mark)))
        return max(0, credit - Int(next.days))
    }
}
