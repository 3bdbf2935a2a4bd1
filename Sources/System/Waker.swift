internal import Glibc

/// Wakes a thread that waits for something else: a pipe into which a byte is written, and from which none is ever read.
final class Waker: Sendable {
    private let ends: (reading: OwnedDescriptor, writing: OwnedDescriptor)

    init() throws(SocketError) {
        var numbers: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutablePointer(to: &numbers) { pointer in
            unsafe pointer.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe pipe($0) }
        }
        guard result == 0 else { throw SocketError(errno: errno, "make a pipe") }
        ends = (OwnedDescriptor(numbers.0), OwnedDescriptor(numbers.1))
        for number in [numbers.0, numbers.1] { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
    }

    /// What can be read from when it is time to wake.
    var descriptor: Int32? { ends.reading.value }

    func wake() {
        var byte: UInt8 = 1
        ends.writing.whileOpen { number in _ = unsafe Glibc.write(number, &byte, 1) }
    }
}
