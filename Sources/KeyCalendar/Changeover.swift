internal import Records
internal import Sodium
internal import System

/// Steps 2 to 8 of a change: from a calendar in memory to the only one that any cell opens.
struct Changeover {
    let cells: [CellDirectory]
    let calendars: CalendarFolder
    let random: any RandomSource
    /// Puts a calendar into the replicas.
    let copy: (String, [UInt8]) throws(KeyCalendarError) -> Void

    /// Puts `next` in force under a fresh cell value, in every cell; returns the name of its file.
    ///
    /// `old` is the serial number that every cell must be at, or nil where the cells are made.
    func putInForce(_ next: borrowing Calendar, replacing old: UInt64?) throws(KeyCalendarError) -> String {
        // 2 A fresh value for every change: what was kept of the old one opens nothing new.
        let value = SecretBytes.random(CalendarFile.valueBytes, from: random)
        let slot = CellSlot(vault: next.vault, serial: next.serial, value: value)
        let name = CalendarFile.name(under: value)
        let file = CalendarFile.seal(next, under: value, random: random)
        // 3 and 4 Durable everywhere before any cell knows of it. The first calendar is put beside the cells first: what an interrupted
        // attempt left in the vault can then be told from the calendar of other cells.
        let beside = cells.map(\.calendars)
        for folder in old == nil ? beside + [calendars] : [calendars] + beside { try folder.store(name, file) }
        try copy(name, file)
        // 5 to 8
        for cell in cells {
            if let old { try expect(old, in: cell) }
            try advance(cell, to: slot, name: name, mayCreate: old == nil)
        }
        return name
    }

    /// Makes `winner` the only value that any cell holds, and its calendar durable beside each of them.
    func bringTogether(_ winner: CellSlot, name: String, file: [UInt8], mayCreate: Bool) throws(KeyCalendarError) {
        for folder in [calendars] + cells.map(\.calendars) { try folder.ensure(name, file) }
        try copy(name, file)
        for cell in cells { try advance(cell, to: winner, name: name, mayCreate: mayCreate) }
    }

    /// Steps 5 to 7 for one cell: write, read back and open, and only then destroy everything else that the cell holds.
    private func advance(_ cell: CellDirectory, to slot: CellSlot, name: String, mayCreate: Bool) throws(KeyCalendarError) {
        if mayCreate {
            if try !cell.hasCell() { try cell.createCell(slot, random: random) }
            try cell.destroyUnfinishedCell(random: random)
        }
        let file = try cell.openCell()
        let found = try file.slots()
        guard found.contains(where: { $0 != nil }) else { throw .noValidSlot(cell.label) }
        let place = Self.place(for: slot, among: found)
        // What an earlier attempt wrote may be in memory only; where an old value is to be destroyed it is written again.
        let isAlone = found.indices.allSatisfy { (found[$0] != nil) == ($0 == place) } && found[place]?.isSame(as: slot) == true
        if !isAlone { try file.write(slot, to: place, random: random) }
        guard let written = try file.slots()[place], written.isSame(as: slot), let calendar = try cell.calendars.read(name),
            written.opens(calendar)
        else {
            throw KeyCalendarError(.storage(.inputOutput), "\(cell.label) does not open the calendar that was written; the old one is kept")
        }
        for index in found.indices where index != place { try file.destroy(index, random: random) }
        try file.close()
    }

    /// Where a slot is written: where it is already, else over what does not verify, else over the oldest.
    private static func place(for slot: CellSlot, among found: [CellSlot?]) -> Int {
        if let same = found.firstIndex(where: { $0?.isSame(as: slot) == true }) { return same }
        if let invalid = found.firstIndex(where: { $0 == nil }) { return invalid }
        return found.indices.min { found[$0]?.serial ?? 0 < found[$1]?.serial ?? 0 } ?? 0
    }

    private func expect(_ serial: UInt64, in cell: CellDirectory) throws(KeyCalendarError) {
        let file = try cell.openCell()
        let found = try file.slots().compactMap { $0 }
        try file.close()
        guard found.map(\.serial) == [serial] else {
            throw KeyCalendarError(
                .cellsDiffer,
                "\(cell.label) was changed by something else than this keeper; stop that, then start again"
            )
        }
    }
}
