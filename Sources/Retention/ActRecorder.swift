package import KeyCalendar
package import Ledger
package import Records
package import System

/// Writes the calendar's acts into the ledger: before they begin and when they are done.
package final class ActRecorder: ActObserver, Sendable {
    private let ledger: Ledger
    private let clock: any WallClock

    /// A recorder.
    package init(ledger: Ledger, clock: any WallClock) {
        self.ledger = ledger
        self.clock = clock
    }

    /// An act begins.
    package func recordIntent(_ act: RecordedAct) throws(KeyCalendarError) {
        try record(.intent, act)
    }

    /// An act is done in every cell.
    package func recordDone(_ act: RecordedAct) throws(KeyCalendarError) {
        try record(.done, act)
    }

    /// Nothing: files are removed afterwards, one by one, while leaves are handed out again, and what a crash or an error leaves of them is
    /// found by its day. Their keys are gone already.
    package func removeExpired(before day: Day, keeping kept: Set<ConversationID>) {}

    private func record(_ state: LedgerEvent.State, _ recorded: RecordedAct) throws(KeyCalendarError) {
        let act = recorded.act
        do throws(LedgerError) {
            let event = try LedgerEvent(
                state, act: act.name.rawValue, serial: recorded.serial, until: act.until, approvals: act.approvals,
                cells: recorded.cells.map { "L\($0.assurance.level.rawValue)" })
            try ledger.append(event, at: clock.timestamp)
        } catch {
            throw KeyCalendarError(.notRecorded, error.message)
        }
    }
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
