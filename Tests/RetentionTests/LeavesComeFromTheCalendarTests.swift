import Keeper
import KeyCalendar
import Ledger
import Records
import Retention
import Sodium
import System
import Testing

/// What comes over the socket is what the calendar says, and nothing else.
@Suite struct LeavesComeFromTheCalendarTests {
    @Test(arguments: [1, 2, 511, 512, 513, 1500]) func `leaves over the socket are the calendar's own, in their order`(count: Int) throws {
        let ground = try Ground()
        let expiry = Ground.expiry(ground.today)
        let names = (0..<count).map { LeafName(expiry: expiry.adding(days: UInt32($0 % 8)), conversation: Ground.conversation()) }
        let batch = try fetch(names, ground)
        #expect(batch.states.allSatisfy { $0 == .found })
        // Asked of the calendar itself, once the keeper has let go of it.
        let store = try self.store(ground)
        for (index, name) in names.enumerated() {
            guard let got = batch.leaf(at: index),
                case .leaf(let own) = store.leaf(day: name.expiry, conversation: name.conversation, today: ground.today)
            else { throw TestFailure("a leaf is missing") }
            let isSame = got.equals(own)
            #expect(isSame)
        }
    }

    @Test func `a day without a page and a day that is over are two different answers`() throws {
        let ground = try Ground()
        let days = [ground.today.adding(days: 40), Day(number: ground.today.number - 1), Ground.expiry(ground.today)]
        let batch = try fetch(days.map { LeafName(expiry: $0, conversation: Ground.conversation()) }, ground)
        #expect(batch.states == [.noPage, .expired, .found])
        let isGiven = (batch.leaf(at: 0) != nil, batch.leaf(at: 1) != nil)
        #expect(isGiven == (false, false))
    }

    @Test func `the keeper's day is the later of the clock's and the one that was reached`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let door = try Door(keeper)
        let today = ground.today
        #expect(try door.client().today() == today)
        ground.clock.set(seconds: ground.clock.now().seconds - 40 * Day.seconds)
        #expect(try door.client().today() == today)
        ground.clock.set(seconds: ground.clock.now().seconds + 50 * Day.seconds)
        #expect(try door.client().today() == today.adding(days: 10))
    }

    @Test func `a keeper of another vault is refused by whoever asks`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let door = try Door(keeper)
        #expect(try door.client(of: ground.roster.vault).today() == ground.today)
        #expect(try keeperCode { _ = try door.client(of: VaultID.zero).today() } == .otherVault)
    }

    @Test func `pages are drawn once, within their bounds, many in one change`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let door = try Door(keeper)
        let client = door.client()
        let serial = keeper.status().serial
        let days = (0..<400).map { ground.today.adding(days: 20 * UInt32($0) % 7305) }
        try client.preparePages(days)
        try client.preparePages(days)
        #expect(keeper.status().serial == serial + 1)
        #expect(keeper.leaves(days.map { LeafName(expiry: $0, conversation: .zero) }, for: .sealing).states.allSatisfy { $0 == .found })
        #expect(try keeperCode { try client.preparePages([ground.today.adding(days: 7306)]) } == .refused)
        #expect(try keeperCode { try client.preparePages([Day(number: ground.today.number - 1)]) } == .refused)
        #expect(keeper.status().serial == serial + 1)
    }

    @Test func `what is kept beyond its day can be read, and nothing is added to it`() throws {
        let ground = try Ground()
        try ground.initialise()
        let conversation = Ground.conversation()
        let expiry = Ground.expiry(ground.today)
        try hold(conversation, day: expiry, until: expiry.adding(days: 30), ground)
        let keeper = try ground.keeper()
        for _ in 0..<370 {
            ground.advance(days: 1)
            keeper.attendCalendar()
        }
        let door = try Door(keeper)
        let name = LeafName(expiry: expiry, conversation: conversation)
        #expect(try door.client().leaf(name, for: .reading).states == [.found])
        #expect(try door.client().leaf(name, for: .sealing).states == [.expired])
        ground.clock.set(seconds: ground.clock.now().seconds - 100 * Day.seconds)
        #expect(try door.client().leaf(name, for: .sealing).states == [.expired], "nor with the clock turned back")
    }

    private func fetch(_ names: [LeafName], _ ground: Ground) throws -> LeafBatch {
        let keeper = try ground.newKeeper()
        let door = try Door(keeper)
        return try door.client().leaves(names, for: .sealing)
    }

    private func store(_ ground: Ground) throws -> CalendarStore {
        let ledger = try released {
            try Ledger(
                fileSystem: ground.fileSystem, layout: ground.layout, vault: ground.roster.vault,
                keeper: RetentionTestKeys.copy(ground.keeperKey))
        }
        let key = try RetentionTestKeys.copy(ground.keeperKey)
        let place = StorePlace(
            vault: ground.roster.vault, cells: ground.cells, layout: ground.layout, fileSystem: ground.fileSystem, random: SystemRandom(),
            observer: ActRecorder(ledger: ledger, clock: ground.clock), examine: { _ in CellAssurance(.l1, "a test") })
        return try CalendarStore.open(place, keeper: key, lastDone: ledger.lastDone)
    }

    /// Tries again while the keeper that was stopped is still being let go: its last connection's thread holds it for a moment longer.
    private func released<R>(_ body: () throws -> R) throws -> R {
        for _ in 0..<600 {
            do {
                return try body()
            } catch let error as LedgerError where error.code == .busy {
                OwnProcess.pause(milliseconds: 50)
            }
        }
        return try body()
    }

    private func hold(_ conversation: ConversationID, day: Day, until: Day, _ ground: Ground) throws {
        let store = try store(ground)
        let act = try CalendarAct(.hold, [.keep(conversation, day: day, until: until, .held)])
        guard case .done = try store.perform(act) else { throw KeyCalendarError(.noPage, "not held") }
    }
}

/// What a test needs is not there.
struct TestFailure: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// A second key from the same seed.
enum RetentionTestKeys {
    static func copy(_ key: borrowing SigningKey) throws -> SigningKey {
        let seed = key.seed()
        return try SigningKey(seed: seed)
    }
}
