internal import Keeper
internal import KeyCalendar
internal import Ledger
internal import Logging
internal import Records
internal import Sodium
internal import Synchronization
internal import System

/// What the ledger tells of acts about single conversations to those who can open them: see `Docs/Spec/Ledger.md`.
extension RetentionKeeper {
    /// An act about a conversation and what stands for it, made while there is a leaf.
    struct MarkedAct {
        let kind: ConversationAct
        let mark: LedgerMark
    }

    /// The marks of what an act changes for each conversation; none for one whose leaf is gone.
    ///
    /// They are made before the act: of what was erased nobody can make one.
    func marks(of act: CalendarAct.Name, _ changes: [CalendarChange]) -> [MarkedAct] {
        guard let kind = ConversationAct(rawValue: act.rawValue) else { return [] }
        return calendar.withLock { store in
            changes.compactMap { change in
                switch change {
                case .puncture(let conversation, let day), .keep(let conversation, let day, _, _): mark(change, conversation, day, store)
                // That a hold of an erased conversation was over already is no act.
                case .release(let conversation, let day, _) where act != .erase: mark(change, conversation, day, store)
                case .release, .addPages, .tearOff, .spend: nil
                }
            }
        }

        func mark(_ change: CalendarChange, _ conversation: ConversationID, _ day: Day, _ store: CalendarStore) -> MarkedAct? {
            switch store.leaf(day: day, conversation: conversation, today: store.highWater) {
            case .leaf(let leaf): MarkedAct(kind: kind, mark: LedgeredAct(kind, text: Array(change.text.utf8)).mark(leaf: leaf))
            case .noPage: nil
            case .expired: nil
            case .erased: nil
            }
        }
    }

    /// Writes into the ledger that these acts are done; or incomplete, while one of the calendar's is that is meant. Returns whether they are done.
    func tellCarriedOut(_ acts: [MarkedAct], _ isMeant: (LedgerEvent) -> Bool) throws(RetentionError) -> Bool {
        // Behind the door, so that nothing catches up in between.
        try calendar.withLock { _ throws(RetentionError) in
            let incomplete = ledger.incompleteActs
            guard incomplete.contains(where: isMeant) else {
                try tell(acts, .done)
                return true
            }
            // The same act on the same conversation may have been incomplete before, and done since.
            let told = Set(incomplete.compactMap(\.mark))
            try tell(acts.filter { !told.contains($0.mark) }, .incomplete, mayRepeat: true)
            return false
        }
    }

    /// Writes into the ledger how far these acts are.
    func tell(_ acts: [MarkedAct], _ state: LedgerEvent.State, mayRepeat: Bool = false) throws(RetentionError) {
        for act in acts {
            _ = try RetentionError.onLedger { () throws(LedgerError) in
                try ledger.append(
                    LedgerEvent(state, act: act.kind.rawValue, mark: act.mark), at: place.clock.timestamp, mayRepeat: mayRepeat)
            }
        }
    }

    /// Marks an act that people sealed into a conversation; returns the answer, once the entry is durable.
    ///
    /// - Throws: `refused` where the conversation has no leaf any more; `failed` where the ledger could not be written.
    func mark(_ order: MarkOrder) throws(RetentionError) -> [UInt8] {
        let batch = leaves([order.name], for: .reading)
        guard let leaf = batch.leaf(at: 0), let act = LedgeredAct(order.kind, digest: order.digest) else {
            throw RetentionError(.refused, "the record's key is destroyed or was never there: nothing of it can be marked in the ledger")
        }
        let entry: LedgerEntry
        do throws(LedgerError) {
            entry = try ledger.append(act.event(leaf: leaf), at: place.clock.timestamp)
        } catch {
            throw RetentionError(error)
        }
        place.log.tell(.notice, .mark, "marked an act of the kind '\(order.kind.rawValue)'")
        do throws(RecordsError) { return try MarkOrder.answer(entry: entry.number) } catch { throw RetentionError(.failed, error.message) }
    }
}
