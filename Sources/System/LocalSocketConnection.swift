internal import CSystemShim
internal import Glibc
internal import Synchronization

/// Who is at the other end of a local socket, as the kernel knows it.
package struct PeerCredentials: Equatable, Sendable {
    /// The user id with which the other process connected or listened.
    package let user: UInt32
    /// Its group id.
    package let group: UInt32
    /// Its process id then; for messages alone, because numbers are used again.
    package let process: Int32

    /// Credentials.
    package init(user: UInt32, group: UInt32, process: Int32) {
        self.user = user
        self.group = group
        self.process = process
    }
}

/// One end of a Unix stream connection; bytes go straight from and to spans, which may lie in guarded memory.
///
/// Used by one thread at a time; `shutdown()` alone may be called from any other. Where a message was cut off in the middle, by a timeout or
/// an error, nothing more is read, or written, because nobody could tell where the next message begins. What cannot be written closes the
/// writing direction alone: what the other end said before it left can still be read.
package final class LocalSocketConnection: Sendable {
    private struct Timeouts {
        var send: Int?
        var receive: Int?
    }

    private let descriptor: OwnedDescriptor
    private let timeouts = Mutex(Timeouts())

    /// Who is at the other end.
    package let peer: PeerCredentials

    /// Takes over a connected descriptor.
    init(descriptor number: Int32) throws(SocketError) {
        descriptor = OwnedDescriptor(number)
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
        guard unsafe shim_peer_credentials(number, &process, &user, &group) == 0 else {
            throw SocketError(errno: errno, "learn who connected")
        }
        peer = PeerCredentials(user: user, group: group, process: process)
    }

    /// Connects to the listener at `path`.
    ///
    /// Throws `notFound`, `refused` (the listener is gone), `permissionDenied`, `pathTooLong`, or `timeout` where the listener's queue stayed
    /// full for `timeoutMilliseconds`.
    package static func connect(path: String, timeoutMilliseconds: Int = 5000) throws(SocketError) -> LocalSocketConnection {
        let operation = "connect to \(path)"
        let address = try LocalSocketAddress(path, operation)
        let number = try LocalSocketAddress.makeSocket(operation)
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        while true {
            // For Unix sockets the kernel's send timeout bounds the wait for a place in the listener's queue.
            setSendTimeout(number, nanoseconds: deadline.remainingNanoseconds)
            if unsafe address.withPointer({ unsafe Glibc.connect(number, $0, $1) }) == 0 { break }
            let failure = errno
            if failure == EINTR && deadline.remainingNanoseconds != 0 { continue }
            _ = Glibc.close(number)
            throw SocketError(errno: failure == EINTR ? EAGAIN : failure, operation)
        }
        setSendTimeout(number, nanoseconds: 0)
        return try LocalSocketConnection(descriptor: number)
    }

    /// How long one whole read and one whole write may take, in milliseconds; nil, as at first, waits without end.
    package func setTimeouts(sendMilliseconds: Int?, receiveMilliseconds: Int?) {
        timeouts.withLock { $0 = Timeouts(send: sendMilliseconds, receive: receiveMilliseconds) }
    }

    /// Fills all of `bytes`; throws `closed` where the other end stops first, `timeout` where it is too slow.
    package func read(exactly bytes: inout MutableRawSpan) throws(SocketError) {
        guard try readOrEnd(into: &bytes) else {
            throw SocketError(.closed, "cannot read from the socket: the other end closed the connection")
        }
    }

    /// Fills all of `bytes`, or returns false where the other end closed before the first byte.
    ///
    /// Throws `closed` where it closed in the middle. After a `timeout` before the first byte one may read again.
    package func readOrEnd(into bytes: inout MutableRawSpan) throws(SocketError) -> Bool {
        let number = try number("read from the socket")
        let deadline = Deadline(milliseconds: timeouts.withLock { $0.receive })
        var done = 0
        while done < bytes.byteCount {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                retrying { unsafe recv(number, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done, Int32(MSG_DONTWAIT)) }
            }
            if count > 0 {
                done += count
            } else if count == 0 {
                if done == 0 { return false }
                close()
                throw SocketError(.closed, "cannot read from the socket: the other end closed the connection in the middle of a message")
            } else {
                do throws(SocketError) {
                    try wait(errno, for: POLLIN, on: number, deadline, "read from the socket")
                } catch {
                    if done > 0 || error.code != .timeout { close() }
                    throw error
                }
            }
        }
        return true
    }

    /// Writes all of `bytes`; throws `closed` where the other end does not read any more, `timeout` where it is too slow.
    package func write(_ bytes: RawSpan) throws(SocketError) {
        let number = try number("write to the socket")
        let deadline = Deadline(milliseconds: timeouts.withLock { $0.send })
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        var done = 0
        while done < bytes.byteCount {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                retrying { unsafe send(number, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done, flags) }
            }
            if count > 0 {
                done += count
            } else {
                do throws(SocketError) {
                    try wait(errno, for: POLLOUT, on: number, deadline, "write to the socket")
                } catch {
                    if done > 0 || error.code != .timeout { descriptor.whileOpen { _ = Glibc.shutdown($0, Int32(SHUT_WR)) } }
                    throw error
                }
            }
        }
    }

    /// Ends the conversation in both directions, so that a thread that waits in a read or a write comes back; for use from another thread.
    package func shutdown() {
        descriptor.whileOpen { _ = Glibc.shutdown($0, Int32(SHUT_RDWR)) }
    }

    /// Closes the connection; doing it again does nothing.
    package func close() {
        descriptor.close()
    }

    private func number(_ operation: String) throws(SocketError) -> Int32 {
        guard let number = descriptor.value else { throw SocketError(errno: EBADF, operation) }
        return number
    }

    /// After a call that did not succeed with `failure`: waits if it would have blocked, throws otherwise.
    private func wait(
        _ failure: Int32,
        for events: Int32,
        on number: Int32,
        _ deadline: Deadline,
        _ operation: String
    ) throws(SocketError) {
        guard failure == EAGAIN else { throw SocketError(errno: failure, operation) }
        let isReady: Bool
        do throws(SystemCallFailure) {
            isReady = try deadline.wait(for: events, on: number)
        } catch {
            throw SocketError(errno: error.number, operation)
        }
        guard isReady else { throw SocketError(errno: EAGAIN, operation) }
    }

    private static func setSendTimeout(_ number: Int32, nanoseconds: Int64?) {
        // The kernel takes zero for "without end"; one microsecond is its shortest.
        let microseconds = nanoseconds.map { $0 == 0 ? 0 : max(1, $0 / 1000) } ?? 0
        var time = timeval(tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
        unsafe setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }
}
