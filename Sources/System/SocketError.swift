internal import Glibc
internal import Refusals

/// Why an operation on a local socket failed.
package struct SocketError: Refusal, Equatable, Sendable {
    /// The kinds of failure that callers tell apart.
    package enum Code: Equatable, Sendable {
        /// Nothing lies at the path.
        case notFound
        /// A socket lies there, and nobody listens on it.
        case refused
        /// The user may not.
        case permissionDenied
        /// Somebody else listens there already.
        case busy
        /// The path is longer than the system's limit.
        case pathTooLong
        /// The other end did not do its part in time.
        case timeout
        /// The connection has ended, here or at the other end.
        case closed
        /// Another error of the system's, by number.
        case other(Int32)
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }
    /// One line for a person: what failed, and why.
    package let message: String

    /// A failure.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The failure that the system's `errno` stands for.
    init(errno number: Int32, _ operation: String) {
        let code: Code =
            switch number {
            case ENOENT, ENOTDIR: .notFound
            case ECONNREFUSED: .refused
            case EACCES, EPERM: .permissionDenied
            case EADDRINUSE: .busy
            case ENAMETOOLONG: .pathTooLong
            case EAGAIN, ETIMEDOUT: .timeout
            case EPIPE, ECONNRESET, ENOTCONN, EBADF: .closed
            default: .other(number)
            }
        self.init(code, "cannot \(operation): \(Self.reason(code))")
    }

    /// The message.
    package var description: String { message }

    private static func reason(_ code: Code) -> String {
        switch code {
        case .notFound: "there is no such socket"
        case .refused: "nobody listens there"
        case .permissionDenied: "permission denied"
        case .busy: "another process listens there"
        case .pathTooLong: "the path is longer than \(LocalSocketAddress.pathLimitBytes) bytes"
        case .timeout: "the other end did not answer in time"
        case .closed: "the connection is closed"
        case .other(let number): unsafe String(cString: strerror(number))
        }
    }
}

extension SocketError.Code {
    /// The module's own kinds, without what came with them.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "socket"

        case notFound, refused, permissionDenied, busy, pathTooLong, timeout, closed, other
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .notFound: Kind.notFound.refusalCode
        case .refused: Kind.refused.refusalCode
        case .permissionDenied: Kind.permissionDenied.refusalCode
        case .busy: Kind.busy.refusalCode
        case .pathTooLong: Kind.pathTooLong.refusalCode
        case .timeout: Kind.timeout.refusalCode
        case .closed: Kind.closed.refusalCode
        case .other: Kind.other.refusalCode
        }
    }
}
