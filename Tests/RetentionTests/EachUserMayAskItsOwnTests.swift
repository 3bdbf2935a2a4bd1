import Keeper
import Records
import Retention
import Sodium
import Synchronization
import System
import Testing

/// Who may ask what, how much, and through how many connections.
@Suite struct EachUserMayAskItsOwnTests {
    static let requests: [(KeeperRequest, KeeperAccess.Right?)] = [
        (.leaves(.sealing, []), .seal), (.leaves(.reading, []), .read), (.pages([]), .seal), (.today, nil), (.status, nil),
        (.request(Array("{}".utf8)), .act), (.act(Array("{}".utf8)), .act),
        (.states([]), nil), (.metrics, nil), (.kept(after: .first), .act),
        (.record(Array("{}".utf8)), .read),
    ]

    @Test(arguments: KeeperAccess.Right.allCases) func `a right lets its own questions through and no others`(right: KeeperAccess.Right)
        throws
    {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let desk = KeeperDesk(keeper, access: KeeperAccess(own: 1, grants: [.init(user: 2, rights: [right])]))
        for (request, needed) in Self.requests {
            #expect(try isAllowed(request, by: 2, desk) == (needed == nil || needed == right), "\(request)")
            #expect(try isAllowed(request, by: 1, desk))
            #expect(try !isAllowed(request, by: 3, desk))
        }
        #expect(!desk.admits(3) && desk.admits(2) && desk.admits(1))
    }

