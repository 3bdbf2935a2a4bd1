internal import Records
internal import Sodium
internal import System

/// What lies in the cells, and which calendar it comes to: read before anything is written.
struct CellFindings {
    /// The slot that wins: of those whose calendar opens, the one with the highest serial number.
    let winner: CellSlot
    /// The name of its calendar.
    let name: String
    /// The bytes of its calendar.
    let file: [UInt8]
    /// The serial numbers of the calendars that the cells open, each cell by itself.
    private let serials: Set<UInt64>
    /// The replicas in which something could not be read, by their paths, and why: that says something of them alone.
    let absences: [String: String]

    /// Its calendar.
    func calendar() throws(KeyCalendarError) -> Calendar {
        guard let calendar = winner.opened(file) else { throw .corruptCalendar }
        return calendar
    }

    /// Looks into every cell.
    ///
    /// Calendars are looked for beside the cells, in the folders, and in replicas last: one that cannot be read keeps nobody from opening what is
    /// elsewhere. A cell file may be missing only where `mayBeMissing` says so: while it is being created.
    ///
    /// - Throws: `cellMissing`, `noValidSlot`, `cellFromAnotherVault`, `cellsDiffer`, `calendarMissing`, `corrupt` or `behindLedger`: then
    ///   nothing has been changed anywhere.
    init(
        in cells: [CellDirectory],
        folders: [CalendarFolder],
        replicas: [ReplicaDirectory],
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
        var search = CalendarSearch(folders: cells.map(\.calendars) + folders, replicas: replicas)
        let best = try Self.opening(found.flatMap { $0 }, in: &search)
        // A crash leaves no cell that opens nothing. What such a cell holds may be all that opens something that is elsewhere.
        var serials: Set<UInt64> = [best.slot.serial]
        for slots in found where !slots.contains(where: { $0.isSame(as: best.slot) }) {
            serials.insert(try Self.opening(slots, in: &search).slot.serial)
        }
        (winner, name, file, absences) = (best.slot, best.name, best.file, search.absences)
        self.serials = serials
        guard winner.serial >= lastDone else {
            throw KeyCalendarError(
                .behindLedger,
                "the cells are at calendar \(winner.serial), the ledger says that \(lastDone) was reached; these cells are out of date: "
                    + "bring the one that was in use"
            )
        }
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

    /// The slot with the highest serial number whose calendar is found and opens, with the calendar's name and file.
    private static func opening(
        _ slots: [CellSlot], in search: inout CalendarSearch
    ) throws(KeyCalendarError) -> (slot: CellSlot, name: String, file: [UInt8]) {
        let slots = slots.sorted { $0.serial > $1.serial }
        var missing: String?
        for slot in slots {
            let name = CalendarFile.name(under: slot.value)
            switch try search.file(opening: slot) {
            case .opens(let file):
                try refuseRival(of: slot, among: slots, in: &search)
                return (slot, name, file)
            case .damaged: continue
            case .missing: missing = missing ?? name
            }
        }
        guard let missing else { throw .corruptCalendar }
        let unread = search.absences.isEmpty ? "" : ", and \(search.absences.count) replica(s) could not be read"
        throw KeyCalendarError(
            .calendarMissing,
            "no calendar named \(missing) lies in the vault or beside a cell\(unread); restore it from a replica or a backup"
        )
    }

    /// Two values of one age that both open something were drawn by keepers that did not know of each other.
    private static func refuseRival(
        of slot: CellSlot, among slots: [CellSlot], in search: inout CalendarSearch
    ) throws(KeyCalendarError) {
        for rival in slots where rival.serial == slot.serial && !rival.isSame(as: slot) {
            guard case .opens = try search.file(opening: rival) else { continue }
            throw KeyCalendarError(
                .cellsDiffer,
                "the cells were changed apart from each other; start with one of them alone, and decide which is right"
            )
        }
    }
}

/// Where calendars are looked for: in folders, of which each must be readable, and then in replicas, of which none need be.
private struct CalendarSearch {
    enum Found {
        case opens([UInt8])
        /// A file of that name is there, and does not open.
        case damaged
        case missing
    }

    let folders: [CalendarFolder]
    let replicas: [ReplicaDirectory]
    /// The replicas that could not be read, by their paths, and why. They are not asked again.
    private(set) var absences: [String: String] = [:]

    init(folders: [CalendarFolder], replicas: [ReplicaDirectory]) {
        self.folders = folders
        self.replicas = replicas
    }

    /// The calendar that a slot opens.
    mutating func file(opening slot: CellSlot) throws(KeyCalendarError) -> Found {
        let name = CalendarFile.name(under: slot.value)
        var isPresent = false
        for folder in folders {
            guard let file = try folder.read(name) else { continue }
            if slot.opens(file) { return .opens(file) }
            isPresent = true
        }
        for replica in replicas where absences[replica.path] == nil {
            do throws(KeyCalendarError) {
                guard let file = try replica.calendars.read(name) else { continue }
                if slot.opens(file) { return .opens(file) }
                isPresent = true
            } catch {
                guard error.code != .storage(.crashed) else { throw error }
                absences[replica.path] = error.message
            }
        }
        return isPresent ? .damaged : .missing
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
