internal import Glibc

extension LocalSocketListener {
    /// The first descriptor that a service manager hands over (sd_listen_fds(3)).
    private static let firstInherited: Int32 = 3

    /// The listening socket that whoever started this process made for it (LISTEN_PID, LISTEN_FDS); nil where none was handed over.
    ///
    /// It stays theirs: closing it removes no file and turns nobody away, so that who is waiting is answered by the next process.
    ///
    /// - Throws: `other(EINVAL)` where more than one was handed over, or something that is not a Unix stream socket that listens at a path.
    package static func inherited(environment: [String: String]) throws(SocketError) -> LocalSocketListener? {
        guard environment["LISTEN_PID"] == "\(getpid())", let text = environment["LISTEN_FDS"], text != "0" else { return nil }
        let operation = "use the socket that was handed over (LISTEN_FDS)"
        guard text == "1" else {
            throw SocketError(.other(EINVAL), "cannot \(operation): there is more than one; the keeper has one socket")
        }
        guard let path = listeningPath(of: firstInherited) else {
            throw SocketError(.other(EINVAL), "cannot \(operation): it is not a Unix stream socket that listens at a path")
        }
        guard fcntl(firstInherited, F_SETFD, FD_CLOEXEC) == 0, fcntl(firstInherited, F_SETFL, O_NONBLOCK) == 0 else {
            throw SocketError(errno: errno, operation)
        }
        return try LocalSocketListener(inherited: firstInherited, path: path)
    }

    /// The path at which a descriptor listens as a Unix stream socket; nil for any other.
    private static func listeningPath(of descriptor: Int32) -> String? {
        guard option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue), option(SO_ACCEPTCONN, of: descriptor) == 1 else { return nil }
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &length) }
        }
        guard result == 0, address.sun_family == sa_family_t(AF_UNIX), Int(length) > MemoryLayout<sa_family_t>.size else { return nil }
        let bytes = unsafe withUnsafeBytes(of: &address.sun_path) { unsafe Array($0.prefix { $0 != 0 }) }
        return bytes.first == UInt8(ascii: "/") ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }
}
