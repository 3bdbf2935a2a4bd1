/// What can go wrong when an age file is read or written.
///
/// The codes tell apart what a caller has to tell apart; the message says what failed and what to do. Neither ever holds content, keys or
/// passphrases.
public struct AgeError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable, CaseIterable {
        /// The header was read, and none of the identities unwraps its file key: it is for somebody else, or the passphrase is wrong.
        case noMatch
        /// The header breaks the format, or a limit of this reader.
        case headerMalformed
        /// The file key was unwrapped, and the header is not the one it was made for.
        case headerMAC
        /// The header is fine, and the payload was changed, cut or lengthened.
        case payload
        /// The armor of an armored file is not as it must be, or armor is not accepted here.
        case armor
        /// A recipient, an identity or a passphrase is malformed or cannot be used.
        case keyMalformed
        /// The machine has too little memory for the work factor of the passphrase.
        case memory
        /// The caller's own source or sink failed; `cause` is its error.
        case callerIO
    }

    /// The kind of failure.
    public let code: Code

    /// One line for a person, in lower case.
    public let message: String

    /// The error that the caller's source or sink threw, for `callerIO`.
    public let cause: (any Error)?

    /// The message.
    public var description: String { message }

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    static func header(_ what: String) -> AgeError {
        AgeError(.headerMalformed, "not a valid age header: \(what)")
    }

    /// One refusal for all that can be wrong with a payload: it tells nothing about where or how it was changed.
    static var payload: AgeError {
        AgeError(.payload, "the age payload was changed or is incomplete: get the file again")
    }
}
