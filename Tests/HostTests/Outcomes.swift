import Synchronization
import System

/// What became of several attempts to listen; the listeners stay open as long as this lives.
final class Outcomes: Sendable {
    private let state = Mutex<(open: [LocalSocketListener], refused: [SocketError.Code])>(([], []))

    var listeners: Int { state.withLock { $0.open.count } }
    var refusals: [SocketError.Code] { state.withLock { $0.refused } }

    func add(_ listener: LocalSocketListener) {
        state.withLock { $0.open.append(listener) }
    }

    func add(_ code: SocketError.Code) {
        state.withLock { $0.refused.append(code) }
    }
}
