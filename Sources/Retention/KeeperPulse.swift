internal import Keeper
internal import Sodium
internal import Synchronization
internal import System

/// Asks the keeper a question over its own socket, as any program would: what a watchdog is fed by, so that it bites when nobody is answered.
///
/// A connection that is kept asks for the day, which takes every lock that an answer takes and cannot be crowded out by others; a fresh one shows
/// that somebody lets them in, and may be told that there is no room.
package final class KeeperPulse: Sendable {
    private let socket: String
    private let patienceMilliseconds: Int
    private let kept = Mutex<LocalSocketConnection?>(nil)

    /// A pulse of the keeper at `socket`, which may take so long for each of two answers.
    package init(socket: String, patienceMilliseconds: Int) {
        self.socket = socket
        self.patienceMilliseconds = patienceMilliseconds
    }

    /// Whether the keeper answers.
    package func beats() -> Bool {
        guard let kept = kept.withLock({ $0 }) ?? connected(), answer(over: kept) == KeeperAnswer.today.rawValue else {
            self.kept.withLock { $0 = nil }
            return false
        }
        self.kept.withLock { $0 = kept }
        guard let fresh = connected() else { return false }
        defer { fresh.close() }
        return answer(over: fresh) != nil
    }

    private func connected() -> LocalSocketConnection? {
        guard let connection = try? LocalSocketConnection.connect(path: socket, timeoutMilliseconds: patienceMilliseconds) else {
            return nil
        }
        connection.setTimeouts(sendMilliseconds: patienceMilliseconds, receiveMilliseconds: patienceMilliseconds)
        return connection
    }

    /// The type of the answer to what day it is; nil where none came in time.
    private func answer(over connection: LocalSocketConnection) -> UInt8? {
        guard let frame = (try? KeeperWire.answer(to: .today, over: connection)) ?? nil else { return nil }
        return frame.bytes.byteCount > 1 ? frame.bytes.array[1] : nil
    }
}
