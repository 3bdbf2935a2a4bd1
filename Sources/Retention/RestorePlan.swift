internal import KeyCalendar
internal import Ledger
package import Records
package import Roster
package import Sodium
internal import System

/// What can be brought back from a backup of a vault's files and the cells that are left: everything was read and verified, nothing was written.
package struct RestorePlan: ~Copyable {
    let backup: VaultLayout
    let place: KeeperPlace
    /// Where the complete rosters lie: in the backup or beside a cell.
    let rosters: VaultLayout
    /// The roster in force.
    package let roster: VerifiedRoster
    let ledger: LedgerSurvey
    let cells: CellInspection

    /// Reads and verifies all but the records.
    ///
    /// - Parameters:
    ///   - backup: the backup's files; it may be older than the cells.
    ///   - place: the cells that are left, and replicas; its layout is where the vault shall be.
    ///   - keeper: the keeper's signing key, which need not be in the roster yet.
    ///   - calendarsOfBackup: whether a calendar that lies in the backup may be used, too.
    /// - Throws: `missing` where the backup is none, a cell is not there, or a calendar or roster that the cells need is nowhere; `otherVault`;
    ///   `failed` where ledger, roster or calendar do not verify, contradict each other, or the cells are behind what was done.
    package init(
        from backup: VaultLayout, to place: KeeperPlace, keeper: SigningPublicKey, calendarsOfBackup: Bool = true
    ) throws(RetentionError) {
        let (rosters, roster) = try Self.verifiedRoster(backup, place)
        let (vault, keys) = (roster.vault, [keeper] + roster.keeperKeys)
        let ledger = try RetentionError.onLedger { () throws(LedgerError) in
            try LedgerSurvey(of: backup, copies: place.ledgerCopies, fileSystem: place.fileSystem, vault: vault, keys: keys)
        }
        let replicas = place.replicas.enumerated().map { ReplicaDirectory($1, number: $0 + 1, in: place.fileSystem) }
        let folders = (calendarsOfBackup ? [backup.calendar] : []) + replicas.filter { $0.absence(for: vault) == nil }.map(\.path)
        let cells = try RetentionError.onCalendar { () throws(KeyCalendarError) in
            try CellInspection(
                of: place.cells, folders: folders, vault: vault, lastDone: ledger.reading.lastDone, in: place.fileSystem)
        }
        self.backup = backup
        self.place = place
        self.rosters = rosters
        self.roster = roster
        self.ledger = ledger
        self.cells = cells
    }

    /// The latest roster there is, and where: verified from the first one under the pinned key, and what the cells' pins say.
    private static func verifiedRoster(_ backup: VaultLayout, _ place: KeeperPlace) throws(RetentionError) -> (VaultLayout, VerifiedRoster)
    {
        let fileSystem = place.fileSystem
        return try RetentionError.onRoster { () throws(RosterError) in
            guard let pin = try RosterStore(fileSystem: fileSystem, layout: backup).latestPin(at: place.pins) else {
                throw RosterError(.unpinned)
            }
            // The key that lies in the backup is believed for nothing but telling a mistaken path from a forgery.
            guard try RosterStore(fileSystem: fileSystem, layout: backup).organisationKey() == pin.organisationKey else {
                throw RosterError(.notPinnedVault)
            }
            var best: (layout: VaultLayout, roster: VerifiedRoster)?
            var failure = RosterError(.missing)
            for layout in [backup] + place.cells.map(RosterCopies.layout) {
                let store = RosterStore(fileSystem: fileSystem, layout: layout)
                do throws(RosterError) {
                    let whole = try store.loadFromFirst(organisationKey: pin.organisationKey)
                    let roster = try store.load(from: pin)
                    guard whole.pin == roster.pin else { throw RosterError(.refused) }
                    if roster.number > best?.roster.number ?? 0 { best = (layout, roster) }
                } catch {
                    // A backup whose rosters are forged is told, not passed over; one that is older, or has none, is not.
                    guard [.missing, .rollback].contains(error.code) else { throw error }
                    failure = layout.root == backup.root ? error : failure
                }
            }
            guard let best else { throw failure }
            return (best.layout, best.roster)
        }
    }

    /// Acts that were carried out only in a cell that is lost: going on with these cells undoes them.
    package var undone: [String] {
        let serial = cells.calendar.serial
        return ledger.reading.incompleteActs.filter { $0.serial ?? 0 > serial }.map(\.act)
    }
}
