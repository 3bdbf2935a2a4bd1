import Keeper
import Records
import Retention
import Sodium
import System
import Testing

/// Whatever comes over the socket: the keeper says that it does not understand, ends the connection, and goes on answering the others.
@Suite struct NoFrameHarmsTheKeeperTests {
    let ground: Ground
    let keeper: RetentionKeeper
    let door: Door

    init() throws {
        ground = try Ground()
        keeper = try ground.newKeeper()
        door = try Door(keeper)
    }

    private var requests: [KeeperRequest] {
        let name = LeafName(expiry: Ground.expiry(ground.today), conversation: Ground.conversation())
        return [
            .leaves(.sealing, [name, name]), .leaves(.reading, [name]), .today, .pages([name.expiry, ground.today]), .status,
            .request(Array(#"{"act":"sweep","targets":["2027-01-01"]}"#.utf8)), .act(Array(#"{"act":"sweep"}"#.utf8)),
            .states([RecordName(name.conversation, expiry: name.expiry), RecordName(name.conversation)]), .kept(after: .first), .metrics,
            .record(Array(#"{"act":"handover","peel":null,"statement":{"signature":"","text":""}}"#.utf8)),
        ]
    }

    @Test func `every request comes back from its frame`() throws {
        for request in requests {
            #expect(KeeperRequest(frame: Array(request.encoded.dropFirst(KeeperFrame.lengthBytes))) == request)
        }
    }

    @Test func `a frame that is cut short anywhere gets no answer, and the connection is ended`() throws {
        for request in requests {
            let whole = request.encoded
            for length in 0..<whole.count {
                let connection = try LocalSocketConnection.connect(path: door.socket)
                let cut = Array(whole[..<length])
                // A keeper with as many guests as it lets in closes the next at once: that harms nobody either.
                try? connection.write(cut.rawSpan)
                connection.shutdown()
                connection.close()
            }
        }
        // The last of them may still be on their way out of a full keeper: an ordinary guest who tries again is served.
        #expect(try answeredSoon() == ground.today)
    }

    /// The keeper's day, asked again for up to half a minute while it has too many guests.
    private func answeredSoon() throws -> Day {
        for _ in 0..<300 {
            if let day = try? door.client().today() { return day }
            OwnProcess.pause(milliseconds: 100)
        }
        return try door.client().today()
    }

    @Test func `whoever stops in the middle of a frame is sent away in time`() throws {
        for length in [1, 3, 4, 5, 20] {
            let connection = try LocalSocketConnection.connect(path: door.socket)
            try connection.write(Array(requests[0].encoded[..<length]).rawSpan)
            #expect(try Frames.code(connection) == nil)
        }
        #expect(try door.client().today() == ground.today)
    }

    @Test func `a frame that ends before its payload does is not understood`() throws {
        for request in requests {
            let payload = Array(request.encoded.dropFirst(KeeperFrame.lengthBytes + KeeperFrame.prefixBytes))
            for length in 0..<payload.count {
                let frame = KeeperFrame.prefix(type: request.encoded[5], payloadBytes: length) + payload[..<length]
                let answer = try answer(to: frame)
                #expect(answer == .malformed || answer == .refused, "\(request) cut to \(length) bytes")
            }
        }
    }

    @Test func `bytes behind a payload are not understood`() throws {
        for request in requests {
            let payload = Array(request.encoded.dropFirst(KeeperFrame.lengthBytes + KeeperFrame.prefixBytes)) + [0]
            let frame = KeeperFrame.prefix(type: request.encoded[5], payloadBytes: payload.count) + payload
            #expect(try answer(to: frame) == .malformed, "\(request)")
        }
    }

    @Test(arguments: [0, 1, 256 << 10 | 1, 1 << 24, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt32])
    func `a length that no frame has is refused before anything is read`(length: UInt32) throws {
        var frame: [UInt8] = []
        frame.append(littleEndian: length)
        #expect(try answer(to: frame + [1, 2]) == .malformed)
    }

    @Test func `another version and other types are not understood`() throws {
        for version in [0, 2, 255] as [UInt8] { #expect(try answer(to: [2, 0, 0, 0, version, 2]) == .malformed) }
        for type in [0, 8, 128, 129, 255] as [UInt8] { #expect(try answer(to: [2, 0, 0, 0, 1, type]) == .malformed) }
    }

    @Test(arguments: 0..<24 as Range<UInt64>) func `random bytes and changed frames do no harm`(seed: UInt64) throws {
        var random = Seeded(seed)
        let serial = keeper.status().serial
        for _ in 0..<40 {
            var frame: [UInt8]
            switch Int.random(in: 0..<4, using: &random) {
            case 0: frame = random.bytes(Int.random(in: 0..<200, using: &random))
            case 1:
                let payload = random.bytes(Int.random(in: 0..<400, using: &random))
                frame = KeeperFrame.prefix(type: UInt8.random(in: 0...9, using: &random), payloadBytes: payload.count) + payload
            default:
                // Not the sweep and the pages: those would be done.
                frame = requests[[0, 1, 2, 4, 5, 7].randomElement(using: &random) ?? 0].encoded
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
                }
            }
            let connection = try LocalSocketConnection.connect(path: door.socket)
            connection.setTimeouts(sendMilliseconds: 10_000, receiveMilliseconds: 10_000)
            try? connection.write(frame.rawSpan)
            if Bool.random(using: &random) { _ = try Frames.code(connection) }
            connection.close()
        }
        #expect(try door.client().today() == ground.today, "seed \(seed)")
        #expect(keeper.status().serial == serial, "seed \(seed)")
    }

    @Test func `json that is not canonical, or of another kind, is not understood`() throws {
        let texts = [
            "", "{}", "[]", "null", "{", #"{"act":"sweep" }"#, #"{"act":"sweep","act":"sweep"}"#, #"{"act":"erase"}"#,
            #"{"act":"sweep","x":1}"#,
            #"{"approvals":[],"request":1}"#, #"{"request":"","approvals":[]}"#, String(repeating: "[", count: 100_000),
        ]
        let client = door.client()
        for text in texts {
            #expect(try keeperCode { _ = try client.act(Array(text.utf8)) } == .malformed, "\(text.prefix(40))")
            #expect(try keeperCode { _ = try client.request(Array(text.utf8)) } == .malformed, "\(text.prefix(40))")
            #expect(try keeperCode { _ = try client.record(Array(text.utf8)) } == .malformed, "\(text.prefix(40))")
        }
        #expect(try keeperCode { _ = try client.act([0xFF, 0xFE]) } == .malformed)
        #expect(try keeperCode { _ = try client.request(Array(#"{"act":"sweep","targets":["2027-13-01"]}"#.utf8)) } == .malformed)
        #expect(try keeperCode { _ = try client.request(Array(#"{"act":"enrol","targets":["2027-12-01"]}"#.utf8)) } == .malformed)
    }

    @Test func `many who ask at once all get their own`() throws {
        let expiry = Ground.expiry(ground.today)
        Threads.parallelForEach(count: 16, threads: 16) { [keeper, socket = door.socket] _ in
            let client = KeeperClient(socket: socket, vault: nil)
            let names = (0..<20).map { _ in LeafName(expiry: expiry, conversation: Ground.conversation()) }
            do {
                for _ in 0..<5 {
                    let over = try client.leaves(names, for: .reading)
                    let own = keeper.leaves(names, for: .reading)
                    for index in names.indices {
                        guard let first = over.leaf(at: index), let second = own.leaf(at: index) else { throw TestFailure("no leaf") }
                        let isSame = first.equals(second)
                        #expect(isSame)
                    }
                }
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    private func answer(to frame: [UInt8]) throws -> KeeperError.Code? {
        let connection = try LocalSocketConnection.connect(path: door.socket)
        try connection.write(frame.rawSpan)
        return try Frames.code(connection)
    }
}
