import Glibc
import Sodium
import System
import Testing

/// Who may take a path to listen on, and what becomes of the socket file.
@Suite struct LocalSocketListenerTests {
    let directory = try? TemporaryDirectory()
    let fileSystem = DiskFileSystem()

    private func path(_ name: String = "s") throws -> String { "\(try #require(directory).path)/\(name)" }

    @Test(arguments: [0o600, 0o660, 0o666] as [UInt32]) func `the socket file gets exactly its mode`(mode: UInt32) throws {
        let listener = try LocalSocketListener(path: path(), mode: mode)
        #expect(try fileSystem.status(listener.path)?.mode == mode)
    }

    @Test func `closing removes the socket file, and whoever connects then finds nothing`() throws {
        let listener = try LocalSocketListener(path: path(), mode: 0o600)
        listener.close()
        #expect(try fileSystem.status(listener.path) == nil)
        #expect(Self.codeOfConnecting(listener.path) == .notFound)
    }

    @Test func `a path somebody listens on is busy, and goes on working`() throws {
        let first = try LocalSocketListener(path: path(), mode: 0o600)
        #expect(Self.codeOfListening(first.path) == .busy)
        // The other's look whether anybody is there came first.
        let look = try #require(try first.accept(timeoutMilliseconds: 5000))
        #expect(try !Self.hasByte(look))
        let client = try LocalSocketConnection.connect(path: first.path)
        #expect(try first.accept(timeoutMilliseconds: 5000) != nil)
        client.close()
    }

    @Test func `a socket file on which nobody listens is replaced`() throws {
        let path = try path()
        let abandoned = try LocalSocketListener(path: path, mode: 0o600)
        // Moved aside before the close and put back after it, the file is what a killed program leaves behind.
        try fileSystem.rename(path, to: "\(path).aside")
        abandoned.close()
        try fileSystem.rename("\(path).aside", to: path)
        #expect(Self.codeOfConnecting(path) == .refused)
        let listener = try LocalSocketListener(path: path, mode: 0o600)
        let client = try LocalSocketConnection.connect(path: path)
        #expect(try listener.accept(timeoutMilliseconds: 5000) != nil)
        client.close()
    }

    @Test func `a listener that closes late leaves its successor's file alone`() throws {
        let path = try path()
        let first = try LocalSocketListener(path: path, mode: 0o600)
        try fileSystem.remove(path)
        let second = try LocalSocketListener(path: path, mode: 0o600)
        first.close()
        #expect(try fileSystem.status(path) != nil)
        let client = try LocalSocketConnection.connect(path: path)
        #expect(try second.accept(timeoutMilliseconds: 5000) != nil)
        client.close()
    }

    @Test func `of many that start at once one listens`() throws {
        let path = try path()
        let outcomes = Outcomes()
        Threads.parallelForEach(count: 16, threads: 16) { _ in
            do throws(SocketError) {
                outcomes.add(try LocalSocketListener(path: path, mode: 0o600))
            } catch {
                outcomes.add(error.code)
            }
        }
        #expect(outcomes.listeners == 1)
        #expect(outcomes.refusals == Array(repeating: .busy, count: 15))
    }

    @Test func `a regular file is not taken for a stale socket`() throws {
        let path = try path()
        let file = try fileSystem.create(path, mode: 0o600)
        try file.close()
        #expect(Self.codeOfListening(path) == .other(EEXIST))
        #expect(try fileSystem.status(path)?.kind == .file)
    }

    @Test func `107 bytes of path are enough and 108 are too many`() throws {
        let prefix = try path("")
        let longest = prefix + String(repeating: "x", count: 107 - prefix.utf8.count)
        let listener = try LocalSocketListener(path: longest, mode: 0o600)
        let client = try LocalSocketConnection.connect(path: longest)
        #expect(try listener.accept(timeoutMilliseconds: 5000) != nil)
        client.close()
        #expect(Self.codeOfListening(longest + "x") == .pathTooLong)
        #expect(Self.codeOfConnecting(longest + "x") == .pathTooLong)
    }

    @Test(arguments: ["", "\0hidden"]) func `an address outside the file system is refused`(path: String) {
        #expect(Self.codeOfListening(path) == .other(EINVAL))
        #expect(Self.codeOfConnecting(path) == .other(EINVAL))
    }

    @Test func `a missing directory is not found`() throws {
        #expect(Self.codeOfListening(try path("missing/s")) == .notFound)
    }

    @Test func `nobody in time is nil`() throws {
        let listener = try LocalSocketListener(path: path(), mode: 0o600)
        #expect(try listener.accept(timeoutMilliseconds: 0) == nil)
        #expect(try listener.accept(timeoutMilliseconds: 10) == nil)
    }

    @Test func `closing wakes the thread that accepts, and refuses who waits`() throws {
        let listener = try LocalSocketListener(path: path(), mode: 0o600)
        let closer = try Threads.start(name: "closer") { listener.close() }
        let error = #expect(throws: SocketError.self) {
            while true { _ = try listener.accept(timeoutMilliseconds: nil) }
        }
        #expect(error?.code == .closed)
        closer.join()

        let second = try LocalSocketListener(path: path("t"), mode: 0o600)
        let waiting = try LocalSocketConnection.connect(path: second.path)
        second.close()
        #expect(try !Self.hasByte(waiting))
    }

    private static func hasByte(_ connection: LocalSocketConnection) throws -> Bool {
        var one = SecretBytes(zeros: 1)
        var bytes = one.mutableBytes
        return try connection.readOrEnd(into: &bytes)
    }

    private static func codeOfListening(_ path: String) -> SocketError.Code? {
        do throws(SocketError) {
            _ = try LocalSocketListener(path: path, mode: 0o600)
            return nil
        } catch {
            return error.code
        }
    }

    private static func codeOfConnecting(_ path: String) -> SocketError.Code? {
        do throws(SocketError) {
            _ = try LocalSocketConnection.connect(path: path)
            return nil
        } catch {
            return error.code
        }
    }
}
