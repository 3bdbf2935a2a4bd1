internal import Synchronization

/// A clock that stands still until it is moved; for tests, and for rehearsing what a later day will do.
package final class ManualClock: WallClock {
    private struct State {
        var seconds: Int64
        var nanoseconds: UInt32 = 0
        var sinceBoot: Int64
        var boot: [UInt8]
    }

    private let state: Mutex<State>

    /// A clock at `seconds` since 1970 UTC, on a machine that started `secondsSinceBoot` before.
    package init(seconds: Int64, secondsSinceBoot: Int64 = 3600, bootIdentifier: [UInt8] = [UInt8](repeating: 1, count: 16)) {
        state = Mutex(State(seconds: seconds, sinceBoot: secondsSinceBoot, boot: bootIdentifier))
    }

    /// The time it was set to.
    package func now() -> (seconds: Int64, nanoseconds: UInt32) {
        state.withLock { ($0.seconds, $0.nanoseconds) }
    }

    /// The seconds it let pass since its machine started.
    package func secondsSinceBoot() -> Int64 {
        state.withLock { $0.sinceBoot }
    }

    /// The identifier it was given, changed by each restart.
    package func bootIdentifier() -> [UInt8] {
        state.withLock { $0.boot }
    }

    /// Lets time pass on both clocks.
    package func advance(seconds: Int64) {
        state.withLock {
            $0.seconds += seconds
            $0.sinceBoot += seconds
        }
    }

    /// Sets the wall clock alone, rightly or wrongly, as an administrator or a time server would.
    package func set(seconds: Int64, nanoseconds: UInt32 = 0) {
        state.withLock {
            $0.seconds = seconds
            $0.nanoseconds = nanoseconds
        }
    }

    /// Restarts the machine: `pauseSeconds` go by on the wall clock, the time since boot begins again, the boot gets another identifier.
    package func reboot(pauseSeconds: Int64 = 60) {
        state.withLock {
            $0.seconds += pauseSeconds
            $0.sinceBoot = 0
            for index in $0.boot.indices {
                $0.boot[index] &+= 1
                if $0.boot[index] != 0 { break }
            }
        }
    }
}
