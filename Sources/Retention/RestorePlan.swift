internal import KeyCalendar
internal import Ledger
package import Records
package import Roster
package import Sodium
internal import System

/// What can be brought back from a backup of a vault's files and the cells that are left: everything was read and verified, nothing was written.
package struct RestorePlan: ~Copyable {
    private let papers: RestorePapers
    let cells: CellInspection

    var backup: VaultLayout { papers.backup }
    var place: KeeperPlace { papers.place }
    /// Where the complete rosters lie: in the backup or beside a cell.
    var rosters: VaultLayout { papers.rosters }
    /// The roster in force.
    package var roster: VerifiedRoster { papers.roster }
    var ledger: LedgerSurvey { papers.ledger }

    /// Reads and verifies all but the records.
    ///
    /// - Parameters:
    ///   - backup: the backup's files; it may be older than the cells.
    ///   - place: the cells that are left, and replicas; its layout is where the vault shall be.
    ///   - keeper: the keeper's signing key, which need not be in the roster yet.
    /// - Throws: `missing` where the backup is none, a cell is not there, or a calendar or roster that the cells need is nowhere; `otherVault`;
    ///   `failed` where ledger, roster or calendar do not verify, contradict each other, or the cells are behind what was done.
    package init(
        from backup: VaultLayout, to place: KeeperPlace, keeper: SigningPublicKey
    ) throws(RetentionError) {
        let papers = try RestorePapers(from: backup, to: place, keeper: keeper)
        let (vault, reading) = (papers.roster.vault, papers.ledger.reading)
        let replicas = place.replicas.enumerated().map { ReplicaDirectory($1, number: $0 + 1, in: place.fileSystem) }
        let cells = try RetentionError.onCalendar { () throws(KeyCalendarError) in
            try CellInspection(
                of: place.cells, folders: [backup.calendar], replicas: replicas, vault: vault, lastDone: reading.lastDone,
                undone: reading.undone, in: place.fileSystem)
        }
        self.papers = papers
        self.cells = cells
    }

    /// Acts that were carried out only in a cell that is lost: going on with these cells undoes them.
    package var undone: [String] {
        let serial = cells.calendar.serial
        return ledger.reading.incompleteActs.filter { $0.serial ?? 0 > serial }.map(\.act)
    }

    /// Acts that were begun, and of which the ledger does not say that any cell carried them out: a lost one may have, so they are not gone on with.
    package var begun: [String] {
        let serial = cells.calendar.serial
        return ledger.reading.begunActs.filter { $0.serial ?? 0 > serial }.map(\.act)
    }
}
