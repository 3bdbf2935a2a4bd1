internal import Glibc

/// A Unix socket's address, made from a path that was checked.
@safe struct LocalSocketAddress {
    /// The longest path that fits into `sockaddr_un` with the zero byte behind it.
    static let pathLimitBytes = 107

    private var address = sockaddr_un()

    /// The address of `path`; `operation` is what a refusal says could not be done.
    init(_ path: String, _ operation: String) throws(SocketError) {
        let count = path.utf8.count
        guard count <= Self.pathLimitBytes else {
            throw SocketError(
                .pathTooLong,
                "cannot \(operation): the path has \(count) bytes and a socket's may have \(Self.pathLimitBytes); use a shorter one"
            )
        }
        // An empty path, or one that begins with a zero byte, would silently be an address outside the file system.
        guard count > 0, !path.utf8.contains(0) else { throw SocketError(errno: EINVAL, operation) }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    }

    /// Gives the address to a system call in the form it wants.
    func withPointer(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe call($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    /// A new Unix stream socket that no child inherits.
    static func makeSocket(_ operation: String) throws(SocketError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(errno: errno, operation) }
        return descriptor
    }
}
