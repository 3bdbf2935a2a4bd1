package import Keeper
internal import KeyCalendar
internal import Ledger
internal import Logging
package import Records
package import Roster
internal import Synchronization
internal import System

extension RetentionKeeper {
    /// How many days ahead of today pages are drawn.
    package static let daysAhead: UInt32 = 7

    /// What the keeper does by itself, at its start and at least once a minute: draws the pages of the days to come, tears off the days that
    /// are over, removes their files. Where there is nothing to do it writes nothing. What fails is logged, shown as a warning, and tried again.
    package func attend() {
        attendCalendar()
        _ = removeExpired()
    }

    /// The part of it that never takes long: all but the removal of files.
    package func attendCalendar() {
        lookForCells()
        _ = try? reloadRoster()
        let days = Self.expiryDays(of: roster, from: today)
        let drawn = try? performing(.pages) { () throws(RetentionError) in try drawPages(days) }
        if let drawn, drawn > 0 { place.log.tell(.notice, .pages, "drew \(drawn) page(s)", ["count": "\(drawn)"]) }
        _ = try? tearOff()
        let now = place.clock.timestamp
        counts.withLock { $0.attended = now }
    }

    /// Notices which cells and replicas went away or came back; those that came back catch up, what was incomplete is done, and beside each cell
    /// is put what it lacks.
    func lookForCells() {
        _ = try? performing(.cells) { () throws(RetentionError) in
            try calendar.withLock { store throws(RetentionError) in
                try RetentionError.onCalendar { () throws(KeyCalendarError) in try store.attend() }
            }
            try furnishCells()
        }
        let now = calendar.withLock { $0.away }
        let before = awayAsTold.withLock { told in
            defer { told = now }
            return told
        }
        for place in now where !before.contains(place) { self.place.log.tell(.error, .cells, "\(place.label) is away: \(place.reason)") }
        for label in Set(before.map(\.label)).subtracting(now.map(\.label)) {
            place.log.tell(.notice, .cells, "\(label) is there again and has caught up")
        }
    }

    /// The expiry days of what starts today or in the days to come, by the policy.
    package static func expiryDays(of roster: VerifiedRoster, from today: Day) -> [Day] {
        (0...daysAhead).map { roster.policy.defaultRetention.expiry(from: today.adding(days: $0)) }
    }

    /// Tears off the days that are over, as far as the clock and the time budget allow, and removes their files.
    package func sweep() throws(RetentionError) -> KeeperOutcome {
        try finishSweep(try tearOff())
    }

    private func tearOff() throws(RetentionError) -> ActOutcome {
        let (outcome, highWater) = try performing(.sweep) { () throws(RetentionError) in
            try calendar.withLock { store throws(RetentionError) in
                let (day, mark) = (place.clock.day, TimeMark(place.clock))
                return try RetentionError.onCalendar { () throws(KeyCalendarError) in
                    let outcome = try store.tearOff(before: store.reachableDay(today: day, now: mark), today: day, now: mark)
                    return (outcome, store.highWater)
                }
            }
        }
        tell(outcome, upTo: highWater)
        return outcome
    }

    private func tell(_ outcome: ActOutcome, upTo highWater: Day) {
        guard case .done(let serial) = outcome else { return }
        counts.withLock { $0.sweeps += 1 }
        place.log.tell(
            .notice, .sweep, "tore off everything that expired before \(highWater)", ["until": "\(highWater)", "serial": "\(serial)"])
    }

    /// Tears off everything that expires before a day, on the word of two leads.
    func sweep(before day: Day, authority: Authority) throws(RetentionError) -> KeeperOutcome {
        let outcome = try calendar.withLock { store throws(RetentionError) in
            try RetentionError.onCalendar { () throws(KeyCalendarError) in
                try store.tearOff(before: day, today: place.clock.day, now: TimeMark(place.clock), authority: authority)
            }
        }
        tell(outcome, upTo: day)
        return try finishSweep(outcome)
    }

