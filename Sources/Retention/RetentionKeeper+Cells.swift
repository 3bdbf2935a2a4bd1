internal import KeyCalendar
internal import Ledger
internal import Logging
internal import Minisign
internal import Records
internal import Roster
internal import Synchronization
internal import System

extension RetentionKeeper {
    /// Makes a further cell. It is written down before it holds anything, so that nobody forgets it: a keeper that is started without it says
    /// that a cell is away.
    package func addCell(_ directory: String) throws(RetentionError) {
        guard !Surroundings(fileSystem: place.fileSystem).lies(directory, in: place.layout.root) else {
            throw RetentionError(
                .refused, "the cell would lie inside the vault, where every backup and sync would copy it; name a device of its own")
        }
        try calendar.withLock { store throws(RetentionError) in
            let serial = store.serial
            try RetentionError.onCalendar { () throws(KeyCalendarError) in
                try store.addCell(at: directory) { isDone, cells, away throws(KeyCalendarError) in
                    do throws(LedgerError) {
                        let event = try LedgerEvent(
                            isDone ? .done : .intent, act: LedgerEvent.addCellAct, serial: serial,
                            cells: cells.map(\.level) + Array(repeating: "away", count: away))
                        try ledger.append(event, at: place.clock.timestamp)
                    } catch {
                        throw KeyCalendarError(.notRecorded, error.message)
                    }
                }
            }
        }
        place.log.tell(.notice, .cells, "a further cell was made")
        // Now, and not with the next look: a restoration may need it at any moment. What fails stands in status, and is tried again.
        lookForCells()
        _ = try? reloadRoster()
    }

    private func keepIdentities() throws(RetentionError) {
        let copies = IdentityCopies(of: place.reaching(presence), key: signer, enrolled: roster.keeper?.card.signingKey.key)
        try copies.keep { cell in
            place.log.tell(
                .error, .cells,
                "the keeper's identity beside \(presence.naming(cell)) was damaged or another's: the one in use is in its place, and what lay there "
                    + "is beside it as keeper.identity.replaced; find out how it came there")
        }
    }

    /// Puts beside each cell that is there what lies beside every cell and it lacks: the keeper's identity, the ledger, what is to be certified.
    /// The rosters and their pin are put there when the roster is looked for.
    func furnishCells() throws(RetentionError) {
        try besideCells.withLock { _ throws(RetentionError) in
            // The one does not wait for the other.
            let identities = Result { () throws(RetentionError) in try keepIdentities() }
            try keepCopies()
            try identities.get()
        }
    }

    /// Brings up to date what the keeper has of the ledger, and of what is to be certified, beside the cells that are there.
    func keepCopies() throws(RetentionError) {
        let lines = Result { () throws(RetentionError) in
            try RetentionError.onLedger { () throws(LedgerError) in try ledger.complete() }
        }
        try RetentionError.onFiles { () throws(FileError) in try register.keepCopies() }
        try lines.get()
    }
}
