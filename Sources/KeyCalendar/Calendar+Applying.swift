package import Records
package import Sodium

extension Calendar {
    /// The first calendar of a vault: an empty one, changed by the act that creates it.
    package static func first(vault: VaultID, by act: CalendarAct, random: any RandomSource) throws(KeyCalendarError) -> Calendar {
        let budget = TimeBudget(full: TimeMark(boot: .zero, seconds: 0))
        let draft = CalendarDraft(
            vault: vault,
            serial: 1,
            highWater: Day(number: 0),
            budget: budget,
            pages: [],
            keptLeaves: [],
            spentRequests: []
        )
        return try draft.writtenAfresh(random: random).changed(by: act.changes, random: random)
    }

    /// Whether an act would change anything: not where all it asks for is so already. A request that is spent again does not count.
    package borrowing func isChanged(by act: CalendarAct) -> Bool {
        let effects = act.changes.filter { if case .spend = $0 { false } else { true } }
        guard !effects.isEmpty else { return act.changes.contains { changes($0) } }
        return effects.contains { changes($0) }
    }

    /// Whether one change would change anything.
    borrowing func changes(_ change: CalendarChange) -> Bool {
        switch change {
        case .addPages(let days): return days.contains { page(for: $0) == nil }
        case .tearOff(let day, _): return day > highWater
        case .puncture(let conversation, let day):
            guard let page = page(for: day) else { return day >= highWater }
            return KeyTree.indexOfNode(above: conversation.path, in: content.bytes.extracting(page.nodes)) != nil
        case .keep(let conversation, let day, let until, let retention):
            return keptLeaf(of: conversation, day: day, retention)?.until != until
        case .release(let conversation, let day, let retention): return keptLeaf(of: conversation, day: day, retention) != nil
        case .spend(let spent): return !isSpent(spent.request)
        }
    }

    /// The calendar after this one: all changes of `act` in their order, and the next serial number, or a later one that is given.
    ///
    /// A pure function but for the new pages' keys, which come from `random`. The argument stays as it is.
    ///
    /// - Throws: `outOfBounds`, `noPage`, `held` or `requestSpent` where a change cannot be made.
    package borrowing func applying(
        _ act: CalendarAct, serial next: UInt64? = nil, random: any RandomSource
    ) throws(KeyCalendarError) -> Calendar {
        try CalendarDraft(copying: self, serial: next ?? serial + 1).written(from: content, random: random).changed(
            by: act.changes, random: random)
    }

    private consuming func changed(by changes: [CalendarChange], random: any RandomSource) throws(KeyCalendarError) -> Calendar {
        var calendar = self
        for change in changes {
            calendar = try calendar.applying(change, random: random)
        }
        return calendar
    }

    private borrowing func applying(_ change: CalendarChange, random: any RandomSource) throws(KeyCalendarError) -> Calendar {
        var draft = CalendarDraft(copying: self, serial: serial)
        switch change {
        case .addPages(let days): try draft.add(days)
        case .tearOff(let day, let budget): draft.tearOff(before: day, budget: budget)
        case .puncture(let conversation, let day): try puncture(conversation, day: day, in: &draft)
        case .keep(let conversation, let day, let until, let retention):
            try keep(conversation, day: day, until: until, retention, in: &draft)
        case .release(let conversation, let day, let retention): draft.release(conversation, day: day, retention)
        case .spend(let spent): try draft.spend(spent)
        }
        return try draft.written(from: content, random: random)
    }

    private borrowing func puncture(_ conversation: ConversationID, day: Day, in draft: inout CalendarDraft) throws(KeyCalendarError) {
        // By its path: a leaf that is kept under another id of the same path is the very key that is to be destroyed.
        guard keptLeaves(onPath: conversation.path).isEmpty else { throw .isKept }
        guard day >= highWater else { return }
        guard let page = page(for: day) else {
            throw KeyCalendarError(.noPage, "there is no page for \(day), so nothing was ever sealed to it; check the day")
        }
        try draft.puncture(conversation.path, page: page, nodes: content.bytes.extracting(page.nodes))
    }

    private borrowing func keep(
        _ conversation: ConversationID,
        day: Day,
        until: Day,
        _ retention: RetentionClass,
        in draft: inout CalendarDraft
    ) throws(KeyCalendarError) {
        guard until >= highWater else {
            throw KeyCalendarError(.outOfBounds, "a record cannot be kept until a day that is over; name a later one")
        }
        if let kept = keptLeaves(of: conversation).first(where: { $0.day == day }) {
            return try draft.keep(conversation, day: day, until: until, retention, key: .copied(kept.key))
        }
        guard let page = page(for: day), KeyTree.indexOfNode(above: conversation.path, in: content.bytes.extracting(page.nodes)) != nil
        else {
            throw KeyCalendarError(.noPage, "the conversation has no leaf on \(day): it expired, was erased, or the day is wrong")
        }
        try draft.keep(conversation, day: day, until: until, retention, key: .derived(conversation.path, page.nodes))
    }

    private borrowing func keptLeaf(of conversation: ConversationID, day: Day, _ retention: RetentionClass) -> KeptLeaf? {
        keptLeaves(of: conversation).first { $0.day == day && $0.retention == retention }
    }
}
