internal import CSystemShim
internal import Glibc
internal import Synchronization

/// A Unix stream socket that waits for connections at a path.
///
/// `close()` may be called from another thread than the one that accepts, which then gets `closed`.
package final class LocalSocketListener: Sendable {
    /// How many connections may wait to be accepted.
    private static let queueLimit: Int32 = 128

    /// Where it listens.
    package let path: String

    // Closed when the listener goes away and not in `close()`, so that its number cannot become another file's under a waiting thread.
    private let descriptor: OwnedDescriptor
    private let identity: FileIdentity?
    /// What wakes a thread that waits on a socket that others listen on, too, and that must therefore not be shut down; nil for one's own.
    private let waker: Waker?
    private let isClosed = Mutex(false)

    /// Listens at `path`; the socket file gets exactly `mode`, whatever the umask.
    ///
    /// A socket file on which nobody listens is replaced. Throws `busy` where somebody does, `pathTooLong` over 107 bytes, `notFound` where the
    /// directory is missing, `other(EEXIST)` where something lies there that is not a socket.
    package init(path: String, mode: UInt32) throws(SocketError) {
        let operation = "listen on \(path)"
        let address = try LocalSocketAddress(path, operation)
        // Two programs that start at once must not each take the other's new socket for a stale one.
        let lock = try DirectoryTurn(DiskFileSystem.parent(of: path), operation)
        defer { lock.end() }
        try Self.removeStale(path, address, operation)
        let number = try LocalSocketAddress.makeSocket(operation)
        self.path = path
        descriptor = OwnedDescriptor(number)
        waker = nil
        // Before `listen` every attempt to connect is refused, so nobody gets in while the mode is not yet right.
        guard fcntl(number, F_SETFL, O_NONBLOCK) == 0, unsafe address.withPointer({ unsafe bind(number, $0, $1) }) == 0 else {
            throw SocketError(errno: errno, operation)
        }
        guard unsafe chmod(path, mode) == 0, listen(number, Self.queueLimit) == 0 else {
            let failure = errno
            unsafe unlink(path)
            throw SocketError(errno: failure, operation)
        }
        identity = Self.socketIdentity(path)
    }

    /// Listens on what another process made, and keeps.
    init(inherited number: Int32, path: String) throws(SocketError) {
        self.path = path
        descriptor = OwnedDescriptor(number)
        identity = nil
        waker = try Waker()
    }

    deinit {
        close()
    }

    /// The next connection; nil where none came in time. Without a time it waits without end. Throws `closed` after `close()`.
    package func accept(timeoutMilliseconds: Int?) throws(SocketError) -> LocalSocketConnection? {
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        while let number = descriptor.value {
            do throws(SystemCallFailure) {
                guard try deadline.wait(for: POLLIN, on: number, orWokenBy: waker?.descriptor) else { return nil }
            } catch {
                throw SocketError(errno: error.number, "wait for a connection")
            }
            guard !isClosed.withLock({ $0 }) else { break }
            let connection = shim_accept(number)
            if connection >= 0 { return try LocalSocketConnection(descriptor: connection) }
            let failure = errno
            // The caller may have gone away again between the two calls.
            if [EAGAIN, EINTR, ECONNABORTED].contains(failure) { continue }
            if isClosed.withLock({ $0 }) { break }
            throw SocketError(errno: failure, "accept a connection")
        }
        throw SocketError(.closed, "cannot wait for a connection: the listener is closed")
    }

    /// Stops listening, refuses who waits, and removes the socket file if it is still this listener's. A socket that was handed over stays as it
    /// is, and whoever waits there goes on waiting.
    package func close() {
        let isFirst = isClosed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        guard isFirst else { return }
        if let waker { return waker.wake() }
        let turn = try? DirectoryTurn(DiskFileSystem.parent(of: path), "close")
        if let identity, Self.socketIdentity(path) == identity { _ = unsafe unlink(path) }
        turn?.end()
        descriptor.whileOpen { number in
            _ = Glibc.shutdown(number, Int32(SHUT_RDWR))
            while true {
                let waiting = shim_accept(number)
                if waiting < 0 { break }
                _ = Glibc.close(waiting)
            }
        }
    }

    private static func removeStale(_ path: String, _ address: LocalSocketAddress, _ operation: String) throws(SocketError) {
        var found = stat()
        guard unsafe lstat(path, &found) == 0 else {
            if errno == ENOENT { return }
            throw SocketError(errno: errno, operation)
        }
        guard found.st_mode & S_IFMT == S_IFSOCK else {
            throw SocketError(
                .other(EEXIST),
                "cannot \(operation): something lies there that is not a socket; move it away or use another path"
            )
        }
        let probe = try LocalSocketAddress.makeSocket(operation)
        defer { _ = Glibc.close(probe) }
        guard fcntl(probe, F_SETFL, O_NONBLOCK) == 0 else { throw SocketError(errno: errno, operation) }
        let result = unsafe address.withPointer { unsafe Glibc.connect(probe, $0, $1) }
        let failure = errno
        // EAGAIN: somebody listens whose queue is full.
        if result == 0 || failure == EAGAIN { throw SocketError(errno: EADDRINUSE, operation) }
        guard failure == ECONNREFUSED else { throw SocketError(errno: failure, operation) }
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SocketError(errno: errno, operation) }
    }

    private static func socketIdentity(_ path: String) -> FileIdentity? {
        var found = stat()
        guard unsafe lstat(path, &found) == 0, found.st_mode & S_IFMT == S_IFSOCK else { return nil }
        return FileIdentity(device: UInt64(found.st_dev), inode: UInt64(found.st_ino))
    }
}

/// The turn to change which socket lies in a directory: a `flock` on the directory itself, which leaves no file behind.
private struct DirectoryTurn {
    private static let patienceMilliseconds = 2000

    private let descriptor: OwnedDescriptor

    init(_ directory: String, _ operation: String) throws(SocketError) {
        let number = retrying { unsafe Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard number >= 0 else { throw SocketError(errno: errno, operation) }
        descriptor = OwnedDescriptor(number)
        // Bounded, so that somebody who keeps the lock to do harm gets a clear message out of us and not our silence.
        let deadline = Deadline(milliseconds: Self.patienceMilliseconds)
        while flock(number, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw SocketError(errno: errno, operation) }
            guard deadline.remainingNanoseconds != 0 else {
                throw SocketError(.busy, "cannot \(operation): another program holds the lock of the directory")
            }
            usleep(10_000)
        }
    }

    func end() {
        descriptor.close()
    }
}
