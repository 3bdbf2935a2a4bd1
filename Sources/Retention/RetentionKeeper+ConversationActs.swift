internal import Keeper
internal import KeyCalendar
internal import Ledger
internal import Logging
internal import Records
internal import RecordStore
internal import Roster
internal import Sodium
internal import Synchronization
internal import System

/// Acts on single conversations: erasing, holding, releasing, changing their class.
extension RetentionKeeper {
    /// Does what a request asks for, after its approvals were checked; what is so already is done.
    func carryOut(_ request: Request, approvals: [UnverifiedApproval]) throws(RetentionError) -> KeeperOutcome {
        // One at a time: what was approved is compared with what is so, and nothing may come between.
        try acting.withLock { _ throws(RetentionError) in
            let act = request.act
            let targets = request.targets.compactMap { act.target($0) }
            let changing = targets.filter { isChanged(by: changes(act, [$0])) }
            let holder = try commonHolder(of: targets, act, isDone: changing.isEmpty)
            let signers = try check(approvals, of: request, targets, holder: holder)
            let authorities = approvals.map(\.digest.bytes)
            guard !changing.isEmpty else {
                return try alreadyDone(act, authorities, marks(of: act.calendarName, changes(act, targets)))
            }
            for target in changing { try requireUnchanged(target, act) }
            let spent = SpentRequest(request.id, until: today.adding(days: Approval.longestLifeDays))
            let authority = Authority(approvals: authorities, spends: spent)
            let all = changes(act, targets)
            let marked = marks(of: act.calendarName, all)
            try tell(marked, .intent)
            let change = try calendar.withLock { store throws(RetentionError) in
                try RetentionError.onCalendar { () throws(KeyCalendarError) in
                    try store.change(act.calendarName, all, authority: authority)
                }
            }
            // A sweep may have come between, which no act waits for: then the calendar was not changed by this one.
            guard case .done(let serial) = change else { return try alreadyDone(act, authorities, marked) }
            let result = calendar.withLock { $0.away.isEmpty } ? KeeperOutcome.Result.done : .incomplete
            place.log.tell(
                .notice, .act, "\(act.rawValue) of \(targets.count) conversation(s), approved by \(signers.count): \(result.rawValue)",
                ["act": act.rawValue, "count": "\(targets.count)", "approvals": "\(signers.count)"])
            let removal = removal(after: act, targets, serial)
            let isDone = try tellCarriedOut(marked) { $0.serial == serial }
            try certify(left: removal.left)
            try requireCertified { UInt64($0.serial) == serial }
            return outcome(act, isDone ? .done : .incomplete, removal)
        }
    }

    /// Tells that what was asked for is so, or will be when what is away has caught up; a crash may have come before the ledger or the certificate
    /// said it.
    private func alreadyDone(_ act: Act, _ approvals: [[UInt8]], _ marked: [MarkedAct]) throws(RetentionError) -> KeeperOutcome {
        // Done by these very approvals, or nobody knows by which: then any that is incomplete may be it.
        let name = act.calendarName.rawValue
        let isOwn = ledger.hasCarriedOut(name, approvals: approvals)
        let isDone = try tellCarriedOut(marked) { event in
            event.act == name && event.mark == nil && (!isOwn || Set(event.approvals) == Set(approvals))
        }
        if register.uncounted.isEmpty { try certify(left: 0) } else { _ = removeExpired() }
        try requireCertified { !$0.isSweep }
        return outcome(act, isDone ? .already : .incomplete, .init())
    }

    /// Whether who must sign has signed, by the roster of now: somebody may have been retired a moment ago.
    private func check(
        _ approvals: [UnverifiedApproval], of request: Request, _ targets: [ConversationTarget], holder: KeyID?
    ) throws(RetentionError) -> [Member] {
        let roster = try reloadRoster()
        let question = ApprovalQuestion(
            act: request.act, targets: request.targets, request: request.id,
            subject: subject(of: request.act, targets, holder: holder, roster), holder: holder)
        return try RetentionError.onRoster { () throws(RosterError) in
            try roster.check(approvals, answer: question, at: place.clock.timestamp)
        }
    }

    private func isChanged(by changes: [CalendarChange]) -> Bool {
        calendar.withLock { $0.isChanged(by: changes) }
    }

