internal import Records
internal import Sodium

/// What was tried after an act that destroys keys, before its earlier calendars were removed: counts, so that a certificate says no more
/// than was seen.
package struct DestructionTrial: Equatable, Sendable {
    /// Cells that were there to be read.
    package let cells: Int
    /// Cells that were read back, hold this one value, and whose calendar it opens.
    package let cellsReadBack: Int
    /// Earlier calendars that still lay in the vault or beside a cell, each counted once.
    package let earlierTried: Int
    /// Those of them that any cell opens.
    package let earlierOpened: Int
    /// Keys that were to be gone and were looked for in the new calendar: pages, erased conversations, kept leaves.
    package let keysSought: Int
    /// Those of them that are there.
    package let keysFound: Int
}

extension CalendarStore {
    /// Reads every cell back, tries every calendar that is not in force with what the cells hold, and looks in the new one for what an act
    /// was to take out of it; without an act, for what lies before the high-water day.
    ///
    /// It throws nothing: what cannot be read was not seen, and counts as that.
    package func trial() -> DestructionTrial { trial(of: nil, earlierCalendars()) }

    /// The same after an act, with the earlier calendars that were tried already.
    func trial(of act: CalendarAct?, _ earlier: [String: Bool]) -> DestructionTrial {
        let readBack = cells.count { cell in
            let slots = validSlots(of: cell)
            guard slots.count == 1, slots[0].serial == calendar.serial, let file = try? cell.calendars.read(calendarName) else {
                return false
            }
            return slots[0].opens(file)
        }
        let sought = act?.changes.flatMap { isThere($0, of: act?.name) } ?? [isThere(before: highWater)]
        return DestructionTrial(
            cells: cells.count, cellsReadBack: readBack, earlierTried: earlier.count, earlierOpened: earlier.values.count { $0 },
            keysSought: sought.count, keysFound: sought.count { $0 })
    }

    /// The calendars that are not in force and lie in the vault or beside a cell, by name, and whether what a cell holds opens them.
    func earlierCalendars() -> [String: Bool] {
        let slots = cells.flatMap(validSlots)
        var earlier: [String: Bool] = [:]
        for folder in [calendars] + cells.map(\.calendars) {
            for name in (try? folder.list()) ?? [] where name != calendarName && CalendarFile.isName(name) {
                let file = (try? folder.read(name)) ?? nil
                let isOpened = file.map { file in slots.contains { $0.decrypts(file) } } ?? false
                earlier[name] = isOpened || earlier[name] ?? false
            }
        }
        return earlier
    }

    /// The slots of a cell that verify; none where they cannot be seen.
    private func validSlots(of cell: CellDirectory) -> [CellSlot] {
        guard let file = try? cell.openCell(), let found = try? file.slots() else { return [] }
        try? file.close()
        return found.compactMap { $0 }
    }

    /// Whether anything lies before a day, as one thing that is sought.
    private func isThere(before day: Day) -> Bool {
        calendar.pages.contains { $0.day < day } || calendar.keptLeaves.contains { $0.until < day }
    }

    /// For each key that a change was to take away, whether it is there.
    private func isThere(_ change: CalendarChange, of act: CalendarAct.Name?) -> [Bool] {
        switch change {
        case .tearOff(let day, _):
            return [isThere(before: day)]
        case .puncture(let conversation, let day):
            return [calendar.hasLeaf(day: day, conversation: conversation)]
        case .release(let conversation, let day, let retention) where act != .erase:
            return [calendar.keptLeaves(of: conversation).contains { $0.day == day && $0.retention == retention }]
        case .release, .addPages, .keep, .spend: return []
        }
    }
}

extension Calendar {
    /// Whether the leaf of a conversation can be had, on the page of its day or kept.
    fileprivate borrowing func hasLeaf(day: Day, conversation: ConversationID) -> Bool {
        switch leaf(day: day, conversation: conversation, today: highWater) {
        case .leaf: true
        case .noPage: false
        case .expired: false
        case .erased: false
        }
    }
}

extension CellSlot {
    /// Whether the value decrypts a calendar file, whatever the calendar says of itself.
    func decrypts(_ file: [UInt8]) -> Bool {
        do throws(KeyCalendarError) {
            _ = try CalendarFile.open(file, under: value)
            return true
        } catch {
            return false
        }
    }
}
