package import KeyCalendar
package import Ledger
internal import Records
package import System

/// Writes the calendar's acts into the ledger: before they begin and when they are done.
package final class ActRecorder: ActObserver, Sendable {
    private let ledger: Ledger
    private let clock: any WallClock
    private let presence: CellPresence?
    /// Nil where a calendar is made, which destroys nothing.
    private let register: CertificateRegister?

    /// A recorder that has nothing to certify; it tells `presence` of cells that go and come back.
    package convenience init(ledger: Ledger, clock: any WallClock, presence: CellPresence? = nil) {
        self.init(ledger: ledger, clock: clock, presence: presence, register: nil)
    }

    /// A recorder.
    init(ledger: Ledger, clock: any WallClock, presence: CellPresence?, register: CertificateRegister?) {
        self.ledger = ledger
        self.clock = clock
        self.presence = presence
        self.register = register
    }

    /// An act begins.
    package func recordIntent(_ act: RecordedAct) throws(KeyCalendarError) {
        try onRegister { register throws(FileError) in try register.begin(act) }
        try record(.intent, act)
    }

    /// A destruction was tried.
    package func recordTrial(_ act: RecordedAct, _ trial: DestructionTrial) throws(KeyCalendarError) {
        try onRegister { register throws(FileError) in try register.record(trial, of: act.serial) }
    }

    /// An act is done in every cell.
    package func recordDone(_ act: RecordedAct) throws(KeyCalendarError) {
        try record(.done, act)
    }

    /// An act was carried out, but a cell or a replica is away.
    package func recordIncomplete(_ act: RecordedAct) throws(KeyCalendarError) {
        try record(.incomplete, act)
    }

    /// Everything has caught up: each act that was incomplete is done. What is about one conversation is told first, for once the acts are told
    /// nobody comes back to it.
    package func recordCaughtUp(to serial: UInt64, cells: [CellStatus]) throws(KeyCalendarError) {
        let acts = ledger.incompleteActs
        for act in acts.filter({ $0.mark != nil }) + acts.filter({ $0.mark == nil && $0.serial ?? 0 <= serial }) {
            try recording { () throws(LedgerError) in
                try ledger.append(act.done(in: cells.map(\.level)), at: clock.timestamp, mayRepeat: act.mark != nil)
            }
        }
    }

    /// A further cell is made, which has the next number.
    package func cellNamed(_ directory: String) {
        presence?.named(directory)
    }

    /// A cell is there that was not: its copy of the ledger must be of this one, and is kept from now on.
    package func cellCame(_ directory: String) throws(KeyCalendarError) {
        guard let presence, !presence.isHere(directory) else { return }
        try recording { () throws(LedgerError) in try ledger.keepCopy(at: "\(directory)/\(KeeperPlace.ledgerCopyName)") }
        presence.came(directory)
    }

    /// A cell is away.
    package func cellLeft(_ directory: String) {
        presence?.left(directory)
    }

    private func onRegister(_ body: (CertificateRegister) throws(FileError) -> Void) throws(KeyCalendarError) {
        guard let register else { return }
        do throws(FileError) {
            try body(register)
        } catch {
            throw KeyCalendarError(.notRecorded, "what is to be certified could not be written down beside any cell: \(error.reason)")
        }
    }

    private func record(_ state: LedgerEvent.State, _ recorded: RecordedAct) throws(KeyCalendarError) {
        let act = recorded.act
        try recording { () throws(LedgerError) in
            let event = try LedgerEvent(
                state, act: act.name.rawValue, serial: recorded.serial, until: act.until, approvals: act.approvals,
                cells: recorded.cells.map(\.level))
            try ledger.append(event, at: clock.timestamp)
        }
    }

    private func recording(_ body: () throws(LedgerError) -> Void) throws(KeyCalendarError) {
        do throws(LedgerError) { try body() } catch { throw KeyCalendarError(.notRecorded, error.message) }
    }
}

extension CellStatus {
    /// The level as ledger and status write it: `L1`.
    var level: String { "L\(assurance.level.rawValue)" }
}

extension CalendarAct {
    /// The day that the ledger names: of a sweep the day before which everything is torn off, else the last for which a page is drawn.
    fileprivate var until: Day? {
        for change in changes {
            if name == .sweep, case .tearOff(let day, _) = change { return day }
            if name != .sweep, case .addPages(let days) = change { return days.max() }
        }
        return nil
    }
}

extension WallClock {
    /// This moment, in whole seconds.
    var timestamp: Timestamp { Timestamp(seconds: now().seconds) }

    /// The day that the clock says it is.
    var day: Day { timestamp.day }
}
