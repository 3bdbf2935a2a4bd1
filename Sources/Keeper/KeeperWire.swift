package import Sodium
package import System

/// Frames on a socket.
package enum KeeperWire {
    /// What comes next from a program that asks.
    package enum Incoming: Equatable, Sendable {
        /// It has ended the conversation.
        case end
        /// The bytes of a frame after its length.
        case frame([UInt8])
        /// A length that no frame has; what follows cannot be made sense of.
        case impossibleLength
    }

    /// Asks, and returns the bytes of the answer's frame after its length; nil where the other side has ended without one.
    ///
    /// Who is turned away may be so before it has asked: what was said then is its answer.
    package static func answer(to request: KeeperRequest, over connection: LocalSocketConnection) throws(SocketError) -> SecretBytes? {
        do throws(SocketError) {
            try connection.write(request.encoded.rawSpan)
        } catch  where error.code == .closed {
            // Nobody reads any more; what was written before that is there to be read.
        }
        return try readFrame(from: connection)
    }

    /// The bytes of the next frame after its length, in guarded memory, because an answer may hold leaves; nil where the other side has ended
    /// cleanly.
    package static func readFrame(from connection: LocalSocketConnection) throws(SocketError) -> SecretBytes? {
        guard let length = try readLength(from: connection) else { return nil }
        guard (KeeperFrame.prefixBytes...KeeperFrame.maximumBytes).contains(length) else {
            throw SocketError(.closed, "the other side sent a frame of an impossible length")
        }
        return try SecretBytes(count: length) { (out: inout MutableRawSpan) throws(SocketError) in
            try connection.read(exactly: &out)
        }
    }

    /// The next request; requests hold no secrets.
    ///
    /// - Parameters:
    ///   - connection: who asks.
    ///   - idleMilliseconds: how long it may say nothing before a request; throws `timeout` then.
    ///   - messageMilliseconds: how long it may take from a request's first byte to its last.
    package static func readRequest(
        from connection: LocalSocketConnection, idleMilliseconds: Int, messageMilliseconds: Int
    ) throws(SocketError) -> Incoming {
        var isThere = false
        connection.setTimeouts(sendMilliseconds: messageMilliseconds, receiveMilliseconds: idleMilliseconds)
        let first = try [UInt8](count: 1) { (out: inout MutableRawSpan) throws(SocketError) in
            isThere = try connection.readOrEnd(into: &out)
        }
        guard isThere else { return .end }
        connection.setTimeouts(sendMilliseconds: messageMilliseconds, receiveMilliseconds: messageMilliseconds)
        let rest = try [UInt8](count: KeeperFrame.lengthBytes - 1) { (out: inout MutableRawSpan) throws(SocketError) in
            try connection.read(exactly: &out)
        }
        let length = Self.length(first + rest)
        guard (KeeperFrame.prefixBytes...KeeperFrame.maximumBytes).contains(length) else { return .impossibleLength }
        return .frame(
            try [UInt8](count: length) { (out: inout MutableRawSpan) throws(SocketError) in
                try connection.read(exactly: &out)
            })
    }

    private static func readLength(from connection: LocalSocketConnection) throws(SocketError) -> Int? {
        var isThere = false
        let prefix = try [UInt8](count: KeeperFrame.lengthBytes) { (out: inout MutableRawSpan) throws(SocketError) in
            isThere = try connection.readOrEnd(into: &out)
        }
        return isThere ? length(prefix) : nil
    }

    private static func length(_ prefix: [UInt8]) -> Int {
        prefix.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
