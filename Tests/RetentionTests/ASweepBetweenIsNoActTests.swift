import Keeper
import Ledger
import Records
import Retention
import Roster
import Sodium
import Synchronization
import System
import Testing

/// A day ends while an act on a conversation is looked at: nothing is told as done that the ledger does not have.
@Suite struct ASweepBetweenIsNoActTests {
    @Test func `what a sweep has destroyed meanwhile was not done by the act`() throws {
        let happening = Mutex<(@Sendable () -> Void)?>(nil)
        let disk = MemoryFileSystem()
        let watched = WatchedFileSystem(base: disk) { (moment, path) throws(FileError) in
            guard moment == .opening, path.contains("/records/") else { return }
            happening.withLock { $0.take() }?()
        }
        let ground = try Ground(fileSystem: disk)
        try ground.initialise()
        let keeper = try ground.keeper(on: watched)
        _ = try keeper.drawPages([ground.today])
        let day = ground.today
        let target = ConversationTarget(Ground.conversation())
        try ground.addRecord(target.conversation, expiring: day)
        let leads = [ground.leads[0], ground.leads[1]]
        var held = target
        held.until = day.adding(days: 1)
        try ground.act(.hold, held, by: leads, of: keeper)
        let order = try ground.order(ground.request(.release, [target], of: keeper), by: leads)
        let clock = ground.clock
        // When the keeper looks at the files, it has seen already that there is something to do.
        happening.withLock {
            $0 = {
                clock.advance(seconds: 3 * Day.seconds)
                _ = try? keeper.sweep()
            }
        }
        let serial = keeper.status().serial
        #expect(try keeper.act(order).result == .already)
        #expect(keeper.status().serial == serial + 1 && keeper.status().highWater == ground.today.description)
        let reading = try LedgerReading.read(
            fileSystem: disk, layout: ground.layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
        let changes = reading.entries.filter { $0.event.serial != nil }.map(\.event.act)
        #expect(changes.last == Act.sweep.rawValue && !changes.contains(Act.release.rawValue))
        #expect(keeper.status().kept.held == 0 && keeper.state(target.conversation, day) == .expired)
    }
}
