internal import Records
internal import Sodium

extension CalendarStore {
    /// Carries out an act in the one order in which a crash at any point loses nothing and brings nothing back.
    ///
    /// 1 the intent · 2 a new value and calendar · 3 the file · 4 its copies · 5 the value into the invalid slot · 6 read back and opened ·
    /// 7 the old slot destroyed · 8 the same for every other cell · 9 memory wiped · 10 recorded as done · 11 old calendars removed; the
    /// files of records are the owner's affair. See `Docs/Spec/Cell.md`.
    ///
    /// When this throws, the act is not done, but it may have been begun: then it is finished before the next change, or at the next start.
    package func perform(_ act: CalendarAct) throws(KeyCalendarError) -> ActOutcome {
        try settle()
        guard act.name != .create else { throw KeyCalendarError(.exists, "there is a calendar already; draw pages instead") }
        guard calendar.isChanged(by: act) else { return .alreadyDone }
        // Built before the intent is written, so that an act that cannot be done is refused without a trace.
        let next = try calendar.applying(act, serial: nextSerial, random: random)
        let intent = Intent(vault: vault, serial: next.serial, act: act)
        let text = try intent.signed(by: keeper)
        isSettled = false
        unfinished = intent
        do throws(KeyCalendarError) {
            for cell in cells { try cell.writeIntent(text) }
            try carryOut(intent, making: next)
        } catch {
            failure = error
            // Where a device died in the middle of it, the others go on without it.
            let reached = held.count
            lookAround()
            guard (1..<reached).contains(held.count) else { throw error }
            try settle()
            guard calendar.serial == intent.serial else { throw error }
            return .done(serial: intent.serial)
        }
        isSettled = !mayHaveOld
        return .done(serial: intent.serial)
    }

    /// Finishes what was begun, if anything was.
    func settle() throws(KeyCalendarError) {
        lookAround()
        guard let first = awayCells.first, held.isEmpty else {
            guard !isSettled else { return }
            return try noting { () throws(KeyCalendarError) in try finishBegun(try bringTogether(findings(in: cells))) }
        }
        throw KeyCalendarError(.cellMissing, "no cell can be reached, so nothing is changed: \(first.label): \(first.reason)")
    }

    /// The first half of recovery: brings every cell to the winning value. Its calendar answers from then on.
    func bringTogether(_ findings: CellFindings) throws(KeyCalendarError) -> OpenIntents {
        var open = try OpenIntents(
            in: cells, vault: vault, serial: findings.winner.serial, undone: undone, keeper: keeper.publicKey)
        // A cell that was away may have an intent that reached it alone, and the others did something else since.
        if let fulfilled = open.fulfilled, try findings.calendar().isChanged(by: fulfilled.act) { open.forgetFulfilled() }
        unfinished = open.pending ?? open.fulfilled
        try changeover.bringTogether(
            findings.winner, name: findings.name, file: findings.file, mayCreate: open.fulfilled?.act.name == .create)
        calendarName = findings.name
        calendar = try findings.calendar()
        return open
    }

    /// The second half of recovery: carries out or tidies up after the act whose intent is open.
    func finishBegun(_ open: OpenIntents) throws(KeyCalendarError) {
        if let fulfilled = open.fulfilled { try finish(fulfilled) }
        if let pending = open.pending {
            // The intent may have reached some cells only.
            let text = try pending.signed(by: keeper)
            for cell in cells { try cell.writeIntent(text) }
            try carryOut(pending, making: try calendar.applying(pending.act, serial: pending.serial, random: random))
        }
        if open.areStale { try removeIntents() }
        try catchUp(to: calendar.serial)
        if mayHaveOld { try removeOldCalendars(among: earlierCalendars()) }
        unfinished = nil
        isSettled = !mayHaveOld
    }

    /// Remembers why something could not be finished, until it is.
    func noting(_ work: () throws(KeyCalendarError) -> Void) throws(KeyCalendarError) {
        do throws(KeyCalendarError) {
            try work()
            failure = nil
        } catch {
            failure = error
            throw error
        }
    }

    private func carryOut(_ intent: Intent, making next: consuming Calendar) throws(KeyCalendarError) {
        unfinished = intent
        try observer.recordIntent(recorded(intent, ending: calendar.ending(by: intent.act)))
        calendarName = try changeover.putInForce(next, replacing: calendar.serial)
        // 9 The old calendar is wiped as it is let go; the cell value was when the changeover returned.
        calendar = next
        try finish(intent)
    }

