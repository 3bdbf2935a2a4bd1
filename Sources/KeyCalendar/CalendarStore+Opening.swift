package import Records
package import Sodium
internal import System

extension CalendarStore {
    /// Opens the calendar of a vault and finishes whatever a crash interrupted.
    ///
    /// Where that cannot be finished, because the disk or the ledger is full, the store answers all the same; its status has the act as
    /// unfinished, and no other is carried out before it.
    ///
    /// - Parameters:
    ///   - place: where it lies and what it works with.
    ///   - keeper: the keeper's signing key.
    ///   - lastDone: the serial number of the last act that the ledger has as done; zero where it has none. Cells behind it are refused.
    ///   - lastCarriedOut: the serial number of the last act that the ledger has as done or incomplete. Cells behind it, alone, are refused: they
    ///     were away, and would bring back what was destroyed.
    /// - Returns: the store, which holds the cells' locks.
    /// - Throws: `busy` where another keeper holds a cell; `cellMissing`, `noValidSlot`, `cellFromAnotherVault`, `cellsDiffer`,
    ///   `calendarMissing`, `corrupt` or `behindLedger` where the cells cannot be used: then nothing has been changed.
    package static func open(
        _ place: StorePlace,
        keeper: consuming SigningKey,
        lastDone: UInt64,
        lastCarriedOut: UInt64 = 0
    ) throws(KeyCalendarError) -> CalendarStore {
        let named = try place.cellDirectories()
        let signer = keeper.publicKey
        let (held, absences) = try reach(named, place: place) { cell in
            OpenIntents.isToBeCreated(cell, vault: place.vault, keeper: signer)
        }
        return try opened(
            place, named: named, held: held, absences: absences, keeper: keeper, lastDone: lastDone, lastCarriedOut: lastCarriedOut,
            mustFinish: false)
    }

    /// Makes the cells and the first calendar of a vault.
    ///
    /// Never over anything that exists. Run again after a crash it finishes what it began, with the days that were named then.
    ///
    /// - Parameters:
    ///   - place: where it lies and what it works with; the directory of the vault's calendars is there.
    ///   - days: the expiry days to draw pages for.
    ///   - today: the first high-water day.
    ///   - now: the moment from which days are seen to pass.
    ///   - keeper: the keeper's signing key.
    /// - Returns: the store, which holds the cells' locks.
    /// - Throws: `exists` where there is a cell, a calendar, or anything else in a cell directory.
    package static func create(
        _ place: StorePlace,
        pagesFor days: [Day],
        today: Day,
        now: TimeMark,
        keeper: consuming SigningKey
    ) throws(KeyCalendarError) -> CalendarStore {
        try checkDays(days, today: today)
        let cells = try place.cellDirectories()
        for cell in cells { try cell.prepare() }
        let held = try hold(cells, place: place)
        if try isToBeResumed(cells, place: place, keeper: keeper.publicKey) {
            return try opened(
                place, named: cells, held: held, absences: [:], keeper: keeper, lastDone: 0, lastCarriedOut: 0, mustFinish: true)
        }
        let act = try CalendarAct(.create, [.tearOff(before: today, budget: TimeBudget(full: now)), .addPages(days)])
        let first = try Calendar.first(vault: place.vault, by: act, random: place.random)
        let intent = Intent(vault: place.vault, serial: first.serial, act: act)
        let text = try intent.signed(by: keeper)
        for cell in cells {
            try cell.writeTag()
            try cell.writeIntent(text)
        }
        let store = CalendarStore(place, named: cells, held: held, keeper: keeper, calendar: first, calendarName: "", lastDone: 0)
        try store.putFirstInForce(intent)
        return store
    }

