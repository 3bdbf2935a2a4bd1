internal import Console
internal import Ledger
internal import Records
internal import Roster
internal import System

/// A vault's ledger, verified with the keys of the keepers in its roster.
struct VaultLedger {
    let layout: VaultLayout
    let roster: VerifiedRoster
    let fileSystem: DiskFileSystem

    /// The keys that its checkpoints are signed with, in the order of the keepers' enrolment.
    var verifierKeys: [NoteKey] {
        roster.keeperKeys.map { NoteKey(name: Checkpoint.origin(of: roster.vault), key: $0) }
    }

    /// The ledger, verified from its first line to its checkpoint.
    func reading() throws -> LedgerReading {
        guard !roster.keeperKeys.isEmpty else {
            throw ConsoleError(
                "no keeper is enrolled, so nobody's signature in the ledger counts: enrol the card of 'vault-retention init'")
        }
        let reading = try LedgerReading.read(fileSystem: fileSystem, layout: layout, vault: roster.vault, keys: roster.keeperKeys)
        try reading.checkCoverage()
        if let problem = rosterProblem(in: reading) { throw ConsoleError(problem) }
        return reading
    }

    /// A checkpoint that somebody kept in a file.
    func checkpoint(in path: String) throws -> Checkpoint {
        let note = try fileSystem.readFile(path, limitBytes: SignedCheckpoint.maximumBytes)
        do {
            return try SignedCheckpoint(note, vault: roster.vault, keys: roster.keeperKeys).checkpoint
        } catch {
            throw ConsoleError(.badInput, "\(path) is no checkpoint that a keeper of this vault signed: name the file that you kept")
        }
    }

    /// The keeper says by which rosters it went: an earlier one that was put back is seen even by who never pinned a later one.
    private func rosterProblem(in reading: LedgerReading) -> String? {
        guard let last = reading.entries.last(where: { $0.event.roster != nil })?.event.roster else { return nil }
        if last.number > roster.number {
            return "the keeper went by roster \(last.number), and the vault's latest is \(roster.number): an earlier roster was put back; "
                + "compare with a copy or a backup"
        }
        if last.number == roster.number, last.sha256 != roster.digest.description {
            return "the keeper went by another roster \(last.number) than the one in the vault: compare with a copy or a backup"
        }
        return nil
    }
}
