internal import Certificate
package import Keeper
internal import KeyCalendar
internal import Ledger
internal import Minisign
internal import Records
internal import Roster
internal import Sodium
internal import Synchronization
internal import System

extension RetentionKeeper {
    /// What a person wants to know.
    package func status() -> KeeperStatus {
        let day = place.clock.day
        let (store, overdue, kept) = calendar.withLock { ($0.status(), $0.pageCount(before: day), $0.keptLeaves) }
        let leaves = counts.withLock {
            KeeperStatus.Leaves(
                sealing: $0.handedOut(.sealing), reading: $0.handedOut(.reading), limited: $0.limitedLeaves, refused: $0.forbidden)
        }
        let (roster, advanced) = (roster, ledger.lastAdvance)
        let swept = ledger.last(.done, act: CalendarAct.Name.sweep.rawValue)
        return KeeperStatus(
            vault: vault, serial: store.serial, highWater: store.highWater, today: max(day, store.highWater), budget: Int(store.budgetDays),
            pages: .init(
                count: store.pages, first: store.firstPage?.description, last: store.lastPage?.description, overdue: overdue,
                punctured: store.puncturedPages),
            kept: .init(kept.map(\.retention)),
            cells: store.cells.map { .init(label: $0.label, level: $0.level, reason: $0.assurance.reason) }
                + store.away.map { .init(label: $0.label, level: "away", reason: $0.reason) },
            destruction: .init(
                // What the ledger has as done is so in every cell and replica.
                everywhere: ledger.lastDone >= store.serial, due: register.due.map(\.serial), last: register.last?.number,
                waiting: register.incomplete, givenUp: register.givenUp),
            leaves: leaves,
            advanced: advanced?.at, lastSweep: swept.map { .init(at: $0.at.description, until: $0.event.until?.description ?? "") },
            ledger: .init(entries: ledger.count, torn: ledger.tornBytes), roster: roster.number, since: started,
            warnings: store.warnings + ownWarnings(roster: roster, store: store, overdue: overdue))
    }

    /// How things are, in a line for a service manager.
    package var standing: String {
        let status = status()
        let overdue = status.pages.overdue == 0 ? "nothing is overdue" : "\(status.pages.overdue) page(s) OVERDUE"
        let more = status.destruction.isProved && status.destruction.givenUp.isEmpty ? "" : ": see 'vault-retention status'"
        return "\(status.destroyed)\(more); \(overdue); \(status.warnings.count) warning(s)"
    }

    private func ownWarnings(roster: VerifiedRoster, store: StoreStatus, overdue: Int) -> [String] {
        var warnings: [String] = []
        if overdue > 0 {
            warnings.append(
                "\(overdue) page(s) of days that are over wait for the time budget; their records are refused already; if the clock is right, "
                    + "two leads can approve 'sweep --as-of \(place.clock.day)'")
        }
        if place.clock.day < store.highWater {
            warnings.append(
                "the clock is behind the calendar, which has reached \(store.highWater): set it, unless that day was swept to on purpose")
        }
        if roster.keeper?.card.signingKey.key != signer {
            warnings.append("this keeper is not the one in the roster: have 'vault-admin enrol' take its card")
        }
        if roster.leads.isEmpty {
            warnings.append("the vault has no safeguarding leads: no act that needs approval can be done in it")
        }
        if ledger.wasRestored { warnings.append(Self.ledgerWasRestored) }
        if ledger.tornBytes > 0 {
            warnings.append("the ledger ends in \(ledger.tornBytes) bytes of a line that a crash cut off; the next entry names them")
        }
        if ledger.lastCarriedOut < store.serial, store.unfinished == nil {
            warnings.append("the ledger is behind the calendar: entries are missing at its end; compare it with a copy or a backup")
        }
        let incomplete = ledger.incompleteActs.count { $0.mark == nil }
        if incomplete > 0 {
            warnings.append("\(incomplete) act(s) are incomplete: they are done when every cell and replica is back and has caught up")
        }
        if store.namedCells < ledger.knownCells {
            warnings.append(
                "of the \(ledger.knownCells) cells that this calendar had, named: \(store.namedCells); what is torn off now still opens with a cell "
                    + "that is left out; name each with --cell, and destroy one that is given up")
        }
        warnings += register.incomplete.map(warning(incomplete:))
        for number in register.givenUp {
            warnings.append(
                "certificate \(number) stays incomplete for ever: the vault was brought back without what it waited for; "
                    + "destroy that, if it turns up, and keep the certificate as it is")
        }
        let problems = problems.withLock { $0 }
        return warnings + Duty.allCases.compactMap { duty in problems[duty].map { "\(duty.rawValue): \($0)" } }
    }

    /// What an incomplete certificate waits for, and whether anything is to be done.
    private func warning(incomplete number: Int) -> String {
        guard let content = readCertificate(number) else {
            return
                "certificate \(number) waits to be completed, and is not in the vault any more as it was written: put it back from a copy"
        }
        guard content.mayBeCompleted else {
            return "certificate \(number) can never be completed: keys that were to be gone were found, and nobody can name them any more; "
                + "this is an error of the program: report it"
        }
        return "certificate \(number) is incomplete until what lags behind has caught up: it says what that is"
    }
}
