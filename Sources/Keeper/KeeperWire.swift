package import Sodium
package import System

/// Reads frames from a socket into guarded memory, because an answer may hold leaves.
package enum KeeperWire {
    /// The bytes of the next frame after its length; nil where the other side has ended cleanly.
    package static func readFrame(from connection: LocalSocketConnection) throws(SocketError) -> SecretBytes? {
        var isThere = false
        let prefix = try [UInt8](count: KeeperFrame.lengthBytes) { (out: inout MutableRawSpan) throws(SocketError) in
            isThere = try connection.readOrEnd(into: &out)
        }
        guard isThere else { return nil }
        let length = prefix.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard (KeeperFrame.prefixBytes...KeeperFrame.maximumBytes).contains(length) else {
            throw SocketError(.closed, "the other side sent a frame of an impossible length")
        }
        return try SecretBytes(count: length) { (out: inout MutableRawSpan) throws(SocketError) in
            try connection.read(exactly: &out)
        }
    }
}
