internal import KeyCalendar
internal import Records
internal import Roster
internal import System

/// The keeper's copies of all rosters, beside its cells: a backup of the vault that is older than the last change of the roster would otherwise
/// bring back people who were retired, and the pins of everybody would refuse it.
struct RosterCopies {
    private let place: KeeperPlace

    /// The copies beside the cells of a place.
    init(of place: KeeperPlace) {
        self.place = place
    }

    /// The layout by which the rosters beside a cell are read like a vault's.
    static func layout(of cell: String) -> VaultLayout { VaultLayout(root: cell) }

    /// Copies what is missing beside each cell, up to a roster that was verified.
    func keep(_ roster: VerifiedRoster) throws(RetentionError) {
        try RetentionError.onFiles { () throws(FileError) in
            let from = place.layout
            for cell in place.cells {
                let to = Self.layout(of: cell)
                // Written last, so that it says whether all of them are there.
                guard try place.fileSystem.status(to.roster(number: roster.number)) == nil else { continue }
                try place.fileSystem.createDirectories(to.rosters, mode: CellDirectory.mode)
                for number in 1...roster.number where try place.fileSystem.status(to.roster(number: number)) == nil {
                    try copy(from.rosterSignature(number: number), to: to.rosterSignature(number: number), Limits.minisigBytes)
                    try copy(from.roster(number: number), to: to.roster(number: number), Limits.rosterBytes)
                }
            }
        }
    }

    private func copy(_ from: String, to: String, _ limitBytes: Int) throws(FileError) {
        try place.fileSystem.copyDurably(from: from, to: to, mode: 0o600, limitBytes: limitBytes)
    }
}