    private static func opened(
        _ place: StorePlace,
        named: [CellDirectory],
        held: [HeldCell],
        absences: [String: String],
        keeper: consuming SigningKey,
        lastDone: UInt64,
        lastCarriedOut: UInt64,
        mustFinish: Bool
    ) throws(KeyCalendarError) -> CalendarStore {
        let signer = keeper.publicKey
        let replicas = place.replicaDirectories.filter { $0.absence(for: place.vault) == nil }
        let findings = try CellFindings(
            in: held.map(\.directory),
            folders: [place.calendars],
            replicas: replicas,
            vault: place.vault,
            lastDone: lastDone,
            mayBeMissing: { OpenIntents.isToBeCreated($0, vault: place.vault, keeper: signer) }
        )
        guard findings.winner.serial >= lastCarriedOut else { throw .behindOtherCell(findings.winner.serial, lastCarriedOut) }
        try findings.requireNone(of: place.undone)
        let store = CalendarStore(
            place,
            named: named,
            held: held,
            absences: absences,
            keeper: keeper,
            calendar: try findings.calendar(),
            calendarName: findings.name,
            lastDone: lastDone
        )
        store.replicaAbsences.merge(findings.absences) { _, found in found }
        // One may have come since its owner looked which are there.
        for cell in store.cells { try store.observer.cellCame(cell.path) }
        store.lastCarriedOut = max(lastCarriedOut, lastDone)
        store.mayHaveOld = true
        if !store.awayCells.isEmpty { store.keepCalendars() }
        let open = try store.bringTogether(findings)
        do throws(KeyCalendarError) {
            try store.noting { () throws(KeyCalendarError) in try store.finishBegun(open) }
        } catch  where !mustFinish {
            // What can be opened is opened: a full disk or ledger must not keep anybody from reading. The status says so, and no act is
            // carried out before this one is finished.
        }
        return store
    }

    /// Takes the cells that are there, and says why the others are not; throws where none is, and where one is there and cannot be used.
    private static func reach(
        _ named: [CellDirectory], place: StorePlace, isBeingMade: (CellDirectory) -> Bool
    ) throws(KeyCalendarError) -> (held: [HeldCell], absences: [String: String]) {
        var (held, absences): ([HeldCell], [String: String]) = ([], [:])
        var first: KeyCalendarError?
        do throws(KeyCalendarError) {
            for cell in named {
                do throws(KeyCalendarError) {
                    held.append(try HeldCell(taking: cell, isBeingMade: isBeingMade(cell), examine: place.examine))
                } catch  where error.isAbsence {
                    absences[cell.path] = error.message
                    first = first ?? error
                }
            }
            if let first, held.isEmpty { throw first }
        } catch {
            for cell in held { cell.lock.release() }
            throw error
        }
        return (held, absences)
    }

    /// Takes the cells' directories, in which cells are to be made.
    private static func hold(_ cells: [CellDirectory], place: StorePlace) throws(KeyCalendarError) -> [HeldCell] {
        var held: [HeldCell] = []
        do throws(KeyCalendarError) {
            for cell in cells { held.append(try HeldCell(taking: cell, isBeingMade: true, examine: place.examine)) }
        } catch {
            for cell in held { cell.lock.release() }
            throw error
        }
        return held
    }

    /// Whether some of the cells were made by an attempt that was interrupted; throws `exists` where anything else is there already.
    private static func isToBeResumed(
        _ cells: [CellDirectory],
        place: StorePlace,
        keeper: SigningPublicKey
    ) throws(KeyCalendarError) -> Bool {
        var intents: [Intent?] = []
        var existing: CellDirectory?
        for cell in cells {
            intents.append(try OpenIntents.intent(beside: cell, vault: place.vault, keeper: keeper))
            if try cell.hasCell() { existing = cell }
            guard try !cell.holdsForeignFiles() else { throw cell.foreignFiles }
        }
        let begun = intents.compactMap { $0 }
        guard begun.allSatisfy({ $0.serial == 1 && $0.act.name == .create }) else {
            throw KeyCalendarError(.exists, "an act on an existing calendar is unfinished beside a cell; start the keeper instead")
        }
        if let existing, begun.isEmpty { throw .cellExists(existing.label) }
        // What an interrupted attempt left in the vault lies beside its cells too.
        var left: Set<String> = []
        for cell in cells { left.formUnion(try cell.calendars.list()) }
        guard begun.isEmpty ? try place.calendars.list().isEmpty : try place.calendars.holdsOnly(left) else {
            throw KeyCalendarError(.exists, "the vault has a calendar already; start the keeper with the cells that it was made with")
        }
        return existing != nil
    }
}
