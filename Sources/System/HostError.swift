internal import Glibc
internal import Refusals

/// Why the machine could not do something that has to do with neither a file's contents nor a socket.
package struct HostError: Refusal, Equatable, Sendable {
    /// The kinds of failure that callers tell apart.
    package enum Code: Equatable, Sendable {
        /// The process has no terminal on which to ask.
        case noTerminal
        /// More was given than there is room for.
        case tooLong
        /// The input ended before anything came.
        case endOfInput
        /// What was read is not text in UTF-8.
        case notText
        /// The person stopped it with a signal.
        case interrupted
        /// Nobody reads what is written (a closed pipe).
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
        self.init(number == EPIPE ? .closed : .other(number), "cannot \(operation): \(unsafe String(cString: strerror(number)))")
    }

    /// The message.
    package var description: String { message }
}

extension HostError.Code {
    /// The module's own kinds, without what came with them.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "host"

        case noTerminal, tooLong, endOfInput, notText, interrupted, closed, other
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .noTerminal: Kind.noTerminal.refusalCode
        case .tooLong: Kind.tooLong.refusalCode
        case .endOfInput: Kind.endOfInput.refusalCode
        case .notText: Kind.notText.refusalCode
        case .interrupted: Kind.interrupted.refusalCode
        case .closed: Kind.closed.refusalCode
        case .other: Kind.other.refusalCode
        }
    }
}
