internal import Refusals

/// Why the keeper did not do what it was asked.
package struct KeeperError: Refusal, Equatable, Sendable {
    /// The kinds of failure; the raw values stand in the protocol.
    package enum Code: UInt8, RefusalCode {
        /// What the module is called in codes.
        package static let module = "keeper"

        /// Nobody listens on the socket.
        case notRunning = 1
        /// The user may not ask this.
        case notAllowed = 2
        /// Too many leaves in too short a time.
        case limited = 3
        /// The other side does not speak the protocol.
        case malformed = 4
        /// The approvals do not suffice, or the act is refused.
        case refused = 5
        /// The keeper could not store the change; nothing was changed.
        case failed = 6
        /// The keeper is of another vault.
        case otherVault = 7
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }
    /// One line: what, why, what to do.
    package let message: String

    /// One line for a person.
    package var description: String { message }

    /// A failure.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
