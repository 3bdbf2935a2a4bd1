package import Records
internal import Sodium
package import System

/// What cells and the calendars beside them come to, looked at without changing anything: for a restoration before it begins, and for a drill.
///
/// Only who may read cells can make one: the keeper, or whoever holds their directories while no keeper runs.
package struct CellInspection: ~Copyable {
    /// The calendar in force.
    package let calendar: Calendar
    /// The name of its file.
    package let name: String
    /// Its file.
    package let file: [UInt8]
    private let slot: CellSlot

    /// Looks into cells, and for their calendars beside them, in `folders`, and in replicas; one that cannot be read is not there.
    ///
    /// - Parameters:
    ///   - lastDone: the serial number of the last act that the ledger has as done: cells behind it are refused.
    ///   - undone: the serial numbers that restorations left out: cells that open one of them are refused.
    /// - Throws: as the start of a keeper: `cellMissing`, `noValidSlot`, `cellFromAnotherVault`, `cellsDiffer`, `calendarMissing`, `corrupt`,
    ///   `behindLedger`.
    package init(
        of cells: [String], folders: [String], replicas: [ReplicaDirectory] = [], vault: VaultID, lastDone: UInt64,
        undone: [ClosedRange<UInt64>] = [],
        in fileSystem: any FileSystem
    ) throws(KeyCalendarError) {
        let directories = cells.enumerated().map { CellDirectory($1, number: $0 + 1, in: fileSystem) }
        let findings = try CellFindings(
            in: directories, folders: folders.map { CalendarFolder(path: $0, mode: 0o600, fileSystem: fileSystem) },
            replicas: replicas.filter { $0.absence(for: vault) == nil }, vault: vault, lastDone: lastDone, mayBeMissing: { _ in false })
        try findings.requireNone(of: undone)
        calendar = try findings.calendar()
        name = findings.name
        file = findings.file
        slot = findings.winner
    }

    /// Whether the cells' value decrypts this calendar file, whatever the calendar says of itself.
    package func decrypts(_ file: [UInt8]) -> Bool { slot.decrypts(file) }
}
