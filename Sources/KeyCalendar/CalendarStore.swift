package import Records
package import Sodium
package import System

/// The key calendar of a vault with its cells: the one place where it is changed, and the only one that reads a cell.
///
/// A store holds an exclusive lock in each cell directory for as long as it lives. It is not thread-safe: its owner lets one caller in at a
/// time. What it answers comes from the calendar in memory; every change goes through `perform`, which leaves the store at the old calendar
/// or at the new one, never between. After a failure the next change first finishes or undoes what was begun.
package final class CalendarStore {
    let vault: VaultID
    /// Every cell that was named.
    var named: [CellDirectory]
    /// How many cells this calendar has, as the ledger knows.
    var knownCells: Int
    let replicas: [ReplicaDirectory]
    let undone: [ClosedRange<UInt64>]
    let calendars: CalendarFolder
    let fileSystem: any FileSystem
    let random: any RandomSource
    let observer: any ActObserver
    let keeper: SigningKey
    let examine: (String) -> CellAssurance

    var calendar: Calendar
    var calendarName: String
    /// The cells that can be reached.
    var held: [HeldCell]
    /// Why the others cannot, by their directories.
    var absences: [String: String]
    /// The same of replicas.
    var replicaAbsences: [String: String] = [:]
    /// The calendars that a cell which is away may open.
    var keptNames: Set<String> = []
    /// Whether old calendars are to be looked for: something came back since they were removed, or a cell opened one of them then.
    var mayHaveOld = false
    /// How many earlier calendars were left when they were last removed, because a cell opened them.
    var openedEarlier = 0
    /// What was begun and may not be finished; what lies in the cells is then looked at before anything else is done.
    var unfinished: Intent?
    var isSettled = false
    /// Why it could not be finished.
    var failure: KeyCalendarError?
    /// The serial number of the last act that the ledger has as done.
    var lastDone: UInt64
    /// The serial number of the last act that the ledger has as done or incomplete.
    var lastCarriedOut: UInt64

    init(
        _ place: StorePlace,
        named: [CellDirectory],
        held: [HeldCell],
        absences: [String: String] = [:],
        keeper: consuming SigningKey,
        calendar: consuming Calendar,
        calendarName: String,
        lastDone: UInt64
    ) {
        vault = place.vault
        self.named = named
        knownCells = place.knownCells
        replicas = place.replicaDirectories
        undone = place.undone
        calendars = place.calendars
        fileSystem = place.fileSystem
        random = place.random
        observer = place.observer
        examine = place.examine
        self.keeper = keeper
        self.calendar = calendar
        self.calendarName = calendarName
        self.held = held
        self.absences = absences
        self.lastDone = lastDone
        lastCarriedOut = lastDone
        for absent in absences.keys { observer.cellLeft(absent) }
        for replica in replicas { replicaAbsences[replica.path] = replica.absence(for: vault) }
    }

    deinit {
        for cell in held { cell.lock.release() }
    }

    /// The serial number of the calendar in force.
    package var serial: UInt64 { calendar.serial }

    /// The serial number of the next calendar.
    var nextSerial: UInt64 { Self.serial(after: calendar.serial, undone: undone) }

    /// The serial number after this one: none that a restoration left out.
    static func serial(after serial: UInt64, undone: [ClosedRange<UInt64>]) -> UInt64 {
        max(serial, undone.map(\.upperBound).max() ?? 0) + 1
    }

    /// The day before which everything was torn off.
    package var highWater: Day { calendar.highWater }

    /// The leaf of a conversation, `today` being the clock's day; the high-water day counts where it is later.
    package func leaf(day: Day, conversation: ConversationID, today: Day) -> LeafAnswer {
        calendar.leaf(day: day, conversation: conversation, today: today)
    }

    /// Whether there is a page for `day`.
    package func hasPage(for day: Day) -> Bool {
        calendar.page(for: day) != nil
    }

    /// Whether a request was used.
    package func isSpent(_ request: RequestID) -> Bool {
        calendar.isSpent(request)
    }

    /// What a person wants to know.
    package func status() -> StoreStatus {
        StoreStatus(
            serial: calendar.serial,
            highWater: calendar.highWater,
            budgetDays: calendar.budget.days,
            pages: calendar.pages.count,
            firstPage: calendar.pages.first?.day,
            lastPage: calendar.pages.last?.day,
            puncturedPages: calendar.pages.count { $0.nodeCount > 1 },
            keptLeaves: calendar.keptLeaves.count,
            spentRequests: calendar.spentRequests.count,
            cells: reachableCells,
            namedCells: named.count,
            away: away,
            unfinished: unfinished?.act.name,
            warnings: warnings
        )
    }

    /// The cells that can be reached, and what their places are worth.
    var reachableCells: [CellStatus] {
        held.map { CellStatus(label: $0.directory.label, assurance: $0.assurance) }
    }

    var warnings: [String] {
        var warnings: [String] = []
        if max(named.count, knownCells) == 1 {
            warnings.append(
                "there is one cell only: if its device dies, every record is lost; make a second with 'vault-retention add-cell'")
        }
        warnings += away.map { "\($0.label) is away, so that no act is complete: \($0.reason)" }
        let known = held.compactMap(\.place)
        for cell in held where cell.place.map({ $0.mode & 0o077 != 0 }) ?? false {
            warnings.append("\(cell.directory.label)'s directory is open to other users; set its mode to 0700")
        }
        if Set(known.map(\.identity.device)).count < known.count {
            warnings.append("two cells lie on one device: if it dies, every record is lost; move one of them to another device")
        }
        for cell in reachableCells where cell.assurance.level < .l1 {
            warnings.append("\(cell.label) is of level L0: \(cell.assurance.reason)")
        }
        if openedEarlier > 0 {
            warnings.append(
                "\(openedEarlier) earlier calendar(s) still open with what a cell holds, so what was destroyed may be opened; it is tried again twice "
                    + "a minute: where this stays, find out what else writes into the cells or the vault's calendars")
        }
        if let unfinished {
            let reason = failure.map { ": \(withoutPaths($0.message))" } ?? "; it is finished with the next change"
            warnings.append("the act '\(unfinished.act.name.rawValue)' was begun and is not finished\(reason)")
        }
        return warnings
    }

    func recorded(_ intent: Intent, ending: ActEnding? = nil) -> RecordedAct {
        RecordedAct(serial: intent.serial, act: intent.act, cells: reachableCells, away: away, warnings: warnings, ending: ending)
    }
}

