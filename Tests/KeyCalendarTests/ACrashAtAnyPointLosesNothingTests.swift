import KeyCalendar
import Records
import System
import Testing

@Suite struct ACrashAtAnyPointLosesNothingTests {
    static let policies: [MemoryFileSystem.CrashPolicy] = [
        .nothingUnsynced, .everything, .seeded(1), .seeded(2), .seeded(3), .seeded(4), .seeded(5), .seeded(6),
    ]

    /// Interrupts the act before, in and after every file operation, with every policy; then the recovery from each state that this leaves.
    @Test(arguments: Scenario.all) func theActIsDoneOrNotAndNothingIsLost(_ scenario: Scenario) throws {
        let judge = try Judge(scenario)
        let counter = FaultyFileSystem(try judge.setup.disk())
        _ = try scenario.run(scenario.place(counter, seed: 3, TestObserver()), lastDone: 0)
        let log = counter.log
        var (crashes, recoveryCrashes, states) = (0, 0, Set<Remains>())
        for number in log.indices {
            // Before an operation is what was after the one before it, and after one that only reads too.
            for moment in FaultyFileSystem.Moment.allCases where number == 0 || (moment != .before && Self.changes(log[number])) {
                var first: Remains?
                for policy in Self.policies {
                    let comment: Comment = "crash \(moment) operation \(log[number]), \(policy)"
                    let state = try crash(judge, at: number, moment, policy)
                    crashes += 1
                    try judge.requireWhole(state, seed: 4, comment)
                    if states.insert(state).inserted { try interruptRecovery(judge, state, comment, &recoveryCrashes) }
                    // Where all of it and nothing of it are the same, there is nothing for chance to decide.
                    if policy == .everything, state == first { break }
                    first = first ?? state
                }
            }
        }
        print(
            "\(scenario.testDescription): \(log.count) operations, \(crashes) crashes with \(states.count) different remains, "
                + "\(recoveryCrashes) crashes of their recoveries; \(judge.judged.count) different remains judged")
        #expect(states.count > 10 && judge.judged.count > states.count)
    }

    /// What is left when the machine stops at an operation of the act, and the last act that was reported as done by then.
    private func crash(
        _ judge: Judge, at number: Int, _ moment: FaultyFileSystem.Moment, _ policy: MemoryFileSystem.CrashPolicy
    ) throws -> Remains {
        let disk = try judge.setup.disk()
        let lastDone = interrupt(judge, disk, at: number, moment)
        disk.crash(policy)
        return Remains(image: try Image(of: disk), lastDone: lastDone)
    }

    /// Runs the act until the machine stops; returns the last act that was reported as done.
    private func interrupt(_ judge: Judge, _ disk: MemoryFileSystem, at number: Int, _ moment: FaultyFileSystem.Moment) -> UInt64 {
        let observer = judge.observer(disk)
        let faulty = FaultyFileSystem(disk, fault: .crashes(moment), at: number)
        let found = code { _ = try judge.scenario.run(judge.scenario.place(faulty, seed: 3, observer), lastDone: 0) }
        // The machine may stop after the last operation was done.
        #expect(found == .storage(.crashed) || found == nil)
        return observer.lastDone
    }

    /// Interrupts the recovery from a state once at every operation that changes anything.
    private func interruptRecovery(_ judge: Judge, _ remains: Remains, _ comment: Comment, _ count: inout Int) throws {
        let (image, lastDone) = (remains.image, remains.lastDone)
        let counter = FaultyFileSystem(try image.disk())
        _ = try judge.scenario.reopen(judge.scenario.place(counter, seed: 5, TestObserver()), lastDone: lastDone)
        let log = counter.log
        for number in log.indices where Self.changes(log[number]) {
            count += 1
            // The moments and policies in turn.
            let moment: FaultyFileSystem.Moment = count % 3 == 0 ? .during : .after
            let policy = Self.policies[count % Self.policies.count]
            let disk = try image.disk()
            let observer = judge.observer(disk)
            let faulty = FaultyFileSystem(disk, fault: .crashes(moment), at: number)
            _ = code { _ = try judge.scenario.reopen(judge.scenario.place(faulty, seed: 5, observer), lastDone: lastDone) }
            disk.crash(policy)
            let again = Remains(image: try Image(of: disk), lastDone: max(lastDone, observer.lastDone))
            try judge.requireWhole(again, seed: 6, "\(comment); its recovery: crash \(moment) operation \(log[number]), \(policy)")
        }
    }

    /// Whether an operation changes what lies on a disk.
    static func changes(_ operation: String) -> Bool {
        ["create", "write", "synchronize", "rename", "remove"].contains { operation.contains(" \($0)") }
    }
}
