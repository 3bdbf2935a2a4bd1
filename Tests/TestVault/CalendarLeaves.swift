package import Keeper
internal import KeyCalendar
package import Records
internal import Sealing
package import Sodium
internal import Synchronization
package import System

/// A calendar that is asked directly: the keeper without its socket.
package final class CalendarLeaves: LeafSource {
    private struct State: ~Copyable {
        var store: CalendarStore
        var today: Day
    }

    private let state: Mutex<State>
    private let counts = Mutex<[LeafPurpose: Int]>([:])

    /// A new calendar with one cell.
    package init(
        vault: VaultID, layout: VaultLayout, cell: String, fileSystem: any FileSystem, random: any RandomSource = SystemRandom()
    ) throws {
        let seed = SecretBytes.random(SigningKey.seedBytes, from: random)
        let place = StorePlace(
            vault: vault, cells: [cell], layout: layout, fileSystem: fileSystem, random: random, observer: NoObserver(),
            examine: { _ in CellAssurance(.l0, "a test") })
        let today = TestVault.today
        let store = try CalendarStore.create(
            place, pagesFor: [RetentionPeriod.oneYear.expiry(from: today)], today: today, now: Self.mark(today),
            keeper: SigningKey(seed: seed))
        state = Mutex(State(store: store, today: today))
    }

    /// How many leaves were handed out for a purpose.
    package func count(_ purpose: LeafPurpose) -> Int {
        counts.withLock { $0[purpose] ?? 0 }
    }

    /// Lets time pass, without a sweep.
    package func advance(to day: Day) {
        state.withLock { $0.today = day }
    }

    /// Tears off everything before `day`.
    package func tearOff(before day: Day) throws {
        let request = SystemRandom().identifier(RequestID.self)
        let authority = Authority(
            approvals: [[UInt8](repeating: 1, count: 32)], spends: SpentRequest(request, until: day.adding(days: 30)))
        _ = try state.withLock { state in
            state.today = max(state.today, day)
            return try state.store.tearOff(before: day, today: state.today, now: Self.mark(state.today), authority: authority)
        }
    }

    /// Erases one conversation early.
    package func erase(_ conversation: ConversationID, day: Day) throws {
        try change(.erase, .puncture(conversation, day: day))
    }

    /// Keeps one conversation until a day of its own.
    package func hold(_ conversation: ConversationID, day: Day, until: Day) throws {
        try change(.hold, .keep(conversation, day: day, until: until, .held))
    }

    /// Lets a conversation go that was held.
    package func release(_ conversation: ConversationID, day: Day) throws {
        try change(.release, .release(conversation, day: day, .held))
    }

    /// The day before which everything was torn off.
    package var day: Day { state.withLock { $0.store.highWater } }

    /// The conversations whose files stay, because they are kept.
    package var kept: Set<ConversationID> { state.withLock { $0.store.keptConversations } }

    private func change(_ name: CalendarAct.Name, _ change: CalendarChange) throws {
        let request = SystemRandom().identifier(RequestID.self)
        _ = try state.withLock { state in
            let authority = Authority(
                approvals: [[UInt8](repeating: 1, count: 32)], spends: SpentRequest(request, until: state.today.adding(days: 30)))
            return try state.store.change(name, [change], authority: authority)
        }
    }

    /// Whether a conversation was erased.
    package func isErased(_ conversation: ConversationID) throws(KeeperError) -> Bool {
        state.withLock { $0.store.isErased(conversation, today: $0.today) }
    }

    /// The leaves of these conversations.
    package func leaves(_ names: [LeafName], for purpose: LeafPurpose) throws(KeeperError) -> LeafBatch {
        counts.withLock { $0[purpose, default: 0] += names.count }
        var states: [LeafState] = []
        var keys = SecretBytes(zeros: names.count * LeafBatch.leafBytes)
        for (index, name) in names.enumerated() {
            let answer = state.withLock { $0.store.leaf(day: name.expiry, conversation: name.conversation, today: $0.today) }
            switch consume answer {
            case .leaf(let key):
                var out = keys.mutableBytes
                out.copy(key.bytes, at: index * LeafBatch.leafBytes)
                states.append(.found)
            case .noPage: states.append(.noPage)
            case .expired: states.append(.expired)
            case .erased: states.append(.erased)
            }
        }
        return LeafBatch(states: states, keys: keys)
    }

    /// The calendar's day.
    package func today() throws(KeeperError) -> Day {
        state.withLock { $0.today }
    }

    /// Draws pages.
    package func preparePages(_ days: [Day]) throws(KeeperError) {
        do {
            _ = try state.withLock { try $0.store.ensurePages(days, today: $0.today) }
        } catch {
            throw KeeperError(.failed, "\(error)")
        }
    }

    private static func mark(_ day: Day) -> TimeMark {
        TimeMark(boot: .zero, seconds: UInt64(day.number) * 86_400)
    }
}

/// Keeps no ledger and removes no files.
private final class NoObserver: ActObserver {
    func recordIntent(_ act: RecordedAct) throws(KeyCalendarError) {}
    func recordDone(_ act: RecordedAct) throws(KeyCalendarError) {}
}
