internal import Glibc
internal import Refusals

/// Why an operation on a file failed.
package struct FileError: Refusal, Equatable, Sendable {
    /// The kinds of failure that callers tell apart.
    package enum Code: Equatable, Sendable {
        /// Nothing lies at the path.
        case notFound
        /// Something lies there already.
        case exists
        /// The user may not.
        case permissionDenied
        /// The device or the quota is full.
        case noSpace
        /// Another process holds the lock, or listens on the socket.
        case busy
        /// It is a directory, a link, a socket or a device, where a regular file is needed.
        case notARegularFile
        /// It is longer than its named limit.
        case tooLarge
        /// The device failed.
        case inputOutput
        /// The file system is mounted read-only.
        case readOnly
        /// The handle failed before, or is closed.
        case poisoned
        /// The machine crashed (in a simulation).
        case crashed
        /// Another error of the system's, by number.
        case other(Int32)
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }
    /// What was tried: `read`, `write`, `create`.
    package let operation: String
    /// Where.
    package let path: String

    /// A failure of `operation` at `path`.
    package init(_ code: Code, _ operation: String, _ path: String) {
        self.code = code
        self.operation = operation
        self.path = path
    }

    /// The failure that the system's `errno` stands for.
    init(errno number: Int32, _ operation: String, _ path: String) {
        let code: Code =
            switch number {
            case ENOENT, ENOTDIR: .notFound
            case EEXIST, ENOTEMPTY: .exists
            case EACCES, EPERM: .permissionDenied
            case ENOSPC, EDQUOT: .noSpace
            case EWOULDBLOCK, EADDRINUSE: .busy
            case EISDIR, ELOOP, ENXIO: .notARegularFile
            case EFBIG, ENAMETOOLONG: .tooLarge
            case EIO: .inputOutput
            case EROFS: .readOnly
            default: .other(number)
            }
        self.init(code, operation, path)
    }

    /// One line for a person, with the path: what failed, why, what to do.
    package var description: String { "cannot \(operation) \(path): \(reasonAndAdvice)" }

    /// One line for a person, without the path, for files whose place is nobody's business.
    package var descriptionWithoutPath: String { "cannot \(operation): \(reason)" }

    /// Why, and what to do.
    package var reasonAndAdvice: String { "\(reason); \(advice)" }

    private var advice: String {
        switch code {
        case .notFound: "check the path"
        case .exists: "choose another path"
        case .permissionDenied: "run as a user who may, or have its owner or mode changed"
        case .noSpace: "free some, then try again"
        case .busy: "wait until that is done, then try again"
        case .notARegularFile: "name a file itself, not a directory, a device or a link"
        case .tooLarge: "check that it is the right one"
        case .inputOutput: "check the device"
        case .readOnly: "have it mounted for writing"
        case .poisoned, .crashed, .other: "see to that, then try again"
        }
    }

    /// The reason alone.
    package var reason: String {
        switch code {
        case .notFound: "it does not exist"
        case .exists: "it exists already"
        case .permissionDenied: "permission denied"
        case .noSpace: "no space left on the device"
        case .busy: "another process is using it"
        case .notARegularFile: "it is not a regular file"
        case .tooLarge: "it is too large"
        case .inputOutput: "the device reported an input/output error"
        case .readOnly: "the file system is read-only"
        case .poisoned: "an earlier write failed, so nothing more is written through this handle"
        case .crashed: "the machine stopped"
        case .other(let number): unsafe String(cString: strerror(number))
        }
    }
}

extension FileError.Code {
    /// The module's own kinds, without what came with them.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "file"

        case notFound, exists, permissionDenied, noSpace, busy, notARegularFile, tooLarge, inputOutput, readOnly, poisoned, crashed, other
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .notFound: Kind.notFound.refusalCode
        case .exists: Kind.exists.refusalCode
        case .permissionDenied: Kind.permissionDenied.refusalCode
        case .noSpace: Kind.noSpace.refusalCode
        case .busy: Kind.busy.refusalCode
        case .notARegularFile: Kind.notARegularFile.refusalCode
        case .tooLarge: Kind.tooLarge.refusalCode
        case .inputOutput: Kind.inputOutput.refusalCode
        case .readOnly: Kind.readOnly.refusalCode
        case .poisoned: Kind.poisoned.refusalCode
        case .crashed: Kind.crashed.refusalCode
        case .other: Kind.other.refusalCode
        }
    }
}
