internal import Glibc

/// The moment until which something is waited for, on the clock that nobody can set.
struct Deadline {
    private let nanoseconds: Int64?

    /// `milliseconds` from now; nil waits without end.
    init(milliseconds: Int?) {
        nanoseconds = milliseconds.map { Self.now() + Int64(min(max(0, $0), 1 << 40)) * 1_000_000 }
    }

    /// What is left, rounded up, at least 0; nil where there is no end.
    var remainingNanoseconds: Int64? {
        nanoseconds.map { max(0, $0 - Self.now()) }
    }

    /// Waits until `descriptor` is ready for `events`, was closed at the other end, or failed; false when the time is over.
    func wait(for events: Int32, on descriptor: Int32) throws(SystemCallFailure) -> Bool {
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            // Rounded up: rounding down would spin through the last millisecond.
            let milliseconds = remainingNanoseconds.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
            let count = unsafe poll(&entry, 1, milliseconds)
            if count > 0 { return true }
            if count < 0 && errno != EINTR { throw SystemCallFailure(number: errno) }
            if remainingNanoseconds == 0 { return false }
        }
    }

    private static func now() -> Int64 {
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