    @Test func `the kernel's word for who is at the other end decides`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let name = LeafName(expiry: Ground.expiry(ground.today), conversation: .zero)
        let reader = try Door(keeper, rights: [.read])
        #expect(try reader.client().leaf(name, for: .reading).states == [.found])
        #expect(try keeperCode { _ = try reader.client().leaf(name, for: .sealing) } == .notAllowed)
        #expect(try keeperCode { try reader.client().preparePages([name.expiry]) } == .notAllowed)
        #expect(try keeperCode { _ = try reader.client().act(KeeperOrder.sweep.json) } == .notAllowed)
        #expect(try reader.client().today() == ground.today)
        let stranger = try Door(keeper, isKnown: false)
        #expect(try keeperCode { _ = try stranger.client().today() } == .notAllowed)
        #expect(try keeperCode { _ = try stranger.client().leaf(name, for: .reading) } == .notAllowed)
        #expect(keeper.status().leaves.refused >= 5)
    }

    @Test func `refused questions leave the connection usable`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let door = try Door(keeper, rights: [.seal])
        let client = door.client()
        #expect(try keeperCode { _ = try client.leaf(LeafName(expiry: ground.today, conversation: .zero), for: .reading) } == .notAllowed)
        #expect(try client.today() == ground.today)
        #expect(door.server.connectionCount == 1)
    }

    @Test func `too many leaves in too short a time are held back, and counted`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let desk = KeeperDesk(keeper, access: KeeperAccess(own: 1, grants: [.init(user: 2, rights: [.read])]), limiter: LeafLimiter())
        let name = LeafName(expiry: Ground.expiry(ground.today), conversation: .zero)
        func asked(_ count: Int, by user: UInt32) throws -> Bool {
            try isAnswered(.leaves(.reading, Array(repeating: name, count: count)), by: user, desk)
        }
        for _ in 0..<39 { #expect(try asked(512, by: 1)) }
        #expect(try !asked(512, by: 1))
        #expect(try asked(32, by: 1) && !asked(1, by: 1))
        #expect(try asked(512, by: 2), "one user's haste is not another's")
        ground.clock.advance(seconds: 1)
        for _ in 0..<3 { #expect(try asked(512, by: 1)) }
        #expect(try asked(464, by: 1) && !asked(1, by: 1), "2,000 a second")
        ground.clock.advance(seconds: 3600)
        for _ in 0..<39 { #expect(try asked(512, by: 1)) }
        #expect(try !asked(512, by: 1), "a rest gives no more than 20,000")
        ground.clock.reboot()
        #expect(try !asked(512, by: 1))
        let leaves = keeper.status().leaves
        #expect(leaves.reading == 39 * 512 + 32 + 512 + 2000 + 39 * 512 && leaves.sealing == 0)
        #expect(leaves.limited == 512 + 1 + 1 + 512 + 512)
    }

    @Test func `a client that is held back waits, and gets all of them`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let door = try Door(keeper, limiter: LeafLimiter(burst: 512, perSecond: 512))
        let isDone = Flag()
        let names = (0..<2000).map { _ in LeafName(expiry: Ground.expiry(ground.today), conversation: Ground.conversation()) }
        // Time passes only when somebody was held back.
        let thread = try Threads.start(name: "time") { [clock = ground.clock] in
            var seen = 0
            while !isDone.isSet {
                let limited = keeper.status().leaves.limited
                if limited > seen { clock.advance(seconds: 1) }
                seen = limited
                OwnProcess.pause(milliseconds: 20)
            }
        }
        defer {
            isDone.set()
            thread.join()
        }
        let batch = try door.client().leaves(names, for: .reading)
        #expect(batch.states.allSatisfy { $0 == .found } && batch.states.count == 2000)
        #expect(keeper.status().leaves.limited > 0)
    }

    @Test(arguments: [
        "1000:seal", "1000:seal,read,act", "0:read", "4294967295:act",
    ]) func `a grant is a user id and rights`(text: String) throws {
        #expect(KeeperAccess.Grant(text: text) != nil)
    }

    @Test(arguments: [
        "", ":", "1000", "1000:", ":seal", "1000:write", "1000:seal,", "1000:,seal", "-1:seal", "+1:seal", "4294967296:seal", "anna:seal",
        "1000:seal:read",
        " 1000:seal", "1000: seal", "1000:Seal",
    ]) func `anything else is none`(text: String) {
        #expect(KeeperAccess.Grant(text: text) == nil)
    }

    @Test func `no user can keep the others out by its connections`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        var limits = Door.brisk
        limits.connectionsOfOneUser = 3
        let door = try Door(keeper, limits: limits)
        let clients = try (0..<3).map { _ in
            let client = door.client()
            _ = try client.today()
            return client
        }
        let extra = try LocalSocketConnection.connect(path: door.socket)
        #expect(try Frames.code(extra) == .limited)
        // Nobody listens any more when the next one asks: it hears why all the same.
        let late = try LocalSocketConnection.connect(path: door.socket)
        while !keeper.metrics().contains("vault_keeper_refusals_total{reason=\"no_room\"} 2\n") { OwnProcess.pause(milliseconds: 1) }
        OwnProcess.pause(milliseconds: 50)
        guard let answer = try KeeperWire.answer(to: .today, over: late) else {
            Issue.record("it was sent away without a word")
            return
        }
        #expect(Frames.code([0, 0, 0, 0] + answer.bytes.array) == .limited)
        for client in clients { #expect(try client.today() == ground.today) }
    }

    @Test func `strangers are few at once, hear so, and keep nobody out`() throws {
        let ground = try Ground()
        var limits = Door.brisk
        limits.strangers = 3
        // They stay for as long as this test takes.
        limits.strangerMilliseconds = 60_000
        let keeper = try ground.newKeeper()
        let door = try Door(keeper, isKnown: false, limits: limits)
        let silent = try (0..<3).map { _ in try LocalSocketConnection.connect(path: door.socket) }
        while door.server.connectionCount < 3 { OwnProcess.pause(milliseconds: 1) }
        for _ in 0..<20 {
            let extra = try LocalSocketConnection.connect(path: door.socket)
            #expect(try Frames.code(extra) == .limited, "one stranger more than there may be got in")
        }
        #expect(door.server.connectionCount == 3)
        // Who asks hears why not, and leaves room for the next.
        try silent[0].write(KeeperRequest.today.encoded.rawSpan)
        #expect(try Frames.code(silent[0]) == .notAllowed)
        while door.server.connectionCount > 2 { OwnProcess.pause(milliseconds: 1) }
        let next = try LocalSocketConnection.connect(path: door.socket)
        try next.write(KeeperRequest.today.encoded.rawSpan)
        #expect(try Frames.code(next) == .notAllowed)
        #expect(keeper.metrics().contains("vault_keeper_refusals_total{reason=\"no_room\"} 20\n"))
        // All that is closed here, so that the door need not wait for it.
        for connection in silent { connection.close() }
    }

    @Test func `a client goes on after its keeper was started again`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        var door: Door? = try Door(keeper)
        let socket = try #require(door).socket
        let client = KeeperClient(socket: socket, vault: nil)
        #expect(try client.today() == ground.today)
        door = nil
        #expect(try keeperCode { _ = try client.today() } == .notRunning)
        let desk = KeeperDesk(keeper, access: KeeperAccess(own: OwnProcess.user))
        let server = try KeeperServer(desk, socket: socket, log: Ground.quiet)
        #expect(try client.today() == ground.today)
        server.stop()
        let again = try KeeperServer(desk, socket: socket, log: Ground.quiet)
        #expect(try client.today() == ground.today, "a connection that the keeper ended is made anew")
        again.stop()
    }

    private func isAllowed(_ request: KeeperRequest, by user: UInt32, _ desk: KeeperDesk) throws -> Bool {
        try code(of: request, by: user, desk) != .notAllowed
    }

    private func isAnswered(_ request: KeeperRequest, by user: UInt32, _ desk: KeeperDesk) throws -> Bool {
        try code(of: request, by: user, desk) == nil
    }

    private func code(of request: KeeperRequest, by user: UInt32, _ desk: KeeperDesk) throws -> KeeperError.Code? {
        let answer = desk.answer(Array(request.encoded.dropFirst(KeeperFrame.lengthBytes)), from: user)
        switch consume answer {
        case .leaves: return nil
        case .plain(let frame): return Frames.code(frame)
        case .last(let frame): return Frames.code(frame)
        }
    }
}

/// Something that has happened, or has not.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
