internal import System

/// Which cells and replicas can be reached, and what becomes of those that went away and came back.
extension CalendarStore {
    /// The directories of the cells that can be reached.
    var cells: [CellDirectory] { held.map(\.directory) }

    /// The replicas that can be reached.
    var reachableReplicas: [ReplicaDirectory] { replicas.filter { replicaAbsences[$0.path] == nil } }

    /// What is away: an act that is carried out meanwhile is incomplete.
    package var away: [AwayPlace] {
        awayCells + replicas.compactMap { replica in replicaAbsences[replica.path].map { AwayPlace(replica.label, $0) } }
    }

    /// The cells that are away, those that were not named among them.
    var awayCells: [AwayPlace] {
        let named = named.filter { !isHeld($0) }.map { AwayPlace($0.label, withoutPaths(absences[$0.path] ?? "it is not there")) }
        let unnamed = max(0, knownCells - self.named.count)
        return named
            + (0..<unnamed).map { _ in
                AwayPlace(
                    "a cell that was not named", "name each with --cell; one that is lost for good is given up by 'vault-retention restore'"
                )
            }
    }

    /// A text without the paths of cells, which are nobody's business.
    func withoutPaths(_ text: String) -> String { CellDirectory.naming(named.map(\.path), in: text) }

    /// Whether every cell and replica can be reached.
    package var isComplete: Bool { away.isEmpty }

    /// Looks which cells and replicas are there, and brings those that came back up to date; finishes what was begun, if anything was.
    package func attend() throws(KeyCalendarError) {
        try settle()
    }

    private func isHeld(_ cell: CellDirectory) -> Bool { held.contains { $0.directory.path == cell.path } }

    /// Notices what went away and what came back.
    func lookAround() {
        for cell in held {
            guard let absence = cell.absence else { continue }
            lose(cell, absence.message)
        }
        for cell in named where !isHeld(cell) {
            do throws(KeyCalendarError) {
                try take(cell)
            } catch {
                absences[cell.path] = error.message
            }
        }
        for replica in replicas {
            let absence = replica.absence(for: vault)
            if absence == nil, replicaAbsences[replica.path] != nil { cameBack() }
            replicaAbsences[replica.path] = absence
        }
    }

    /// Goes on without a cell. What it can open is kept until it is back.
    private func lose(_ cell: HeldCell, _ reason: String) {
        cell.lock.release()
        held.removeAll { $0.directory.path == cell.directory.path }
        absences[cell.directory.path] = reason
        keepCalendars()
        observer.cellLeft(cell.directory.path)
    }

    /// Every calendar that lies in the vault may be the last that a cell which is away can open.
    func keepCalendars() {
        keptNames.insert(calendarName)
        keptNames.formUnion((try? calendars.list()) ?? [])
    }

    /// Takes a cell back that was away, if it is this vault's and was not changed apart from the others.
    private func take(_ directory: CellDirectory) throws(KeyCalendarError) {
        let cell = try HeldCell(taking: directory, examine: examine)
        do throws(KeyCalendarError) {
            let together = try findings(in: cells + [directory])
            try together.requireNone(of: undone)
            let isAhead: Bool
            if held.isEmpty {
                isAhead = together.winner.serial < calendar.serial
            } else {
                isAhead = try !together.winner.isSame(as: findings(in: cells).winner)
            }
            guard !isAhead else {
                throw KeyCalendarError(
                    .cellsDiffer, "\(directory.label) was changed apart from this keeper; stop the keeper, and decide which cell is right")
            }
            try observer.cellCame(directory.path)
        } catch {
            cell.lock.release()
            observer.cellLeft(directory.path)
            throw error
        }
        held.append(cell)
        held.sort { number(of: $0) < number(of: $1) }
        absences[directory.path] = nil
        cameBack()
    }

    private func number(of cell: HeldCell) -> Int { named.firstIndex { $0.path == cell.directory.path } ?? named.count }

    private func cameBack() {
        isSettled = false
        mayHaveOld = true
    }

    func findings(in cells: [CellDirectory]) throws(KeyCalendarError) -> CellFindings {
        let findings = try CellFindings(
            in: cells, folders: [calendars], replicas: reachableReplicas, vault: vault, lastDone: lastDone, mayBeMissing: isBeingCreated)
        replicaAbsences.merge(findings.absences) { _, found in found }
        return findings
    }

    /// Puts a calendar into every replica that can be reached, and reads it back. One that cannot take it counts as away: a copy that is
    /// missing must not keep anything from being destroyed, but it is said.
    func copyToReplicas(_ name: String, _ file: [UInt8]) throws(KeyCalendarError) {
        try inReplicas { folder throws(KeyCalendarError) in try folder.ensure(name, file) }
    }

    /// Does something in every replica that can be reached.
    private func inReplicas(_ work: (CalendarFolder) throws(KeyCalendarError) -> Void) throws(KeyCalendarError) {
        for replica in reachableReplicas {
            do throws(KeyCalendarError) {
                try work(replica.calendars)
            } catch {
                guard error.code != .storage(.crashed) else { throw error }
                replicaAbsences[replica.path] = error.message
            }
        }
    }

    /// Removes every calendar that nothing opens any more. One of the earlier that a cell does open, which must not be, stays, and nothing is
    /// settled before it is gone: the cells are brought together and it is tried again, twice a minute and before the next change.
    func removeOldCalendars(among earlier: [String: Bool]) throws(KeyCalendarError) {
        if awayCells.isEmpty { keptNames = [] }
        let kept = keptNames.union([calendarName]).union(earlier.filter(\.value).keys)
        for folder in [calendars] + cells.map(\.calendars) { try folder.removeAll(except: kept) }
        try inReplicas { folder throws(KeyCalendarError) in try folder.removeAll(except: kept) }
        openedEarlier = earlier.values.count { $0 }
        mayHaveOld = openedEarlier > 0
    }

    /// Has what was carried out while something was away recorded as done, once every cell and replica has it.
    func catchUp(to serial: UInt64) throws(KeyCalendarError) {
        guard isComplete, lastDone < serial else { return }
        try observer.recordCaughtUp(to: serial, cells: reachableCells)
        lastDone = serial
    }
}