    /// Whoever the request says holds all of the conversations, if their files say so too. A request is not signed; where it asks for what is
    /// done, the files are gone, and nothing depends on it any more.
    private func commonHolder(of targets: [ConversationTarget], _ act: Act, isDone: Bool) throws(RetentionError) -> KeyID? {
        guard act == .erase, let holder = targets.first?.holder, targets.allSatisfy({ $0.holder == holder }) else { return nil }
        guard !isDone else { return holder }
        let store = RecordStore(fileSystem: place.fileSystem, layout: place.layout)
        for target in targets {
            let files = try RetentionError.onFiles { () throws(FileError) in
                try ConversationFiles(of: target.conversation, on: target.expiry, in: store)
            }
            guard let day = target.expiry, self.holder(of: files, target.conversation, day) == holder else { return nil }
        }
        return holder
    }

    /// What it is for whoever must approve it; the strictest of several counts for all.
    func subject(
        of act: Act, _ targets: [ConversationTarget], holder: KeyID?, _ roster: VerifiedRoster
    ) -> ApprovalRule.Subject {
        switch act {
        case .hold where targets.contains { $0.now != nil }: .extendHold
        case .hold: .hold(days: targets.compactMap(\.until).map { Int($0.number) - Int(today.number) }.max() ?? 0)
        case .release: .release
        case .changeClass: .changeClass
        default: roster.subjectOfErasure(holder: holder)
        }
    }

    /// That a conversation is as the people were told who approved.
    private func requireUnchanged(_ target: ConversationTarget, _ act: Act) throws(RetentionError) {
        var asked = ConversationTarget(target.conversation, expiry: target.expiry)
        if act == .hold { asked.until = target.until }
        if act == .changeClass { (asked.retention, asked.reason) = (target.retention, target.reason) }
        let now = try self.target(of: act, asked)
        let isSame =
            switch act {
            // Who holds it was compared before; what can only have grown since is the policy's last day.
            case .erase: true
            case .hold: now.now == target.now
            case .changeClass where target.retention == .disclosure: target.until.map { $0 <= now.until ?? $0 } ?? false
            default: now.until == target.until
            }
        guard isSame else {
            throw RetentionError(
                .refused, "conversation \(target.conversation) is kept otherwise than when this was asked for: ask for a new request")
        }
    }

    private func changes(_ act: Act, _ targets: [ConversationTarget]) -> [CalendarChange] {
        let today = today
        return targets.flatMap { target -> [CalendarChange] in
            guard let day = target.expiry else { return [] }
            let conversation = target.conversation
            switch (act, target.until) {
            case (.hold, let until?): return [.keep(conversation, day: day, until: until, .held)]
            case (.release, _): return [.release(conversation, day: day, .held)]
            case (.changeClass, let until?):
                return target.retention == .standard
                    ? [.release(conversation, day: day, .disclosure)] : [.keep(conversation, day: day, until: until, .disclosure)]
            case (.erase, _):
                // A hold that is over keeps nothing, but its leaf is there until the next sweep.
                let lapsed = calendar.withLock { $0.keptLeaves(of: conversation) }.filter { $0.until < today }
                return lapsed.map { .release(conversation, day: $0.day, $0.retention) } + [.puncture(conversation, day: day)]
            default: return []
            }
        }
    }

    /// Removes the files whose keys are gone by an act.
    private func removal(after act: Act, _ targets: [ConversationTarget], _ serial: UInt64) -> ExpiredRecords.Removal {
        switch act {
        case .hold: .init()
        case .erase: removeErased(targets.compactMap { target in target.expiry.map { (target.conversation, $0) } }, by: serial)
        default: removeExpired()
        }
    }

    private func outcome(_ act: Act, _ result: KeeperOutcome.Result, _ removal: ExpiredRecords.Removal) -> KeeperOutcome {
        let (highWater, serial, overdue, away) = calendar.withLock {
            ($0.highWater, $0.serial, $0.pageCount(before: place.clock.day), $0.away.count)
        }
        return KeeperOutcome(
            act: act.rawValue, result: result, highWater: highWater, serial: serial, overdue: overdue, files: removal.files,
            left: removal.left, away: away)
    }
}

extension Act {
    /// What the calendar calls it.
    fileprivate var calendarName: CalendarAct.Name {
        switch self {
        case .hold: .hold
        case .release: .release
        case .changeClass: .changeClass
        default: .erase
        }
    }
}
