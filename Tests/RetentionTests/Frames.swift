import Keeper
import Sodium
import System

/// Frames looked at from outside, without the client.
enum Frames {
    /// The code of a failure's whole frame; nil for any other.
    static func code(_ frame: [UInt8]) -> KeeperError.Code? {
        guard frame.count > 6, frame[5] == KeeperAnswer.failure.rawValue else { return nil }
        return KeeperError.Code(rawValue: frame[6])
    }

    /// The code of the failure that comes next on a connection; nil for any other answer, or where it was ended without one.
    static func code(_ connection: LocalSocketConnection) throws -> KeeperError.Code? {
        connection.setTimeouts(sendMilliseconds: 10_000, receiveMilliseconds: 10_000)
        do throws(SocketError) {
            guard let frame = try KeeperWire.readFrame(from: connection) else { return nil }
            return code([0, 0, 0, 0] + frame.bytes.array)
        } catch {
            if error.code == .timeout { throw error }
            return nil
        }
    }
}
