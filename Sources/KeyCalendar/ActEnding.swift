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
                for leaf in lastLeaves(without: { $0.until < day }, tornOffBefore: day) { kept[leaf.retention, default: 0] += 1 }
                drawn += budget.drawn(leaving: left)
            case .puncture where changes(change): erased += 1
            case .puncture, .release, .addPages, .keep, .spend: continue
            }
        }
        // The leaf of an erased conversation is let go with it.
        if act.name != .erase {
            let gone = lastLeaves(without: { leaf in act.changes.contains { $0.releases(leaf) } }, tornOffBefore: highWater)
            for leaf in gone { kept[leaf.retention, default: 0] += 1 }
        }
        return ActEnding(highWater: highWater, pages: pages, erased: erased, kept: kept, budgetDrawn: drawn)
    }
}

extension Calendar {
    /// The kept leaves with which their keys are gone, one for each key: those that go, whose day has no page any more, and beside which none of
    /// another class stays.
    private borrowing func lastLeaves(without goes: (Calendar.KeptLeaf) -> Bool, tornOffBefore day: Day) -> [Calendar.KeptLeaf] {
        let leaves = keptLeaves
        var found: [Calendar.KeptLeaf] = []
        for leaf in leaves where leaf.day < day && goes(leaf) {
            let same: (Calendar.KeptLeaf) -> Bool = { $0.conversation == leaf.conversation && $0.day == leaf.day }
            if !leaves.contains(where: { same($0) && !goes($0) }), !found.contains(where: same) { found.append(leaf) }
        }
        return found
    }
}

extension CalendarChange {
    /// Whether it lets this kept leaf go.
    fileprivate func releases(_ leaf: Calendar.KeptLeaf) -> Bool {
        if case .release(leaf.conversation, leaf.day, leaf.retention) = self { true } else { false }
    }
}

extension TimeBudget {
    /// How many days were paid for from this budget, where `next` is what was left.
    func drawn(leaving next: TimeBudget) -> Int {
        let credit = min(Int(Self.maximumDays), Int(days) + Int(next.mark.days(since: mark)))
        return max(0, credit - Int(next.days))
    }
}
