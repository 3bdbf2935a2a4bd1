import Keeper
import Ledger
import Records
import Retention
import Sodium
import System
import Testing

/// The machine stops at any operation of a sweep or of the making of a vault; started again, everything is as it should be.
@Suite struct ACrashLosesNothingTests {
    static let policies: [MemoryFileSystem.CrashPolicy] = [.nothingUnsynced, .everything, .seeded(1), .seeded(2), .seeded(3)]

    @Test(arguments: 0..<8) func `at any operation of a day's duties`(slice: Int) throws {
        let numbers = try Self.writes { ground, fileSystem in
            try ground.initialise()
            do {
                let keeper = try ground.keeper()
                _ = try keeper.drawPages([ground.today])
            }
            try ground.addPart(expiring: ground.today)
            ground.advance(days: 1)
            let counting = fileSystem()
            try ground.keeper(on: counting).attend()
            return counting
        }
        #expect(numbers.count > 60)
        for number in numbers where number % 8 == slice {
            let disk = MemoryFileSystem()
            let ground = try Ground(fileSystem: disk)
            try ground.initialise()
            let over = ground.today
            let alive = LeafName(expiry: Ground.expiry(ground.today), conversation: Ground.conversation())
            let gone = try ground.addPart(expiring: over)
            let kept = try ground.addPart(expiring: alive.expiry)
            let before: LeafBatch
            do {
                let keeper = try ground.keeper()
                _ = try keeper.drawPages([over])
                before = keeper.leaves([alive], for: .reading)
            }
            ground.advance(days: 1)
            let faulty = FaultyFileSystem(disk, fault: .crashes(FaultyFileSystem.Moment.allCases[number % 3]), at: number)
            do {
                let keeper = try ground.keeper(on: faulty)
                keeper.attend()
            } catch {}
            disk.crash(Self.policies[number % Self.policies.count])

            let keeper = try ground.keeper()
            let late = keeper.leaves([LeafName(expiry: over, conversation: .zero)], for: .reading)
            #expect(late.states == [.expired], "operation \(number)")
            keeper.attend()
            let status = keeper.status()
            #expect(status.pages.overdue == 0 && status.highWater == ground.today.description, "operation \(number)")
            #expect(
                !status.warnings.contains { $0.contains("ledger is behind") || $0.contains("begun") },
                "operation \(number): \(status.warnings)")
            #expect(try !ground.exists(gone) && ground.exists(kept), "operation \(number)")
            let after = keeper.leaves([alive], for: .reading)
            guard let first = before.leaf(at: 0), let second = after.leaf(at: 0) else {
                throw TestFailure("the leaf is gone, operation \(number)")
            }
            let isSame = first.equals(second)
            #expect(isSame, "operation \(number)")
            try checkLedger(ground, keeper, number)
        }
    }

    @Test func `at any operation of the making of a vault`() throws {
        let numbers = try Self.writes { ground, fileSystem in
            let counting = fileSystem()
            let setup = try KeeperSetup(ground.place(on: counting), mayHaveOneCell: false)
            try setup.pinRoster()
            _ = try setup.create(key: ground.keeperKey)
            return counting
        }
        #expect(numbers.count > 60)
        for number in numbers {
            let disk = MemoryFileSystem()
            let ground = try Ground(fileSystem: disk)
            let faulty = FaultyFileSystem(disk, fault: .crashes(FaultyFileSystem.Moment.allCases[number % 3]), at: number)
            do {
                let setup = try KeeperSetup(ground.place(on: faulty), mayHaveOneCell: false)
                try setup.pinRoster()
                _ = try setup.create(key: ground.keeperKey)
            } catch {}
            disk.crash(Self.policies[number % Self.policies.count])
            if try code({ try ground.initialise() }) == .exists {
                // It was made, and the crash came after.
                #expect(try ground.keeper().status().serial == 1, "operation \(number)")
            }
            let keeper = try ground.keeper()
            #expect(keeper.leaves([LeafName(expiry: Ground.expiry(ground.today), conversation: .zero)], for: .sealing).states == [.found])
            try checkLedger(ground, keeper, number)
        }
    }

    @Test func `a disk that is full stops the sweep with a word, and the next one goes on`() throws {
        for number in stride(from: 0, to: 120, by: 7) {
            let disk = MemoryFileSystem()
            let ground = try Ground(fileSystem: disk)
            try ground.initialise()
            ground.advance(days: 1)
            let faulty = FaultyFileSystem(disk, fault: .keepsFailing(.noSpace), at: number)
            do {
                let keeper = try ground.keeper(on: faulty)
                let failure = try code { _ = try keeper.sweep() }
                if failure != nil {
                    #expect(failure == .failed)
                    #expect(keeper.status().warnings.contains { $0.contains("no space") }, "operation \(number)")
                }
                let state = keeper.leaves([LeafName(expiry: Ground.expiry(ground.today), conversation: .zero)], for: .reading).states
                #expect(state == [.found], "reading goes on, operation \(number)")
            } catch let error as RetentionError {
                #expect(error.message.contains("no space"), "operation \(number): \(error.message)")
            }
            let keeper = try ground.keeper()
            #expect(try keeper.sweep().overdue == 0)
            #expect(keeper.status().highWater == ground.today.description)
            try checkLedger(ground, keeper, number)
        }
    }

    /// The numbers of the operations that change something, from a run in which nothing goes wrong; a crash at any other is like one at these.
    private static func writes(_ body: (Ground, () -> FaultyFileSystem) throws -> FaultyFileSystem) throws -> [Int] {
        let disk = MemoryFileSystem()
        let log = try body(Ground(fileSystem: disk), { FaultyFileSystem(disk) }).log
        let changing = ["write", "synchronize", "create", "rename", "remove"]
        return log.indices.filter { index in changing.contains { log[index].split(separator: " ")[1] == $0 } }
    }

    private func checkLedger(_ ground: Ground, _ keeper: RetentionKeeper, _ number: Int) throws {
        let reading = try LedgerReading.read(
            fileSystem: ground.fileSystem, layout: ground.layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
        #expect(reading.lastDone == UInt64(keeper.status().serial), "operation \(number)")
        #expect(reading.uncovered <= 1, "operation \(number)")
        // Of each destruction there is one certificate, and nothing that is none.
        let chain = try ground.chain()
        #expect(chain.findings.isEmpty, "operation \(number): \(chain.findings)")
        let destroyed = reading.entries.count { $0.event.act == "sweep" && $0.event.state == .done }
        #expect(
            chain.certificates.count == destroyed && chain.certificates.allSatisfy { $0.content.state == .complete }, "operation \(number)")
        // Whatever is done to the calendar was announced.
        let acts = reading.entries.filter { $0.event.serial != nil }
        let announced = Set(acts.filter { $0.event.state == .intent }.map(\.event.serial))
        #expect(acts.allSatisfy { announced.contains($0.event.serial) }, "operation \(number)")
        #expect(Set(acts.map { "\($0.event.serial ?? 0) \($0.event.state)" }).count == acts.count, "operation \(number)")
        #expect(reading.entries.count { $0.event.roster != nil } == reading.entries.count - acts.count, "operation \(number)")
    }
}
