import KeyCalendar
import Records
import Sodium
import System
import TestVault
import Testing

/// The thief steals the device that was away, or puts back what recovery would start from.
extension P6ForgottenAfterAYearTests {
    /// What is told as done, and what as not.
    private final class Witness: ActObserver {
        private(set) var done: UInt64 = 0
        private(set) var incomplete: [UInt64] = []

        func recordIntent(_ act: RecordedAct) throws(KeyCalendarError) {}
        func recordDone(_ act: RecordedAct) throws(KeyCalendarError) { done = act.serial }
        func recordIncomplete(_ act: RecordedAct) { incomplete.append(act.serial) }
        func recordCaughtUp(to serial: UInt64, cells: [CellStatus]) { done = serial }
    }

    private func values(_ cells: [String], on disk: MemoryFileSystem) throws -> [[UInt8]] {
        try cells.flatMap { path in
            let cell = try CellDirectory(path, number: 1, in: disk).openCell()
            defer { try? cell.close() }
            return try cell.slots().compactMap { $0 }.map { copy(of: $0.value) }
        }
    }

    @Test("a second cell that is away keeps the promise from being told as kept, and once it has caught up nothing opens the day")
    func cellAway() throws {
        let other = MemoryFileSystem()
        for (path, bytes) in try disk.everything(below: "/") {
            try other.createDirectories(MemoryFileSystem.parent(of: path), mode: path.hasPrefix("/cell") ? 0o700 : 0o770)
            try other.writeDurably(path, bytes.rawSpan, mode: 0o600)
        }
        let witness = Witness()
        let seed = SecretBytes.random(SigningKey.seedBytes, from: SystemRandom())
        func open(_ cells: [String], lastDone: UInt64 = 0, carriedOut: UInt64 = 0, known: Int = 2) throws -> CalendarStore {
            let place = StorePlace(
                vault: vault.roster.vault, cells: cells, layout: vault.layout, fileSystem: other, random: SystemRandom(), observer: witness,
                knownCells: known)
            return try CalendarStore.open(place, keeper: SigningKey(seed: seed.copy()), lastDone: lastDone, lastCarriedOut: carriedOut)
        }
        let both = ["/cell", "/second"]
        do {
            let store = try open(["/cell"], known: 1)
            try store.addCell(at: "/second") { _, _, _ in }
        }
        let before = witness.done
        let day = lastDay.adding(days: 1)
        do {
            // The second device is unplugged; two leads sweep.
            let store = try open(["/cell"], lastDone: before)
            let authority = Authority(
                approvals: [[UInt8](repeating: 1, count: 32)],
                spends: SpentRequest(RequestID(SystemRandom().bytes(16)) ?? .zero, until: day.adding(days: 31)))
            _ = try store.tearOff(before: day, today: day, now: TimeMark(boot: .zero, seconds: 0), authority: authority)
            #expect(early.allSatisfy { store.isExpiredNow($0, on: lastDay) })
        }
        // Nobody is told that it is done; and it is not: whoever steals the device has the day.
        #expect(witness.done == before && witness.incomplete.count == 1)
        let stolen = try values(["/second"], on: other)
        let everything = { [try other.everything(below: "/")] }
        #expect(try opened(with: everything(), values: stolen).isSuperset(of: early))
        #expect(try opened(with: everything(), values: values(["/cell"], on: other)) == Set(late))
        // A keeper cannot be brought to go on with the device that is behind.
        let carriedOut = witness.incomplete[0]
        #expect { _ = try open(["/second"], lastDone: before, carriedOut: carriedOut) } throws: {
            ($0 as? KeyCalendarError)?.code == .behindLedger
        }
        // It is plugged in again.
        let store = try open(both, lastDone: before, carriedOut: carriedOut)
        #expect(witness.done == carriedOut && store.isComplete)
        let all = try everything()
        #expect(try opened(with: all, values: values(both, on: other)) == Set(late))
        for value in stolen { #expect(!other.everyContents.contains { occurs(value, in: $0) }) }
        // Every copy that there ever was, with every cell as it is now.
        #expect(try opened(with: all + self.loot().copies, values: values(both, on: other)) == Set(late))
    }
}

extension CalendarStore {
    fileprivate func isExpiredNow(_ id: ConversationID, on day: Day) -> Bool {
        if case .expired = leaf(day: day, conversation: id, today: TestVault.today) { true } else { false }
    }
}
