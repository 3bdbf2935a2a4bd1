internal import Certificate
internal import Keeper
internal import KeyCalendar
internal import Ledger
internal import Minisign
package import Records
internal import RecordStore
internal import Roster
package import Sodium
internal import Synchronization
internal import System

/// Brings a vault back into a new directory from a backup of its files and the cells that are left.
package struct Restoration {
    /// How many records are tried at the end.
    private static let mostTried = 64
    /// After how many files the progress is told.
    private static let filesBetweenWords = 1_000

    private let backup: VaultLayout
    private let place: KeeperPlace

    /// A restoration from `backup` to the layout of `place`, with its cells.
    ///
    /// - Throws: `exists` where anything is in the new directory; `refused` where backup, target and cells lie in each other.
    package init(from backup: VaultLayout, to place: KeeperPlace) throws(RetentionError) {
        self.backup = backup
        self.place = place
        let fileSystem = place.fileSystem
        guard !place.cells.isEmpty, Set(place.cells).count == place.cells.count, place.cells.count <= CalendarLimits.cells else {
            throw RetentionError(.refused, "name one or more cell directories, up to \(CalendarLimits.cells), each once")
        }
        try RetentionError.onFiles { () throws(FileError) in
            guard try fileSystem.status(place.layout.root) != nil,
                try !fileSystem.list(place.layout.root).allSatisfy({ $0 == "lost+found" })
            else { return }
            throw FileError(.exists, "restore into", place.layout.root)
        }
        let surroundings = Surroundings(fileSystem: fileSystem)
        let roots = [backup.root, place.layout.root].map { surroundings.directory($0) }
        guard roots[0] != nil else { throw RetentionError(.missing, "there is no backup at \(backup.root): name it with --from") }
        for path in [place.layout.root] + place.cells {
            let above = surroundings.ancestors(of: path)
            guard !roots.contains(where: { $0 != nil && above.contains($0 ?? above[0]) && (path != place.layout.root || $0 != roots[1]) })
            else {
                throw RetentionError(.refused, "backup, new directory and cells may not lie in each other: name a directory elsewhere")
            }
        }
    }

    /// Verifies everything, copies it, and opens the vault once.
    ///
    /// - Parameters:
    ///   - key: the keeper's.
    ///   - mayUndo: whether to go on where the cells are behind acts that a lost cell alone had carried out.
    ///   - tell: told of progress, a line at a time.
    /// - Throws: as `RestorePlan`; `refused` where acts would be undone; `failed`. Where it throws after it began to copy, the new directory is
    ///   no vault yet: its rosters are written last.
    package func perform(key: borrowing SigningKey, mayUndo: Bool, tell: (String) -> Void) throws(RetentionError) -> RestoreReport {
        let locks = try lock()
        var report: RestoreReport
        let sample: [LeafName]
        do throws(RetentionError) {
            (report, sample) = try copy(mayUndo: mayUndo, key: key, tell: tell)
        } catch {
            for lock in locks { lock.release() }
            throw error
        }
        for lock in locks { lock.release() }
        tell("opening the vault with the cells")
        let keeper = try RetentionKeeper(opening: place, key: key)
        let states = keeper.leaves(sample, for: .reading).states
        guard states.allSatisfy({ $0 == .found }) else {
            throw RetentionError(.failed, "a record that was brought back has no key in the calendar: keep backup and cells as they are")
        }
        report.tried = states.count
        report.warnings = keeper.status().warnings
        return report
    }

    /// Takes the cells' locks: no keeper works with them.
    private func lock() throws(RetentionError) -> [any FileLock] {
        var locks: [any FileLock] = []
        do throws(KeyCalendarError) {
            for (index, cell) in place.cells.enumerated() {
                let directory = CellDirectory(cell, number: index + 1, in: place.fileSystem)
                try directory.requireCell()
                locks.append(try directory.lock())
            }
            return locks
        } catch {
            for lock in locks { lock.release() }
            throw RetentionError(error)
        }
    }

    private func copy(
        mayUndo: Bool, key: borrowing SigningKey, tell: (String) -> Void
    ) throws(RetentionError) -> (RestoreReport, [LeafName]) {
        tell("verifying roster, ledger, calendar and cells")
        let plan = try RestorePlan(from: backup, to: place, keeper: key.publicKey)
        guard plan.ledger.reading.lastCarriedOut <= plan.cells.calendar.serial || mayUndo else {
            throw RetentionError(
                .refused,
                "\(plan.undone.count) act(s) (\(Set(plan.undone).sorted().joined(separator: ", "))) were carried out in another cell alone while these "
                    + "were away: bring that cell; if it is lost for good, --undo goes on without it, and they must be asked for again")
        }
        var report = RestoreReport(of: plan)
        let records: RestoredRecords
        do throws(FileError) { records = try RestoredRecords(of: plan) } catch { throw RetentionError(error) }
        (report.brought, report.left, report.missing.kept) = (records.brought, records.left, records.missingKept)
        if key.publicKey != plan.roster.keeper?.card.signingKey.key {
            tell("the keeper's key is not the one in the roster: have its card enrolled")
        }
        tell("verified; copying \(records.items.count) file(s)")
        let writer = RestoreWriter(fileSystem: place.fileSystem)
        try RetentionError.onFiles { () throws(FileError) in try write(plan, records, with: writer, tell: tell) }
        try copyCertificates(with: writer)
        try record(plan, key: key)
        // Last, for without them a directory is no vault, and with them it lacks nothing.
        try RetentionError.onFiles { () throws(FileError) in
            try writer.copyRosters(plan.roster.number, from: plan.rosters, organisationKey: backup.organisationKey, to: place.layout)
        }
        let live = records.items.filter { $0.day >= plan.cells.calendar.highWater && plan.cells.calendar.page(for: $0.day) != nil }
        let chosen = Drill.sample(live.map { LeafName(expiry: $0.day, conversation: $0.conversation) }, Self.mostTried, place.random)
        return (report, chosen)
    }

    /// Copies all but the rosters.
    private func write(
        _ plan: borrowing RestorePlan, _ records: RestoredRecords, with writer: RestoreWriter, tell: (String) -> Void
    ) throws(FileError) {
        let target = place.layout
        for directory in target.directories { try place.fileSystem.createDirectories(directory, mode: VaultLayout.directoryMode) }
        for (index, item) in records.items.enumerated() {
            try writer.copy(item.from, to: item.to)
            if (index + 1) % Self.filesBetweenWords == 0 { tell("copied \(index + 1) of \(records.items.count) file(s)") }
        }
        try writer.write(plan.ledger.lines, to: target.ledgerActs)
        try writer.write(plan.cells.file, to: "\(target.calendar)/\(plan.cells.name)")
        try writer.copyPartners(from: backup, to: target)
    }

    /// Copies the certificates that are finished, as far as each of their files is there: one that was being written is none.
    private func copyCertificates(with writer: RestoreWriter) throws(RetentionError) {
        let (fileSystem, target) = (place.fileSystem, place.layout)
        let folder = CertificateFolder(fileSystem: fileSystem, layout: backup)
        let numbers = try RetentionError.onCertificates { () throws(CertificateError) in try folder.names().numbers }
        try RetentionError.onFiles { () throws(FileError) in
            for number in numbers {
                for (from, to) in zip(backup.certificateFiles(number), target.certificateFiles(number))
                where try fileSystem.status(from)?.kind == .file {
                    try writer.copy(from, to: to)
                }
            }
        }
    }

    /// Has the ledger say that from here on these cells are all there are.
    ///
    /// Not in the copies beside the cells, which follow when the vault is opened: until it is one, nothing there may say that anything was undone.
    private func record(_ plan: borrowing RestorePlan, key: borrowing SigningKey) throws(RetentionError) {
        let levels = place.cells.map { "L\(place.examine($0).level.rawValue)" }
        let (vault, keys, serial) = (plan.roster.vault, plan.roster.keeperKeys, plan.cells.calendar.serial)
        let ledgerKey = try RetentionKeeper.copy(of: key)
        do throws(LedgerError) {
            let ledger = try Ledger(fileSystem: place.fileSystem, layout: place.layout, vault: vault, keeper: ledgerKey, earlier: keys)
            let event = try LedgerEvent(.done, act: LedgerEvent.restoreAct, serial: serial, cells: levels)
            try ledger.append(event, at: place.clock.timestamp, mayRepeat: true)
        } catch {
            throw RetentionError(error)
        }
    }
}
