package import Records
package import Sodium
package import System

/// The ledger of a backup and the copies beside the cells, held against each other without changing anything.
package struct LedgerSurvey: Sendable {
    /// The longest of them, which continues all others.
    package let lines: [UInt8]
    /// What it says.
    package let reading: LedgerReading
    /// What the backup's own says.
    package let backup: LedgerReading

    /// Reads and verifies the ledger of the vault at `layout` and the copies.
    ///
    /// - Throws: `refused` or `rewritten` where one is not what keepers wrote, or they contradict each other; `cutOff`, `tooLarge`, `storage`.
    package init(
        of layout: VaultLayout, copies paths: [String], fileSystem: any FileSystem, vault: VaultID, keys: [SigningPublicKey]
    ) throws(LedgerError) {
        backup = try LedgerReading.read(fileSystem: fileSystem, layout: layout, vault: vault, keys: keys)
        let copies = LedgerCopies(paths, of: layout, in: fileSystem) { _ in true }
        lines = try copies.longest(vault: vault, keys: keys)
        reading = try LedgerReading(lines, checkpoint: nil, vault: vault, keys: keys)
        if let checkpoint = backup.checkpoint { try reading.check(continues: checkpoint.checkpoint) }
    }

    /// How many acts of each kind are done that the backup does not know of.
    package var actsSinceBackup: [String: Int] {
        let done = reading.entries.dropFirst(backup.entries.count).map(\.event).filter { $0.state == .done }
        // An act of the calendar stands there once, and its mark for each of its conversations beside it.
        let ofCalendar = Set(done.filter { $0.serial != nil }.map(\.act))
        return done.filter { $0.mark == nil || !ofCalendar.contains($0.act) }.reduce(into: [:]) { $0[$1.act, default: 0] += 1 }
    }
}
