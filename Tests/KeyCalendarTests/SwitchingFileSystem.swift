import Synchronization
import System

/// A machine on which something goes away: when a switch says so, or at an operation.
final class SwitchingFileSystem: ForwardingFileSystem {
    private struct State {
        var isAway = false
        var operations = 0
    }

    private let here: any FileSystem
    private let away: any FileSystem
    private let last: Int?
    private let state = Mutex(State())

    /// `here`, until the switch says or this many operations were done; then `away`.
    init(_ here: any FileSystem, _ away: any FileSystem, after last: Int? = nil) {
        self.here = here
        self.away = away
        self.last = last
    }

    var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }

    var base: any FileSystem {
        let isAway = state.withLock { state in
            state.operations += 1
            if let last, state.operations > last { state.isAway = true }
            return state.isAway
        }
        return isAway ? away : here
    }
}
