internal import Records
internal import Sodium
internal import System

/// Further cells.
extension CalendarStore {
    /// Makes a further cell, which holds the calendar in force like the others.
    ///
    /// The calendar does not change by it. Run again after a crash it finishes what it began. Between the two calls of `recordCells` the new cell may
    /// hold the value, so it counts from the first one on: a keeper that is started without it says that a cell is away.
    ///
    /// - Parameters:
    ///   - path: its directory, which is made, or is empty.
    ///   - record: writes down that there shall be these cells and so many that are away, and then that there are.
    /// - Throws: `exists` where something else is there, `outOfBounds` inside of the vault or for too many, `cellsDiffer` where a cell is there
    ///   that cannot join.
    package func addCell(
        at path: String, record: (_ isDone: Bool, [CellStatus], _ away: Int) throws(KeyCalendarError) -> Void
    ) throws(KeyCalendarError) {
        try settle()
        let further = try furtherDirectory(at: path)
        guard !held.contains(where: { $0.directory.path == further.path }) else { throw .cellExists(further.label) }
        // Named already, and away: it was begun to be made, and the keeper was started with it since.
        let named = named.first { $0.path == further.path }
        let directory = named ?? further
        let total = try cellCount(joinedBy: directory, isNamed: named != nil)
        let isThere = try directory.isMade()
        if isThere { try requireOwn(directory) } else { try prepare(directory) }
        let judged = CellStatus(label: directory.label, assurance: examine(directory.path))
        try record(false, reachableCells + [judged], total - reachableCells.count - 1)
        // Counted from here on, for it may hold the value from now on.
        knownCells = total
        if !isThere { try copyValue(to: directory) }
        if named == nil {
            self.named.append(directory)
            observer.cellNamed(directory.path)
        }
        // It joins like one that was away: looked at, brought up to date, read back.
        try settle()
        guard held.contains(where: { $0.directory.path == directory.path }) else {
            throw KeyCalendarError(.cellsDiffer, absences[directory.path] ?? "\(directory.label) cannot be reached; run this again")
        }
        try record(true, reachableCells, awayCells.count)
    }

    /// How many cells there are with this one: one more, unless an attempt that was interrupted had it counted.
    private func cellCount(joinedBy directory: CellDirectory, isNamed: Bool) throws(KeyCalendarError) -> Int {
        let count = max(knownCells, named.count)
        if isNamed { return count }
        guard knownCells > named.count else { return count + 1 }
        // Another cell that was left out must not be taken for this one.
        guard try directory.isBegun() else {
            throw KeyCalendarError(.outOfBounds, "a cell was not named, so none is added: name every cell to the keeper first")
        }
        return count
    }

    /// That a cell which is there already may join: before anybody counts it. Throws as a cell that comes back would.
    private func requireOwn(_ directory: CellDirectory) throws(KeyCalendarError) {
        let cell = try HeldCell(taking: directory, examine: examine)
        defer { cell.lock.release() }
        _ = try findings(in: cells + [directory])
    }

    private func furtherDirectory(at path: String) throws(KeyCalendarError) -> CellDirectory {
        let directory = CellDirectory(path, number: named.count + 1, in: fileSystem)
        let vault = DiskFileSystem.parent(of: calendars.path)
        guard path.hasPrefix("/"), named.count < CalendarLimits.cells, directory.path != vault, !directory.path.hasPrefix(vault + "/")
        else {
            throw KeyCalendarError(
                .outOfBounds, "name the whole path of a directory outside of the vault; there can be \(CalendarLimits.cells) cells at most")
        }
        return directory
    }

    /// All that holds no secret: the directory, its tag, the calendar.
    private func prepare(_ directory: CellDirectory) throws(KeyCalendarError) {
        try directory.refuseUnusable()
        try directory.prepare()
        let lock = try directory.lock()
        defer { lock.release() }
        try directory.writeTag()
        guard let file = try calendars.read(calendarName) else { throw .corruptCalendar }
        try directory.calendars.ensure(calendarName, file)
    }

    /// Makes the cell with the value in force, which is read from one that has it.
    private func copyValue(to directory: CellDirectory) throws(KeyCalendarError) {
        let lock = try directory.lock()
        defer { lock.release() }
        guard let source = held.first else { throw KeyCalendarError(.cellMissing, "no cell can be reached, so none can be added") }
        let file = try source.directory.openCell()
        let value = try file.slots().compactMap { $0 }.first { CalendarFile.name(under: $0.value) == calendarName }
        try file.close()
        guard let value else {
            throw KeyCalendarError(.cellsDiffer, "\(source.directory.label) does not hold the value in force; start the keeper again")
        }
        try directory.createCell(value, random: random)
    }
}

extension CellDirectory {
    /// Whether somebody began to make a cell there.
    func isBegun() throws(KeyCalendarError) -> Bool {
        try KeyCalendarError.onCell(label) { () throws(FileError) in try fileSystem.status("\(path)/\(Self.tagName)") } != nil
    }

    /// Whether a cell is there already: made by an attempt that was interrupted afterwards, or somebody else's.
    func isMade() throws(KeyCalendarError) -> Bool {
        guard let found = try KeyCalendarError.onCell(label, { () throws(FileError) in try fileSystem.status(path) }) else { return false }
        return found.kind == .directory ? try hasCell() : false
    }
}
