internal import Glibc

/// The signals that ask a program to stop or to look again.
package enum Signal: Sendable, CaseIterable {
    /// SIGTERM: stop.
    case terminate
    /// SIGINT: stop, said a person at the terminal.
    case interrupt
    /// SIGHUP: the terminal is gone, or: read the configuration again.
    case hangUp

    /// The system's number.
    package var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangUp: SIGHUP
        }
    }
}

/// Receives SIGTERM, SIGINT and SIGHUP as values, in a thread that waits for them, instead of in a handler where hardly anything is allowed.
///
/// Made first thing in `main`: threads started before it do not block the signals, and the process would die of one that reached them.
package struct SignalWatcher: Sendable {
    /// Blocks the signals in the calling thread and in all that it starts from now on.
    package init() {
        var signals = Self.signals()
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// The next signal; nil where none came in time. Without a time it waits without end.
    package func next(timeoutMilliseconds: Int?) -> Signal? {
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        var signals = Self.signals()
        while true {
            let number: Int32
            if let left = deadline.remainingNanoseconds {
                var time = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
                number = unsafe sigtimedwait(&signals, nil, &time)
            } else {
                number = unsafe sigwaitinfo(&signals, nil)
            }
            if let signal = Signal.allCases.first(where: { $0.number == number }) { return signal }
            if errno != EINTR || deadline.remainingNanoseconds == 0 { return nil }
        }
    }

    private static func signals() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in Signal.allCases { unsafe sigaddset(&set, signal.number) }
        return set
    }
}
