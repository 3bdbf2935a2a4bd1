internal import KeyCalendar
internal import Ledger
package import Records
package import Roster
package import Sodium
package import System

/// Makes a vault's cells and first calendar. Run again after a crash it finishes what it began; it never makes anything over what is there.
package struct KeeperSetup: Sendable {
    private let place: KeeperPlace
    private let store: RosterStore

    /// The roster under which it is made.
    package let roster: VerifiedRoster

    /// Looks at everything before anything is written.
    ///
    /// - Throws: `missing` where there is no vault; `refused` for one cell without `mayHaveOneCell`, or a cell inside of the vault; `exists`
    ///   where there is a cell already.
    package init(_ place: KeeperPlace, mayHaveOneCell: Bool) throws(RetentionError) {
        guard place.cells.count > 1 || mayHaveOneCell else {
            throw RetentionError(
                .refused,
                "one cell alone dies with its device, and every record with it: name a second --cell on another device, or say --one-cell")
        }
        try Self.refuseUnusable(place)
        store = RosterStore(fileSystem: place.fileSystem, layout: place.layout)
        do throws(RosterError) {
            if let pin = try store.latestPin(at: place.pins) {
                roster = try store.load(from: pin)
            } else {
                roster = try store.loadFromFirst(organisationKey: store.organisationKey())
            }
        } catch {
            guard error.code == .missing else { throw RetentionError(error) }
            throw RetentionError(
                .missing, "there is no vault at \(place.layout.root): make it with 'vault-admin init', or name it with --vault")
        }
        try Self.refuseOtherCalendar(place)
        self.place = place
    }

    /// A cell directory lies outside of the vault, is none in use, and holds nothing else.
    package static func refuseUnusable(_ place: KeeperPlace) throws(RetentionError) {
        let surroundings = Surroundings(fileSystem: place.fileSystem)
        guard Set(place.cells).count == place.cells.count, place.cells.count <= CalendarLimits.cells else {
            throw RetentionError(.refused, "name one or more cell directories, up to \(CalendarLimits.cells), each once")
        }
        for (index, cell) in place.cells.enumerated() {
            if surroundings.lies(cell, in: place.layout.root) {
                throw RetentionError(
                    .refused,
                    "cell \(index + 1) lies inside the vault, where every backup and sync would copy it; name a directory on a device of its own"
                )
            }
            try RetentionError.onCalendar { () throws(KeyCalendarError) in
                try CellDirectory(cell, number: index + 1, in: place.fileSystem).refuseUnusable()
            }
            try refuseFinished(cell, number: index + 1, place)
        }
    }

    /// A vault has one calendar; another is only finished where it was begun, beside cells with an intent.
    private static func refuseOtherCalendar(_ place: KeeperPlace) throws(RetentionError) {
        let hasOther = try RetentionError.onFiles { () throws(FileError) in
            for cell in place.cells where try place.fileSystem.status("\(cell)/\(CellDirectory.intentName)") != nil { return false }
            return try !place.fileSystem.listIfPresent(place.layout.calendar).isEmpty
        }
        guard !hasOther else {
            throw RetentionError(.exists, "the vault has a calendar already; start the keeper with the cells that it was made with")
        }
    }

    /// A cell without an intent to make it is one in use.
    private static func refuseFinished(_ cell: String, number: Int, _ place: KeeperPlace) throws(RetentionError) {
        let isFinished = try RetentionError.onFiles { () throws(FileError) in
            guard try place.fileSystem.status("\(cell)/\(CellDirectory.cellName)") != nil else { return false }
            return try place.fileSystem.status("\(cell)/\(CellDirectory.intentName)") == nil
        }
        guard !isFinished else {
            throw RetentionError(
                .exists, "cell \(number) is a cell already, and nothing is ever initialised over a cell; name another directory")
        }
    }

    /// Makes the cells' directories and pins the roster in each.
    package func pinRoster() throws(RetentionError) {
        try RetentionError.onFiles { () throws(FileError) in
            for cell in place.cells { try place.fileSystem.createDirectories(cell, mode: CellDirectory.mode) }
        }
        for path in place.pins {
            try RetentionError.onRoster { () throws(RosterError) in try store.store(roster.pin, at: path) }
        }
    }

    /// Makes the cells and the first calendar, with the pages of today and of the days to come; returns the last day that has a page.
    package func create(key: borrowing SigningKey) throws(RetentionError) -> Day {
        let layout = place.layout
        try RetentionError.onFiles { () throws(FileError) in
            for directory in [layout.calendar, layout.records, layout.open, layout.ledger] {
                try place.fileSystem.createDirectories(directory, mode: VaultLayout.directoryMode)
            }
        }
        let ledger = try RetentionKeeper.openLedger(place, roster: roster, key: key)
        let observer = ActRecorder(ledger: ledger, clock: place.clock)
        let storeKey = try RetentionKeeper.copy(of: key)
        let today = place.clock.day
        let days = RetentionKeeper.expiryDays(of: roster, from: today)
        do throws(KeyCalendarError) {
            let store = try CalendarStore.create(
                place.store(vault: roster.vault, observer: observer), pagesFor: days, today: today, now: TimeMark(place.clock),
                keeper: storeKey)
            return store.status().lastPage ?? today
        } catch {
            throw RetentionError(error)
        }
    }

    /// What a person should know about where the cells lie.
    package static func warnings(_ place: KeeperPlace) -> [String] {
        let surroundings = Surroundings(fileSystem: place.fileSystem)
        var warnings: [String] = []
        for (index, cell) in place.cells.enumerated() where surroundings.isBelowHome(cell) {
            warnings.append(
                "cell \(index + 1) lies under a home directory, which backup programs copy: then every backup is half of every key; "
                    + "name a directory on a device of its own")
        }
        let devices = place.cells.compactMap { surroundings.ancestors(of: $0).first?.device }
        if Set(devices).count < devices.count {
            warnings.append("two cells lie on one device: if it dies, every record is lost; name directories on different devices")
        }
        return warnings
    }
}

/// What a directory lies in, by what the file system says and not by what its name looks like.
package struct Surroundings {
    private static let mostAncestors = 256
    private static let homes = ["/home", "/root"]

    private let fileSystem: any FileSystem

    /// What paths lie in, on this file system.
    package init(fileSystem: any FileSystem) {
        self.fileSystem = fileSystem
    }

    /// Whether a path lies in a directory, or is that; false where the directory is not there.
    package func lies(_ path: String, in directory: String) -> Bool {
        self.directory(directory).map(ancestors(of: path).contains) ?? false
    }

    /// Which directory a path names, links followed; nil where there is none.
    func directory(_ path: String) -> FileIdentity? {
        let found = (try? fileSystem.status("\(path)/.")) ?? (try? fileSystem.status(path))
        return found.flatMap { $0.kind == .directory ? $0.identity : nil }
    }

    /// The directories above a path, itself among them, from the first that is there on.
    func ancestors(of path: String) -> [FileIdentity] {
        var path = path
        while directory(path) == nil {
            let parent = DiskFileSystem.parent(of: path)
            guard parent != path else { return [] }
            path = parent
        }
        var ancestors: [FileIdentity] = []
        while let found = directory(path), ancestors.last != found, ancestors.count < Self.mostAncestors {
            ancestors.append(found)
            path += "/.."
        }
        return ancestors
    }

    /// Whether a path lies where people's own files usually do.
    func isBelowHome(_ path: String) -> Bool {
        let homes = Self.homes.compactMap(directory)
        return ancestors(of: path).contains { homes.contains($0) }
    }
}
