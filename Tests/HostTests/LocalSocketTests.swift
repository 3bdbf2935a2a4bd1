import Glibc
import Sodium
import Synchronization
import System
import Testing

/// What travels through a local socket, and how each end learns that the other is gone.
@Suite struct LocalSocketTests {
    let directory = try? TemporaryDirectory()

    private func path(_ name: String = "s") throws -> String { "\(try #require(directory).path)/\(name)" }

    /// Both ends of one connection.
    private func pair() throws -> (LocalSocketListener, LocalSocketConnection, LocalSocketConnection) {
        let listener = try LocalSocketListener(path: path(), mode: 0o600)
        let client = try LocalSocketConnection.connect(path: listener.path)
        let server = try #require(try listener.accept(timeoutMilliseconds: 5000))
        return (listener, client, server)
    }

    @Test(arguments: [0, 1, 4096, 3_000_000]) func `what is written arrives, whatever its length`(count: Int) throws {
        let (_, client, server) = try pair()
        let sent = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) }
        let writer = try Threads.start(name: "writer") {
            do {
                try client.write(sent.rawSpan)
                client.close()
            } catch {
                Issue.record(error)
            }
        }
        var received = SecretBytes(zeros: count)
        var bytes = received.mutableBytes
        try server.read(exactly: &bytes)
        #expect(received.bytes.array == sent)
        var one = SecretBytes(zeros: 1)
        var end = one.mutableBytes
        #expect(try server.readOrEnd(into: &end) == false)
        writer.join()
    }

    @Test func `two threads hold a conversation`() throws {
        let (_, client, server) = try pair()
        let echo = try Threads.start(name: "echo") {
            do {
                var byte = SecretBytes(zeros: 2)
                var bytes = byte.mutableBytes
                while try server.readOrEnd(into: &bytes) { try server.write(bytes.bytes) }
            } catch {
                Issue.record(error)
            }
        }
        for number in 0..<500 {
            let question = [UInt8(truncatingIfNeeded: number), UInt8(number >> 8)]
            try client.write(question.rawSpan)
            let answer = try [UInt8](count: 2) { (out: inout MutableRawSpan) throws(SocketError) in try client.read(exactly: &out) }
            #expect(answer == question)
        }
        client.close()
        echo.join()
    }

    @Test func `each end knows who the other is`() throws {
        let (_, client, server) = try pair()
        let own = PeerCredentials(user: getuid(), group: getgid(), process: getpid())
        #expect(client.peer == own)
        #expect(server.peer == own)
    }

    @Test func `an end before the first byte is clean where it is allowed, and closed where it is not`() throws {
        let (_, client, server) = try pair()
        client.close()
        var room = SecretBytes(zeros: 4)
        var bytes = room.mutableBytes
        #expect(try server.readOrEnd(into: &bytes) == false)
        let error = #expect(throws: SocketError.self) { try Self.read(4, from: server) }
        #expect(error?.code == .closed)
    }

    @Test func `an end in the middle of a message is not taken for a clean one`() throws {
        let (_, client, server) = try pair()
        let half: [UInt8] = [1, 2, 3]
        try client.write(half.rawSpan)
        client.close()
        let error = #expect(throws: SocketError.self) { try Self.readOrEnd(4, from: server) }
        #expect(error?.code == .closed)
        #expect(error?.message.contains("in the middle") == true)
    }

    @Test func `a silent other end is a timeout, after which one may read again`() throws {
        let (_, client, server) = try pair()
        server.setTimeouts(sendMilliseconds: nil, receiveMilliseconds: 20)
        let error = #expect(throws: SocketError.self) { try Self.read(2, from: server) }
        #expect(error?.code == .timeout)
        let late: [UInt8] = [5, 6]
        try client.write(late.rawSpan)
        #expect(try Self.read(2, from: server) == late)
    }

    @Test func `a timeout in the middle of a message closes the connection`() throws {
        let (_, client, server) = try pair()
        server.setTimeouts(sendMilliseconds: nil, receiveMilliseconds: 20)
        let half: [UInt8] = [1]
        try client.write(half.rawSpan)
        #expect(throws: SocketError.self) { try Self.read(2, from: server) }
        let error = #expect(throws: SocketError.self) { try Self.read(1, from: server) }
        #expect(error?.code == .closed)
    }

    @Test func `an end that sends a byte now and then does not hold the reader for ever`() throws {
        let (_, client, server) = try pair()
        server.setTimeouts(sendMilliseconds: nil, receiveMilliseconds: 100)
        let isDone = Mutex(false)
        try withDripping(client, while: { !isDone.withLock { $0 } }) {
            let error = #expect(throws: SocketError.self) { try Self.read(1_000_000, from: server) }
            #expect(error?.code == .timeout)
            isDone.withLock { $0 = true }
        }
    }

    @Test func `an end that does not read is a timeout for the writer`() throws {
        let (_, client, server) = try pair()
        client.setTimeouts(sendMilliseconds: 20, receiveMilliseconds: nil)
        let much = [UInt8](repeating: 0, count: 8 << 20)
        let error = #expect(throws: SocketError.self) { try client.write(much.rawSpan) }
        #expect(error?.code == .timeout)
        server.close()
    }

    @Test func `writing to an end that is gone throws and sends no signal`() throws {
        let (_, client, server) = try pair()
        server.close()
        let bytes = [UInt8](repeating: 0, count: 1000)
        let error = #expect(throws: SocketError.self) { try client.write(bytes.rawSpan) }
        #expect(error?.code == .closed)
    }

    @Test func `what an end said before it left can be read by who still meant to write`() throws {
        let (_, client, server) = try pair()
        let last: [UInt8] = [9, 9]
        try server.write(last.rawSpan)
        server.close()
        let question: [UInt8] = [1]
        #expect(throws: SocketError.self) { try client.write(question.rawSpan) }
        #expect(try Self.read(2, from: client) == last)
        #expect(throws: SocketError.self) { try client.write(question.rawSpan) }
    }

    @Test func `a message that was cut off is followed by no other`() throws {
        let (_, client, server) = try pair()
        client.setTimeouts(sendMilliseconds: 20, receiveMilliseconds: nil)
        let much = [UInt8](repeating: 0, count: 8 << 20)
        #expect(throws: SocketError.self) { try client.write(much.rawSpan) }
        let next: [UInt8] = [1]
        let error = #expect(throws: SocketError.self) { try client.write(next.rawSpan) }
        #expect(error?.code == .closed)
        #expect(throws: SocketError.self, "the reader learns that the message ends too early") { try Self.read(much.count, from: server) }
    }

    @Test func `shutdown from another thread wakes a reader`() throws {
        let (_, client, server) = try pair()
        let stopper = try Threads.start(name: "stopper") { server.shutdown() }
        var one = SecretBytes(zeros: 1)
        var bytes = one.mutableBytes
        #expect(try server.readOrEnd(into: &bytes) == false)
        stopper.join()
        client.close()
    }

    @Test func `a closed connection is used no more`() throws {
        let (_, client, _) = try pair()
        client.close()
        client.close()
        client.shutdown()
        let byte: [UInt8] = [1]
        let error = #expect(throws: SocketError.self) { try client.write(byte.rawSpan) }
        #expect(error?.code == .closed)
    }

    private static func read(_ count: Int, from connection: LocalSocketConnection) throws -> [UInt8] {
        try [UInt8](count: count) { (out: inout MutableRawSpan) throws(SocketError) in try connection.read(exactly: &out) }
    }

    @discardableResult
    private static func readOrEnd(_ count: Int, from connection: LocalSocketConnection) throws -> [UInt8] {
        try [UInt8](count: count) { (out: inout MutableRawSpan) throws(SocketError) in _ = try connection.readOrEnd(into: &out) }
    }

    private func withDripping(
        _ connection: LocalSocketConnection,
        while goOn: @Sendable @escaping () -> Bool,
        _ body: () throws -> Void
    ) throws {
        let dripping = try Threads.start(name: "dripping") {
            let drop: [UInt8] = [0]
            while goOn(), (try? connection.write(drop.rawSpan)) != nil { usleep(1000) }
        }
        try body()
        dripping.join()
    }
}
