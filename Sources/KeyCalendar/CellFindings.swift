internal import Records
internal import Sodium

/// What lies in the cells, and which calendar it comes to: read before anything is written.
struct CellFindings {
    /// The slot that wins: of those whose calendar opens, the one with the highest serial number.
    let winner: CellSlot
    /// The name of its calendar.
    let name: String
    /// The bytes of its calendar.
    let file: [UInt8]
    /// The serial numbers of the calendars that the cells open, each cell by itself.
    private var serials: Set<UInt64>

    /// Its calendar.
    func calendar() throws(KeyCalendarError) -> Calendar {
        guard let calendar = winner.opened(file) else { throw .corruptCalendar }
        return calendar
    }

    /// Looks into every cell.
    ///
    /// Calendars are looked for in the folders and beside the cells. A cell file may be missing only where `mayBeMissing` says so: while it is being created.
    ///
    /// - Throws: `cellMissing`, `noValidSlot`, `cellFromAnotherVault`, `cellsDiffer`, `calendarMissing`, `corrupt` or `behindLedger`: then
    ///   nothing has been changed anywhere.
    init(
        in cells: [CellDirectory],
        folders: [CalendarFolder],
        vault: VaultID,
        lastDone: UInt64,
        mayBeMissing: (CellDirectory) -> Bool
    ) throws(KeyCalendarError) {
        var found: [[CellSlot]] = []
        for cell in cells {
            let slots = try Self.validSlots(of: cell, vault: vault, mayBeMissing: mayBeMissing)
            if !slots.isEmpty { found.append(slots) }
        }
        guard !found.isEmpty else {
            throw KeyCalendarError(.cellMissing, "the making of the cells was interrupted before there was one; run init again")
        }
        let folders = folders + cells.map(\.calendars)
        self = try Self.opening(found.flatMap { $0 }, folders: folders)
        // A crash leaves no cell that opens nothing. What such a cell holds may be all that opens something that is elsewhere.
        for slots in found where !slots.contains(where: { $0.isSame(as: winner) }) {
            serials.insert(try Self.opening(slots, folders: folders).winner.serial)
        }
        guard winner.serial >= lastDone else {
            throw KeyCalendarError(
                .behindLedger,
                "the cells are at calendar \(winner.serial), the ledger says that \(lastDone) was reached; these cells are out of date: "
                    + "bring the one that was in use"
            )
        }
    }

    private init(winner: CellSlot, name: String, file: [UInt8]) {
        self.winner = winner
        self.name = name
        self.file = file
        serials = [winner.serial]
    }

    private static func validSlots(
        of cell: CellDirectory,
        vault: VaultID,
        mayBeMissing: (CellDirectory) -> Bool
    ) throws(KeyCalendarError) -> [CellSlot] {
        if try !cell.hasCell(), mayBeMissing(cell) { return [] }
        let file = try cell.openCell()
        let valid = try file.slots().compactMap { $0 }
        try file.close()
        guard !valid.isEmpty else { throw .noValidSlot(cell.label) }
        guard valid.allSatisfy({ $0.vault == vault }) else {
            throw KeyCalendarError(.cellFromAnotherVault, "\(cell.label) belongs to another vault; name the cells of this one")
        }
        return valid
    }

    /// The slot with the highest serial number whose calendar is in one of the folders and opens.
    private static func opening(_ slots: [CellSlot], folders: [CalendarFolder]) throws(KeyCalendarError) -> CellFindings {
        let slots = slots.sorted { $0.serial > $1.serial }
        var missing: String?
        for slot in slots {
            let name = CalendarFile.name(under: slot.value)
            var isPresent = false
            for folder in folders {
                guard let file = try folder.read(name) else { continue }
                isPresent = true
                guard slot.opens(file) else { continue }
                try refuseRival(of: slot, among: slots, folders: folders)
                return CellFindings(winner: slot, name: name, file: file)
            }
            if !isPresent { missing = missing ?? name }
        }
        guard let missing else { throw .corruptCalendar }
        throw KeyCalendarError(
            .calendarMissing,
            "no calendar named \(missing) lies in the vault or beside a cell; restore it from a replica or a backup"
        )
    }

    /// Two values of one age that both open something were drawn by keepers that did not know of each other.
    private static func refuseRival(of slot: CellSlot, among slots: [CellSlot], folders: [CalendarFolder]) throws(KeyCalendarError) {
        for rival in slots where rival.serial == slot.serial && !rival.isSame(as: slot) {
            for folder in folders {
                guard let file = try folder.read(CalendarFile.name(under: rival.value)), rival.opens(file) else { continue }
                throw KeyCalendarError(
                    .cellsDiffer,
                    "the cells were changed apart from each other; start with one of them alone, and decide which is right"
                )
            }
        }
    }
}

extension CellSlot {
    /// The calendar of a file, where the slot opens it and both say the same of themselves.
    func opened(_ file: [UInt8]) -> Calendar? {
        guard let calendar = try? CalendarFile.open(file, under: value), calendar.vault == vault, calendar.serial == serial else {
            return nil
        }
        return calendar
    }

    func opens(_ file: [UInt8]) -> Bool {
        opened(file) != nil
    }
}

extension CellFindings {
    /// Throws `cellsDiffer` where a cell opens what a restoration undid, be it ahead of the others or behind them by now.
    func requireNone(of undone: [ClosedRange<UInt64>]) throws(KeyCalendarError) {
        guard serials.contains(where: { serial in undone.contains { $0.contains(serial) } }) else { return }
        throw KeyCalendarError(
            .cellsDiffer, "a cell holds what a restoration undid; name the others without it, and destroy what it lies on")
    }
}
