internal import Keeper
internal import KeyCalendar
internal import Records
internal import RecordStore
internal import Roster
internal import Synchronization
internal import System

/// What a request for an act on conversations says: what is so now, and what is to be.
extension RetentionKeeper {
    /// The targets of a request, from what was asked and from what is so: see `ConversationTarget`.
    ///
    /// - Throws: `malformed` for targets of another form, `refused` for what cannot be done: erased, expired, missing, held and not held are
    ///   different answers.
    func targets(of act: Act, asked texts: [String]) throws(RetentionError) -> [String] {
        guard (1...Act.mostConversations).contains(texts.count) else {
            throw RetentionError(.malformed, "name one conversation, or up to \(Act.mostConversations), to be \(act.participle)")
        }
        var targets: [String] = []
        for text in texts {
            guard let asked = act.askedTarget(text) else {
                throw RetentionError(.malformed, "what is to be \(act.participle) is not named as the keeper understands it")
            }
            targets.append(try target(of: act, asked).text)
        }
        guard Set(targets).count == targets.count else { throw RetentionError(.malformed, "name each conversation once") }
        return targets
    }

    /// What an act would do to a conversation as things are now.
    func target(of act: Act, _ asked: ConversationTarget) throws(RetentionError) -> ConversationTarget {
        let conversation = asked.conversation
        let today = today
        let kept = calendar.withLock { $0.keptLeaves(of: conversation) }.filter { $0.until >= today }
        let files = try RetentionError.onFiles { () throws(FileError) in
            try ConversationFiles(
                of: conversation, on: asked.expiry, in: RecordStore(fileSystem: place.fileSystem, layout: place.layout))
        }
        let day = if let given = asked.expiry { given } else { try day(of: conversation, files.days.union(kept.map(\.day))) }
        if let rival = files.rival {
            throw RetentionError(
                .refused,
                "the files of \(rival) claim the same key as those of \(conversation): somebody made them so; find out which are false, and take "
                    + "them away first")
        }
        var target = asked
        target.expiry = day
        func lastDay(_ retention: RetentionClass) -> Day? { kept.first { $0.day == day && $0.retention == retention }?.until }
        switch act {
        case .erase:
            guard kept.isEmpty else { throw RetentionError(KeyCalendarError.isKept) }
            try requireKey(of: conversation, day, mayBeOver: true)
            target.holder = holder(of: files, conversation, day)
        case .hold:
            try requireKey(of: conversation, day)
            try checkHold(target, today: today, now: lastDay(.held))
            target.now = lastDay(.held)
        case .release:
            guard let until = lastDay(.held) else { throw RetentionError(.refused, "conversation \(conversation) is not held") }
            target.until = until
        case .changeClass:
            try setClass(&target, keptUntil: lastDay(.disclosure), day: day)
        case .enrol, .retire, .sweep, .removeCell: break
        }
        return target
    }

    /// Whoever holds all of a conversation, where that is clear.
    func holder(of files: ConversationFiles, _ conversation: ConversationID, _ day: Day) -> KeyID? {
        // That of an overdue page, too: see `requireKey`. The files are read outside of the door.
        let answer = calendar.withLock { store in
            store.leaf(day: day, conversation: conversation, today: store.hasPage(for: day) ? store.highWater : today(store))
        }
        guard case .leaf(let leaf) = consume answer else { return nil }
        return files.holder(in: roster, leaf: leaf)
    }

    private func checkHold(_ target: ConversationTarget, today: Day, now: Day?) throws(RetentionError) {
        guard let until = target.until, until > today, until <= today.adding(days: CalendarLimits.daysAhead) else {
            throw RetentionError(.refused, "a hold lasts until a day after today and within 20 years; name another")
        }
        guard now.map({ until > $0 }) ?? true else {
            throw RetentionError(
                .refused,
                "conversation \(target.conversation) is held until \(now?.description ?? "") already, and a hold only gets longer; to end it "
                    + "sooner, release it")
        }
    }

    private func setClass(_ target: inout ConversationTarget, keptUntil: Day?, day: Day) throws(RetentionError) {
        if target.retention == .standard {
            guard let keptUntil else {
                throw RetentionError(.refused, "conversation \(target.conversation) is of the standard class already")
            }
            target.until = keptUntil
        } else {
            try requireKey(of: target.conversation, day)
            target.until = roster.policy.disclosureRetention.expiry(from: today)
            guard target.until != keptUntil else {
                throw RetentionError(
                    .refused, "conversation \(target.conversation) is of that class already, until \(target.until?.description ?? "")")
            }
        }
    }

    /// The one day that files and kept leaves name.
    private func day(of conversation: ConversationID, _ days: Set<Day>) throws(RetentionError) -> Day {
        if days.count == 1, let day = days.first { return day }
        guard days.isEmpty else {
            throw RetentionError(
                .refused,
                "the files of conversation \(conversation) name \(days.count) days, one of which is right: look at them, and name it with "
                    + "--expires")
        }
        guard !(calendar.withLock { $0.isErased(conversation, today: place.clock.day) }) else { throw Self.erased(conversation) }
        throw RetentionError(
            .refused,
            "missing: no file of conversation \(conversation) is in the vault, and it was not erased; if its files are elsewhere, name the day "
                + "until which it is kept with --expires")
    }

    /// That there is a key to be destroyed or kept; where there is none, which of the reasons it is.
    private func requireKey(of conversation: ConversationID, _ day: Day, mayBeOver: Bool = false) throws(RetentionError) {
        let state = calendar.withLock { store in
            // A page that is overdue is there still, and a leaf can be taken out of it.
            let isThere = mayBeOver && store.hasPage(for: day)
            return store.leaf(day: day, conversation: conversation, today: isThere ? store.highWater : today(store)).state()
        }
        switch state {
        case .found: return
        case .erased: throw Self.erased(conversation)
        case .expired: throw RetentionError(.refused, "expired: conversation \(conversation) could be opened until \(day), which is over")
        case .noPage:
            throw RetentionError(
                .refused,
                "there is no page for \(day), so no conversation can have been sealed until then; name the right day with --expires")
        }
    }

    func today(_ store: CalendarStore) -> Day { max(place.clock.day, store.highWater) }

    private static func erased(_ conversation: ConversationID) -> RetentionError {
        RetentionError(.refused, "erased: conversation \(conversation) was erased before, and nobody can open it")
    }
}

extension Act {
    /// What is done, as "is to be …".
    fileprivate var participle: String {
        switch self {
        case .erase: "erased"
        case .hold: "held"
        case .release: "released"
        default: "given another class"
        }
    }
}