    /// The first change of all, whose calendar is in memory and whose intent lies beside the cells.
    func putFirstInForce(_ intent: Intent) throws(KeyCalendarError) {
        unfinished = intent
        try observer.recordIntent(recorded(intent))
        calendarName = try changeover.putInForce(calendar, replacing: nil)
        try finish(intent)
        isSettled = !mayHaveOld
    }

    /// Steps 10 and 11, which may be done more than once.
    func finish(_ intent: Intent) throws(KeyCalendarError) {
        unfinished = intent
        try catchUp(to: intent.serial - 1)
        if intent.serial > lastDone { try record(intent) }
        let earlier = earlierCalendars()
        if intent.act.name.mayDestroy { try observer.recordTrial(recorded(intent), trial(of: intent.act, earlier)) }
        try removeOldCalendars(among: earlier)
        try removeIntents()
        unfinished = nil
    }

    /// Records an act that was carried out: as done where every cell and replica has it.
    private func record(_ intent: Intent) throws(KeyCalendarError) {
        let act = recorded(intent)
        guard act.away.isEmpty else {
            if intent.serial > lastCarriedOut { try observer.recordIncomplete(act) }
            lastCarriedOut = intent.serial
            return
        }
        try observer.recordDone(act)
        lastDone = intent.serial
    }

    private func removeIntents() throws(KeyCalendarError) {
        for cell in cells { try cell.removeIntent() }
    }

    /// Whether a cell file may be missing: its directory holds the intent to create it.
    func isBeingCreated(_ cell: CellDirectory) -> Bool {
        OpenIntents.isToBeCreated(cell, vault: vault, keeper: keeper.publicKey)
    }

    var changeover: Changeover {
        Changeover(cells: cells, calendars: calendars, random: random) { name, file throws(KeyCalendarError) in
            try self.copyToReplicas(name, file)
        }
    }
}

/// The intents that lie beside the cells, compared with the calendar that is in force.
struct OpenIntents {
    /// The act that was begun and is to be carried out.
    private(set) var pending: Intent?
    /// The act that was carried out and is to be recorded and tidied up after.
    private(set) var fulfilled: Intent?
    /// Whether there are any of earlier acts.
    private(set) var areStale = false

    /// Reads them; throws `corrupt` for one that does not verify, `behindLedger` where they show that these cells are out of date.
    init(
        in cells: [CellDirectory], vault: VaultID, serial: UInt64, undone: [ClosedRange<UInt64>], keeper: SigningPublicKey
    ) throws(KeyCalendarError) {
        let next = CalendarStore.serial(after: serial, undone: undone)
        for cell in cells {
            guard let intent = try Self.intent(beside: cell, vault: vault, keeper: keeper) else { continue }
            switch intent.serial {
            case ..<serial: areStale = true
            case serial: fulfilled = try Self.agreeing(intent, with: fulfilled)
            case next: pending = try Self.agreeing(intent, with: pending)
            // A cell that is lost may have carried it out: it is undone, and to be asked for again.
            case let number where undone.contains(where: { $0.contains(number) }): areStale = true
            default:
                throw KeyCalendarError(
                    .behindLedger,
                    "an act was begun after a later calendar than the cells hold; bring the cells that were in use"
                )
            }
        }
    }

    /// What was taken to be carried out is not: it reached a cell that was away alone, and is to be asked for again.
    mutating func forgetFulfilled() {
        fulfilled = nil
        areStale = true
    }

    /// The intent beside a cell; nil where there is none.
    static func intent(beside cell: CellDirectory, vault: VaultID, keeper: SigningPublicKey) throws(KeyCalendarError) -> Intent? {
        guard let text = try cell.readIntent() else { return nil }
        let intent = try Intent(signedText: text, keeper: keeper)
        guard intent.vault == vault else {
            throw KeyCalendarError(.cellFromAnotherVault, "the intent beside \(cell.label) is another vault's; name the cells of this one")
        }
        return intent
    }

    /// Whether a verified intent beside `cell` says that it is being created.
    static func isToBeCreated(_ cell: CellDirectory, vault: VaultID, keeper: SigningPublicKey) -> Bool {
        let intent = try? intent(beside: cell, vault: vault, keeper: keeper)
        return intent.map { $0.act.name == .create && $0.serial == 1 } ?? false
    }

    private static func agreeing(_ intent: Intent, with other: Intent?) throws(KeyCalendarError) -> Intent {
        guard other == nil || other == intent else {
            throw KeyCalendarError(
                .corrupt,
                "the intents beside the cells contradict each other; look at them, and move the wrong one away"
            )
        }
        return intent
    }
}