/// Where a store lies and what it works with.
package struct StorePlace {
    /// The vault whose calendar it is.
    package let vault: VaultID
    /// The cell directories.
    package let cells: [String]
    /// The vault's layout.
    package let layout: VaultLayout
    /// The file system that all of it lies on.
    package let fileSystem: any FileSystem
    /// Where cell values and pages come from.
    package let random: any RandomSource
    /// Who is told of acts.
    package let observer: any ActObserver
    /// What a cell directory is worth.
    package let examine: (String) -> CellAssurance
    /// How many cells the calendar has, where that is known: one that is not named is away.
    package let knownCells: Int
    /// Directories elsewhere with copies of the calendar.
    package let replicas: [String]
    /// The same, numbered from one. One that hangs is given up for as long as it does: nothing else may wait for it.
    let replicaDirectories: [ReplicaDirectory]
    /// The serial numbers that restorations left out: no calendar has one of them, and no later one has it again.
    package let undone: [ClosedRange<UInt64>]

    /// Where a store lies and what it works with.
    package init(
        vault: VaultID, cells: [String], layout: VaultLayout, fileSystem: any FileSystem, random: any RandomSource,
        observer: any ActObserver, examine: @escaping (String) -> CellAssurance = { _ in CellAssurance(.l0, "its place was not examined") },
        knownCells: Int = 0, replicas: [String] = [], replicaPatienceMilliseconds: Int = PatientFileSystem.patienceMilliseconds,
        undone: [ClosedRange<UInt64>] = []
    ) {
        self.vault = vault
        self.cells = cells
        self.layout = layout
        self.fileSystem = fileSystem
        self.random = random
        self.observer = observer
        self.examine = examine
        self.knownCells = knownCells
        self.replicas = replicas
        replicaDirectories = replicas.enumerated().map {
            ReplicaDirectory($1, number: $0 + 1, in: PatientFileSystem(fileSystem, milliseconds: replicaPatienceMilliseconds))
        }
        self.undone = undone
    }

    var calendars: CalendarFolder { CalendarFolder(path: layout.calendar, mode: VaultLayout.fileMode, fileSystem: fileSystem) }

    /// The cell directories, numbered from one; throws `outOfBounds` for none, for one that is named twice, or for one inside the vault.
    func cellDirectories() throws(KeyCalendarError) -> [CellDirectory] {
        let directories = cells.enumerated().map { CellDirectory($1, number: $0 + 1, in: fileSystem) }
        guard (1...CalendarLimits.cells).contains(directories.count), Set(directories.map(\.path)).count == directories.count else {
            throw KeyCalendarError(.outOfBounds, "name one or more cell directories, up to \(CalendarLimits.cells), each once")
        }
        for directory in directories where directory.path == layout.root || directory.path.hasPrefix(layout.root + "/") {
            throw KeyCalendarError(
                .outOfBounds,
                "\(directory.label) lies inside the vault, where every backup and sync would copy it; name a directory on a device of its own"
            )
        }
        return directories
    }
}
