import Keeper
import KeyCalendar
import Ledger
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// While a cell that there was is not there, nobody is told that anything is done: not whoever asks, nor asks again, nor reads the ledger.
@Suite struct AnIncompleteActIsToldAsThatTests {
    private let disk = MemoryFileSystem()
    private let ground: Ground
    private let subject = Ground.conversation()
    private let held = Ground.conversation()
    private let day: Day

    init() throws {
        ground = try Ground(fileSystem: disk)
        try ground.initialise()
        try ground.keeper().attend()
        day = Ground.expiry(ground.today)
        for conversation in [subject, held] { try ground.addRecord(conversation, expiring: day) }
    }

    private func states(_ act: Act) throws -> [LedgerEvent.State] {
        try ground.ledger().entries.filter { $0.event.act == act.rawValue && $0.event.mark != nil }.map(\.event.state)
    }

    @Test func `the answer, the answer to who asks again, the ledger and the status line`() throws {
        let leads = [ground.leads[0], ground.leads[1]]
        let erasure: KeeperOrder
        let hold: KeeperOrder
        do {
            let keeper = try ground.keeperOfOneCell()
            erasure = try ground.order(ground.request(.erase, [ConversationTarget(subject)], of: keeper), by: leads)
            var target = ConversationTarget(held)
            target.until = day.adding(days: 9)
            hold = try ground.order(ground.request(.hold, [target], of: keeper), by: leads)
            #expect(keeper.standing.hasPrefix("everything that expired before \(ground.today) is destroyed; nothing is overdue"))
            for order in [erasure, hold] {
                #expect(try keeper.act(order).result == .incomplete)
                let again = try keeper.act(order)
                #expect(again.result == .incomplete && again.away == 1)
            }
            for act in [Act.erase, .hold] { #expect(try states(act) == [.intent, .incomplete]) }
            #expect(keeper.state(subject, day) == .erased && keeper.standing.contains("NOT YET destroyed everywhere"))
            #expect(keeper.status().warnings.contains { $0.hasPrefix("2 act(s) are incomplete") })
            ground.advance(days: 1)
            #expect(try keeper.sweep().result == .incomplete)
            #expect(try keeper.sweep().result == .incomplete)
        }
        // A start without the cell makes nothing true that was not.
        do {
            let keeper = try ground.keeperOfOneCell()
            keeper.attend()
            for order in [erasure, hold] { #expect(try keeper.act(order).result == .incomplete) }
            #expect(try keeper.sweep().result == .incomplete)
        }
        do {
            let keeper = try ground.keeper()
            keeper.attend()
            for act in [Act.erase, .hold] { #expect(try states(act) == [.intent, .incomplete, .done]) }
            for order in [erasure, hold] { #expect(try keeper.act(order).result == .already) }
            #expect(try keeper.sweep().result == .already && ground.ledger().incompleteActs.isEmpty)
            #expect(try ground.ledger().entries.allSatisfy { $0.event.mark == nil || $0.event.cells.isEmpty })
            #expect(keeper.standing.hasPrefix("everything that expired before \(ground.today) is destroyed; nothing is overdue"))
        }
        // Away again, with nothing to catch up: what was done is done.
        #expect(try ground.keeperOfOneCell().act(erasure).result == .already)
    }

    @Test func `a stop at any line of the catching up leaves nothing that is never told as done`() throws {
        func prepared(on disk: MemoryFileSystem) throws -> Ground {
            let ground = try Ground(fileSystem: disk)
            try ground.initialise()
            try ground.keeper().attend()
            let alone = try ground.keeperOfOneCell()
            let target = ConversationTarget(Ground.conversation(), expiry: Ground.expiry(ground.today))
            #expect(try ground.act(.erase, target, by: [ground.leads[0], ground.leads[1]], of: alone).result == .incomplete)
            return ground
        }
        let counted = MemoryFileSystem()
        let counting = FaultyFileSystem(counted)
        try prepared(on: counted).keeper(on: counting).attend()
        let lines = counting.log.indices.filter { counting.log[$0].contains("acts.jsonl") || counting.log[$0].contains("ledger.jsonl") }
        #expect(lines.count > 10)
        for number in lines {
            let disk = MemoryFileSystem()
            let ground = try prepared(on: disk)
            let faulty = FaultyFileSystem(disk, fault: .crashes(FaultyFileSystem.Moment.allCases[number % 3]), at: number)
            do { try ground.keeper(on: faulty).attend() } catch {}
            disk.crash(ACrashLosesNothingTests.policies[number % ACrashLosesNothingTests.policies.count])
            try ground.keeper().attend()
            let marked = try ground.ledger().entries.filter { $0.event.act == "erase" && $0.event.mark != nil }
            #expect(marked.map(\.event.state) == [.intent, .incomplete, .done], "operation \(number)")
            #expect(try ground.ledger().incompleteActs.isEmpty, "operation \(number)")
        }
    }
}
