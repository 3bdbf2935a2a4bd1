import KeyCalendar
import Records
import System
import Testing

@Suite struct AFailureAtAnyPointLeavesAWorkingStoreTests {
    /// An operation fails once; the same store answers, and does the act when it is asked again.
    @Test(arguments: Scenario.all.filter { $0.act != .create }, [FileError.Code.inputOutput, .noSpace])
    func theStoreAnswersAndTheActSucceedsAgain(_ scenario: Scenario, _ failure: FileError.Code) throws {
        let judge = try Judge(scenario)
        for number in 0..<(try operations(scenario, judge)) {
            let disk = try judge.setup.disk()
            let observer = judge.observer(disk)
            let faulty = FaultyFileSystem(disk, fault: .fails(failure), at: number)
            do {
                // A failure while it is opened leaves no store: the next one opens.
                let place = scenario.place(faulty, seed: 3, observer)
                let store = try (try? Sample.open(place)) ?? Sample.open(place)
                let found = code { try scenario.perform(store) }
                let comment: Comment = "\(faulty.log[number]): \(String(describing: found))"
                #expect(found == nil || found == .storage(failure), comment)
                #expect(scenario.leaves(store) == judge.leaves, comment)
                try scenario.perform(store)
                #expect(store.serial == scenario.serials.after && scenario.leaves(store) == judge.leaves, comment)
                #expect(observer.lastDone == scenario.serials.after, comment)
            }
            // And it is on the device, not in the cache alone.
            disk.crash(.nothingUnsynced)
            try judge.requireWhole(Remains(image: Image(of: disk), lastDone: observer.lastDone), seed: 4, "\(faulty.log[number])")
        }
    }

    /// An operation fails, and then the machine stops.
    @Test(arguments: Scenario.all, [MemoryFileSystem.CrashPolicy.nothingUnsynced, .everything, .seeded(7)])
    func aFailureThenACrashLosesNothing(_ scenario: Scenario, _ policy: MemoryFileSystem.CrashPolicy) throws {
        let judge = try Judge(scenario)
        for number in 0..<(try operations(scenario, judge)) {
            let disk = try judge.setup.disk()
            let observer = judge.observer(disk)
            let faulty = FaultyFileSystem(disk, fault: .fails(.inputOutput), at: number)
            _ = code { _ = try scenario.run(scenario.place(faulty, seed: 3, observer), lastDone: 0) }
            disk.crash(policy)
            try judge.requireWhole(
                Remains(image: Image(of: disk), lastDone: observer.lastDone), seed: 4, "\(faulty.log[number]), \(policy)")
        }
    }

    /// A synchronization fails, the store is asked again, and the machine stops somewhere in that: what was taken to be written may not be.
    @Test(arguments: Scenario.all.filter { $0.act == .tearOff })
    func whatAFailedSynchronizationLeftInTheCacheIsNotTrusted(_ scenario: Scenario) throws {
        let judge = try Judge(scenario)
        let counter = FaultyFileSystem(try judge.setup.disk())
        _ = try scenario.run(scenario.place(counter, seed: 3, TestObserver()), lastDone: 0)
        for (number, operation) in counter.log.enumerated() where operation.contains(" synchronize") {
            let log = try failThenCrash(judge, at: number, andAt: -1).log
            for second in log.indices where second > number && ACrashAtAnyPointLosesNothingTests.changes(log[second]) {
                let left = try failThenCrash(judge, at: number, andAt: second)
                try judge.requireWhole(left.remains, seed: 4, "\(operation) fails, then a crash before operation \(log[second])")
            }
        }
    }

    /// Does the act twice, the first time with a failure, and stops the machine before some operation.
    private func failThenCrash(_ judge: Judge, at number: Int, andAt second: Int) throws -> (remains: Remains, log: [String]) {
        let disk = try judge.setup.disk()
        let observer = judge.observer(disk)
        let failing = FaultyFileSystem(disk, fault: .fails(.inputOutput), at: number)
        let crashing = FaultyFileSystem(failing, fault: .crashes(.before), at: second)
        let place = judge.scenario.place(crashing, seed: 3, observer)
        _ = code {
            let store = try (try? Sample.open(place)) ?? Sample.open(place)
            try? judge.scenario.perform(store)
            try judge.scenario.perform(store)
        }
        disk.crash(.nothingUnsynced)
        return (Remains(image: try Image(of: disk), lastDone: observer.lastDone), crashing.log)
    }

    /// The same where the kernel forgets what it could not write, and goes on showing it.
    @Test(arguments: Scenario.all.filter { $0.act != .create }, [false, true])
    func norWhereTheKernelForgetsIt(_ scenario: Scenario, _ isRestarted: Bool) throws {
        let judge = try Judge(scenario)
        let sound = ForgetfulFileSystem(try judge.setup.disk(), failingSynchronization: -1)
        _ = try scenario.run(scenario.place(sound, seed: 3, TestObserver()), lastDone: 0)
        #expect(sound.synchronizationCount == 3 * scenario.cells.count)
        for number in 0..<sound.synchronizationCount {
            let disk = try judge.setup.disk()
            let observer = judge.observer(disk)
            let forgetful = ForgetfulFileSystem(disk, failingSynchronization: number)
            let place = scenario.place(forgetful, seed: 3, observer)
            do {
                let store = try? Sample.open(place)
                if let store { try? scenario.perform(store) }
                if let store, !isRestarted { try scenario.perform(store) }
            }
            if isRestarted {
                // The program starts again, the machine does not: the cache is still there.
                try scenario.perform(try Sample.open(place, lastDone: observer.lastDone))
            }
            disk.crash(.nothingUnsynced)
            try judge.requireWhole(Remains(image: Image(of: disk), lastDone: observer.lastDone), seed: 4, "synchronization \(number)")
        }
    }

    /// From some operation on, nothing can be written any more: the store still answers, and a restart with room for it finishes.
    @Test(arguments: Scenario.all.filter { $0.act != .create })
    func aFullDiskStopsChangesAndNothingElse(_ scenario: Scenario) throws {
        let judge = try Judge(scenario)
        for number in 0..<(try operations(scenario, judge)) {
            let disk = try judge.setup.disk()
            let observer = judge.observer(disk)
            let faulty = FaultyFileSystem(disk, fault: .keepsFailing(.noSpace), at: number)
            do {
                let store = try? Sample.open(scenario.place(faulty, seed: 3, observer))
                if let store {
                    for _ in 0..<2 {
                        let found = code { try scenario.perform(store) }
                        // What was destroyed and recorded is done, even where the tidying up afterwards fails.
                        #expect(found == .storage(.noSpace) || (found == nil && observer.lastDone == scenario.serials.after))
                        #expect(scenario.leaves(store) == judge.leaves)
                    }
                }
            }
            try judge.requireWhole(Remains(image: Image(of: disk), lastDone: observer.lastDone), seed: 4, "from \(faulty.log[number])")
        }
    }

    private func operations(_ scenario: Scenario, _ judge: Judge) throws -> Int {
        let counter = FaultyFileSystem(try judge.setup.disk())
        _ = try scenario.run(scenario.place(counter, seed: 3, TestObserver()), lastDone: 0)
        return counter.operationCount
    }
}
