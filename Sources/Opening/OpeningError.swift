package import Keeper
package import System

/// Why a record was not opened. Erased, expired, missing and corrupt are four different answers, and "not yours" a fifth.
package struct OpeningError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: Equatable, Sendable {
        /// The vault has no such conversation.
        case missing
        /// Its day is over: nobody can open it any more.
        case expired
        /// It was erased before its day.
        case erased
        /// It is sealed to somebody else.
        case notYours
        /// It was changed, damaged or forged: one opaque refusal.
        case corrupt
        /// It is of a later version of the format.
        case unsupportedVersion
        /// The key calendar has no page for its day.
        case noPage
        /// The keeper did not answer as it should.
        case keeper(KeeperError.Code)
        /// A file could not be read.
        case storage(FileError.Code)
    }

    /// The kind of failure.
    package let code: Code
    /// One line: what, why, what to do.
    package let message: String

    /// One line for a person.
    package var description: String { message }

    /// A failure.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The one answer to every kind of tampering.
    static let corrupt = OpeningError(.corrupt, "the record was changed or is damaged: nothing of it is shown")

    /// The answer for a conversation whose key was destroyed before its day.
    static let erased = OpeningError(.erased, "the record was erased before its day; nobody can open it")

    /// The one answer to whoever has no box in it.
    static let notYours = OpeningError(.notYours, "the record is sealed to somebody else: only they, or two leads together, can open it")

    init(_ error: FileError) {
        self.init(.storage(error.code), error.description)
    }

    init(_ error: KeeperError) {
        self.init(.keeper(error.code), error.message)
    }
}