    /// Removes the files and certifies what was done, outside of the door: leaves are handed out meanwhile.
    private func finishSweep(_ outcome: ActOutcome) throws(RetentionError) -> KeeperOutcome {
        // Before the removal: another sweep may come after it, whose certificate is that one's affair.
        let own = calendar.withLock { $0.serial }
        let removal = removeExpired()
        let (highWater, serial, overdue, away) = calendar.withLock {
            ($0.highWater, $0.serial, $0.pageCount(before: place.clock.day), $0.away.count)
        }
        try requireCertified { $0.isSweep && UInt64($0.serial) <= own }
        let isIncomplete = ledger.incompleteActs.contains { $0.act == CalendarAct.Name.sweep.rawValue }
        let done: KeeperOutcome.Result = isIncomplete ? .incomplete : outcome == .alreadyDone ? .already : .done
        return KeeperOutcome(
            act: Act.sweep.rawValue, result: overdue > 0 ? .partly : done, highWater: highWater, serial: serial, overdue: overdue,
            files: removal.files, left: removal.left, away: away)
    }

    /// Removes the files of what expired; and where the calendar has changed since, of what was erased, which a crash left, or a writer that was
    /// at work meanwhile. Then it certifies what was done.
    func removeExpired() -> ExpiredRecords.Removal {
        removing.withLock { looked in
            let (highWater, kept, serial, punctured, waiting) = calendar.withLock {
                ($0.highWater, $0.keptConversations, $0.serial, $0.puncturedDays, register.uncounted)
            }
            let files = ExpiredRecords(fileSystem: place.fileSystem, layout: place.layout)
            func hasToStop() -> Bool { isStopping.load(ordering: .relaxed) }
            let expired = files.remove(before: highWater, keeping: kept, isStopping: hasToStop)
            let looksForErased = looked != serial
            var erased = ExpiredRecords.Removal()
            for day in punctured where looksForErased {
                let found = files.removeErased(from: day, isStopping: hasToStop) { among in
                    calendar.withLock { store in among.filter { store.isErased($0, day: day) } }
                }
                erased.add(found)
            }
            if !punctured.isEmpty, looksForErased {
                erased.add(
                    files.removeErasedElsewhere(than: punctured, isStopping: hasToStop) { among, day in
                        calendar.withLock { store in among.filter { store.isErased($0, day: day) } }
                    })
            }
            if erased.left == 0, !hasToStop() { looked = serial }
            var removal = expired
            removal.add(erased)
            if !hasToStop() {
                register.record(expired.counted, of: waiting.filter { !$0.isErasure })
                if looksForErased { register.record(erased.counted, of: waiting.filter(\.isErasure)) }
                try? certify(left: removal.left)
            }
            let count = removal.files
            counts.withLock { $0.files += count }
            if count > 0 {
                place.log.tell(.notice, .files, "removed \(count) file(s) of records whose keys are gone", ["count": "\(count)"])
            }
            note(
                removal.left == 0
                    ? nil
                    : "\(removal.left) file(s) of expired or erased records could not be removed, or are none of the vault's; remove them by hand",
                about: .files)
            return removal
        }
    }
}

extension RetentionKeeper {
    /// Removes the files of conversations whose erasure made the calendar of this serial number.
    ///
    /// Nobody waits where others are removed at that moment, which may take long; then it cannot be told whose they were, and the certificate
    /// says so.
    func removeErased(_ conversations: [(ConversationID, Day)], by serial: UInt64) -> ExpiredRecords.Removal {
        let files = ExpiredRecords(fileSystem: place.fileSystem, layout: place.layout)
        let acts = register.uncounted.filter { UInt64($0.serial) == serial }
        func remove() -> ExpiredRecords.Removal {
            conversations.reduce(into: ExpiredRecords.Removal()) { sum, erased in
                sum.add(files.removeErased(from: erased.1) { _ in [erased.0] })
            }
        }
        let counted = removing.withLockIfAvailable { _ in
            let removal = remove()
            register.record(removal.counted, of: acts)
            return removal
        }
        if let counted { return counted }
        register.recordUncountable(acts)
        return remove()
    }
}

extension ExpiredRecords.Removal {
    /// What a certificate says of it.
    fileprivate var counted: CountedRemoval { .init(files: files, conversations: conversations, left: left) }
}
