package import Keeper
internal import KeyCalendar
internal import Logging
internal import Records
package import Roster
internal import Sodium
internal import Synchronization
internal import System

extension RetentionKeeper {
    /// How long a request may be answered.
    package static let requestDays: UInt32 = 7

    /// The request to be signed for an act.
    ///
    /// - Throws: `notAvailable` for an act that this version does not know, `malformed` for targets that are none, `refused` for what cannot be
    ///   done as things are, or in a vault without leads.
    package func request(_ question: KeeperQuestion) throws(RetentionError) -> Request {
        let act = try Self.availableAct(question.act)
        let roster = try reloadRoster()
        let targets = act == .sweep ? [try sweepDay(question.targets).description] : try self.targets(of: act, asked: question.targets)
        guard !roster.leads.isEmpty || isWithoutLeads(act, targets, roster) else { throw RetentionError(RosterError(.withoutLeads)) }
        let id = RequestID(place.random.bytes(RequestID.lengthBytes)) ?? .zero
        let now = place.clock.timestamp
        let expires = Timestamp(seconds: now.seconds + Int64(Self.requestDays) * Day.seconds)
        return try RetentionError.onRoster { () throws(RosterError) in
            try Request(act: act, targets: targets, vault: vault, id: id, expires: expires)
        }
    }

    private func sweepDay(_ targets: [String]) throws(RetentionError) -> Day {
        guard targets.count == 1, let day = Day(text: targets[0]) else {
            throw RetentionError(.malformed, "a sweep has one target, a day written YYYY-MM-DD")
        }
        try checkDay(day)
        return day
    }

    /// Whether an act needs no lead: the erasure of a team's own copy.
    private func isWithoutLeads(_ act: Act, _ targets: [String], _ roster: VerifiedRoster) -> Bool {
        let holders = Set(targets.compactMap { act.target($0) }.map(\.holder))
        guard act == .erase, holders.count == 1, let holder = holders.first else { return false }
        return roster.subjectOfErasure(holder: holder) == .eraseCopy
    }

    /// Does what an order says; returns what it came to.
    ///
    /// - Throws: `refused` where the approvals are not right or not enough or the request was used, `notAvailable`, `otherVault`, `failed`.
    package func act(_ order: KeeperOrder) throws(RetentionError) -> KeeperOutcome {
        switch order {
        case .sweep: return try sweep()
        case .approved(let text, let approvals):
            let request = try RetentionError.onRoster { () throws(RosterError) in try Request(parsing: Array(text.utf8)) }
            let approvals = approvals.map { UnverifiedApproval(text: Array($0.text.utf8), signature: Array($0.signature.utf8)) }
            guard request.vault == vault else { throw RetentionError(RosterError(.otherVault)) }
            return try Self.availableAct(request.act.rawValue) == .sweep
                ? sweep(request, approvals: approvals) : carryOut(request, approvals: approvals)
        }
    }

    private func sweep(_ request: Request, approvals: [UnverifiedApproval]) throws(RetentionError) -> KeeperOutcome {
        guard let day = request.targets.first.flatMap({ Day(text: $0) }) else { throw RetentionError(RosterError(.refused)) }
        guard !(calendar.withLock { $0.isSpent(request.id) }) else {
            throw RetentionError(.refused, "the request was used before; ask for a new one and have it approved")
        }
        // Somebody may have been retired a moment ago: only the roster of now says who may approve.
        let roster = try reloadRoster()
        let question = ApprovalQuestion(act: .sweep, targets: request.targets, request: request.id, subject: .sweep)
        let signers = try RetentionError.onRoster { () throws(RosterError) in
            try roster.check(approvals, answer: question, at: place.clock.timestamp)
        }
        try checkDay(day)
        let spent = SpentRequest(request.id, until: rememberedUntil(day))
        let outcome = try sweep(before: day, authority: Authority(approvals: approvals.map(\.digest.bytes), spends: spent))
        place.log.tell(
            .notice, .act, "sweep before \(day), approved by \(signers.count) leads: \(outcome.result.rawValue)",
            ["act": Act.sweep.rawValue, "until": "\(day)", "approvals": "\(signers.count)"])
        return outcome
    }

    /// The last day on which one of the request's approvals can count: the longest that any may, from the day that it will be.
    private func rememberedUntil(_ day: Day) -> Day {
        max(day, today).adding(days: Approval.longestLifeDays)
    }

    /// A day so far ahead that no page can be drawn for it is a mistake, and one that could not be taken back.
    private func checkDay(_ day: Day) throws(RetentionError) {
        let last = place.clock.day.adding(days: CalendarLimits.daysAhead)
        guard day <= last else { throw RetentionError(.refused, "\(day) is more than 20 years ahead; check the day and the clock") }
    }

    private static func availableAct(_ name: String) throws(RetentionError) -> Act {
        guard let act = Act(rawValue: name), !act.changesRoster else {
            throw RetentionError(.malformed, "the keeper knows no act of that name")
        }
        guard act != .removeCell else {
            throw RetentionError(
                .notAvailable, "the act '\(act.rawValue)' is not yet available in this version of vault-retention; nothing was done")
        }
        return act
    }
}
