import Keeper
import Ledger
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// The machine stops at any operation of an act on a conversation: started again, it was done or it was not, its files go where its key did,
/// and asked again it is done.
@Suite struct ACrashInAnActLosesNothingTests {
    enum Kind: String, CaseIterable, Sendable { case erase, hold, release }

    /// A vault in which the act can be done, its papers, and the records.
    private struct Scene {
        let ground: Ground
        let day: Day
        let subject = Ground.conversation()
        let other = Ground.conversation()
        let file: String
        let otherFile: String
        let papers: KeeperOrder

        init(_ kind: Kind, on disk: MemoryFileSystem) throws {
            ground = try Ground(fileSystem: disk)
            try ground.initialise()
            day = Ground.expiry(ground.today)
            file = try ground.addRecord(subject, expiring: day)
            otherFile = try ground.addRecord(other, expiring: day)
            let leads = [ground.leads[0], ground.leads[1]]
            let keeper = try ground.keeper()
            keeper.attend()
            let target = ConversationTarget(subject)
            var long = target
            long.until = day.adding(days: 9)
            switch kind {
            case .erase: papers = try ground.order(ground.request(.erase, [target], of: keeper), by: leads)
            case .hold: papers = try ground.order(ground.request(.hold, [long], of: keeper), by: leads)
            case .release:
                try ground.act(.hold, long, by: leads, of: keeper)
                papers = try ground.order(ground.request(.release, [target], of: keeper), by: leads)
            }
        }
    }

    @Test(arguments: Kind.allCases, 0..<3) func `at any operation`(kind: Kind, slice: Int) throws {
        let counted = MemoryFileSystem()
        let first = try Scene(kind, on: counted)
        let counting = FaultyFileSystem(counted)
        #expect(try first.ground.keeper(on: counting).act(first.papers).result == .done)
        let changing = ["write", "synchronize", "create", "rename", "remove"]
        let numbers = counting.log.indices.filter { number in
            changing.contains { counting.log[number].split(separator: " ")[1] == $0 }
        }
        #expect(numbers.count > 40)
        var (done, undone) = (0, 0)
        for number in numbers where number % 3 == slice {
            let disk = MemoryFileSystem()
            let scene = try Scene(kind, on: disk)
            let ground = scene.ground
            let before: LeafBatch
            do { before = try ground.keeper().leaves([LeafName(expiry: scene.day, conversation: scene.other)], for: .reading) }
            let faulty = FaultyFileSystem(disk, fault: .crashes(FaultyFileSystem.Moment.allCases[number % 3]), at: number)
            _ = try? ground.keeper(on: faulty).act(scene.papers)
            disk.crash(ACrashLosesNothingTests.policies[number % ACrashLosesNothingTests.policies.count])

            let keeper = try ground.keeper()
            let isDone = try isDone(kind, keeper, scene)
            if isDone { done += 1 } else { undone += 1 }
            keeper.attend()
            // A key that is gone takes its file along, and one that is there leaves it.
            #expect(try ground.exists(scene.file) == !(kind == .erase && isDone), "operation \(number)")
            #expect(try keeper.act(scene.papers).result == (isDone ? .already : .done), "operation \(number)")
            #expect(try self.isDone(kind, keeper, scene), "operation \(number)")
            let after = keeper.leaves([LeafName(expiry: scene.day, conversation: scene.other)], for: .reading)
            guard let old = before.leaf(at: 0), let new = after.leaf(at: 0) else { throw TestFailure("the other leaf is gone, \(number)") }
            let isSame = old.equals(new)
            #expect(try isSame && ground.exists(scene.otherFile), "operation \(number)")
            let reading = try LedgerReading.read(
                fileSystem: disk, layout: ground.layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
            #expect(reading.lastDone == UInt64(keeper.status().serial), "operation \(number)")
            #expect(
                reading.entries.count { $0.event.act == kind.rawValue && $0.event.state == .done && $0.event.serial != nil } == 1,
                "operation \(number)")
            // A release whose page is there, and a hold, destroy nothing.
            let chain = try ground.chain()
            #expect(chain.findings.isEmpty, "operation \(number): \(chain.findings)")
            #expect(chain.certificates.map(\.content.destroyed.erased) == (kind == .erase ? [1] : []), "operation \(number)")
        }
        #expect(done > 0 && undone > 0)
    }

    private func isDone(_ kind: Kind, _ keeper: RetentionKeeper, _ scene: Scene) throws -> Bool {
        let held = keeper.kept(after: .first).records.map(\.conversation)
        switch kind {
        case .erase: return keeper.state(scene.subject, scene.day) == .erased
        case .hold: return held == [scene.subject]
        case .release: return held.isEmpty
        }
    }
}
