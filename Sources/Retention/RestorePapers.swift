internal import Ledger
internal import Records
internal import Roster
internal import Sodium
internal import System

/// The roster and the ledger that can be brought back from a backup and what lies beside the cells: read and verified, nothing was written.
struct RestorePapers: Sendable {
    let backup: VaultLayout
    let place: KeeperPlace
    /// Where the complete rosters lie: in the backup or beside a cell.
    let rosters: VaultLayout
    /// The roster in force.
    let roster: VerifiedRoster
    let ledger: LedgerSurvey

    /// Reads and verifies them; throws as `RestorePlan` does.
    init(from backup: VaultLayout, to place: KeeperPlace, keeper: SigningPublicKey) throws(RetentionError) {
        let (rosters, roster) = try Self.verifiedRoster(backup, place)
        let (vault, keys) = (roster.vault, [keeper] + roster.keeperKeys)
        ledger = try RetentionError.onLedger { () throws(LedgerError) in
            try LedgerSurvey(of: backup, copies: place.ledgerCopies, fileSystem: place.fileSystem, vault: vault, keys: keys)
        }
        self.backup = backup
        self.place = place
        self.rosters = rosters
        self.roster = roster
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
}
