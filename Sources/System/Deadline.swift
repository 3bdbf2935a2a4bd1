internal import Glibc

/// The moment until which something is waited for, on the clock that nobody can set.
struct Deadline {
    private let nanoseconds: Int64?

    /// `milliseconds` from now; nil waits without end.
    init(milliseconds: Int?) {
        nanoseconds = milliseconds.map { Self.nowNanoseconds() + Int64(min(max(0, $0), 1 << 40)) * 1_000_000 }
    }

    /// What is left, rounded up, at least 0; nil where there is no end.
    var remainingNanoseconds: Int64? {
        nanoseconds.map { max(0, $0 - Self.nowNanoseconds()) }
    }

    /// Waits until `descriptor` is ready for `events`, was closed at the other end, or failed, or until there is something to read from
    /// `waker`, if one is given; false when the time is over.
    func wait(for events: Int32, on descriptor: Int32, orWokenBy waker: Int32? = nil) throws(SystemCallFailure) -> Bool {
        // The system looks at no negative descriptor.
        var entries: [2 of pollfd] = [
            pollfd(fd: descriptor, events: Int16(events), revents: 0), pollfd(fd: waker ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            // Rounded up: rounding down would spin through the last millisecond.
            let milliseconds = remainingNanoseconds.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
            var span = entries.mutableSpan
            let count = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, nfds_t($0.count), milliseconds) }
            if count > 0 { return true }
            if count < 0 && errno != EINTR { throw SystemCallFailure(number: errno) }
            if remainingNanoseconds == 0 { return false }
        }
    }

    /// The present moment of CLOCK_MONOTONIC, in nanoseconds.
    static func nowNanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// A system call's `errno`, on its way to the error of whoever called.
struct SystemCallFailure: Error {
    /// The number.
    let number: Int32
}
