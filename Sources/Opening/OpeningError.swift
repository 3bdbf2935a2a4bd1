package import Keeper
internal import Records
internal import Refusals
package import System

/// Why a record was not opened. Erased, expired, missing and corrupt are four different answers, and "not yours" a fifth.
package struct OpeningError: Refusal, Sendable {
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

    /// The one answer to every kind of tampering.
    static let corrupt = OpeningError(
        .corrupt, "the record was changed or is damaged: nothing of it is shown; tell the custodian to run 'vault-admin check'")

    /// The answer for a conversation whose key was destroyed before its day.
    static let erased = OpeningError(.erased, "the record was erased before its day; nobody can open it")

    /// The answer where no file of a conversation is there, and it was not erased.
    static func missing(_ id: ConversationID) -> OpeningError {
        OpeningError(
            .missing,
            "there is no conversation \(id) in this vault: no file of it is here, and it was not erased; if its day is over, it expired and was "
                + "removed, else ask whoever keeps the vault")
    }

    /// The one answer to whoever has no box in it.
    static let notYours = OpeningError(.notYours, "the record is sealed to somebody else: only they, or two leads together, can open it")

    init(_ error: FileError) {
        self.init(.storage(error.code), error.description)
    }

    init(_ error: KeeperError) {
        self.init(.keeper(error.code), error.message)
    }
}

extension OpeningError.Code {
    /// The module's own kinds, without what came with them.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "opening"

        case missing, expired, erased, notYours, corrupt, unsupportedVersion, noPage
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .missing: Kind.missing.refusalCode
        case .expired: Kind.expired.refusalCode
        case .erased: Kind.erased.refusalCode
        case .notYours: Kind.notYours.refusalCode
        case .corrupt: Kind.corrupt.refusalCode
        case .unsupportedVersion: Kind.unsupportedVersion.refusalCode
        case .noPage: Kind.noPage.refusalCode
        case .keeper(let code): code.refusalCode
        case .storage(let code): code.refusalCode
        }
    }
}
