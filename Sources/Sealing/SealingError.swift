package import Keeper
internal import Refusals
package import System

/// Why a transcript was not sealed.
package struct SealingError: Refusal, Sendable {
    /// The kinds of failure.
    package enum Code: Equatable, Sendable {
        /// The conversation is older than its retention period.
        case overAge
        /// The conversation was erased: nothing more is sealed into it.
        case erased
        /// There is no page for the day, and none could be drawn.
        case noPage
        /// A line is longer than a record may be.
        case tooLarge
        /// The keeper did not answer as it should.
        case keeper(KeeperError.Code)
        /// A file could not be written; what was begun was removed.
        case storage(FileError.Code)
        /// The part was abandoned after an earlier failure, or is closed.
        case abandoned
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

    init(_ error: FileError) {
        self.init(.storage(error.code), error.description)
    }

    init(_ error: KeeperError) {
        self.init(.keeper(error.code), error.message)
    }
}

extension SealingError.Code {
    /// The module's own kinds, without what came with them.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "sealing"

        case overAge, erased, noPage, tooLarge, abandoned
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .overAge: Kind.overAge.refusalCode
        case .erased: Kind.erased.refusalCode
        case .noPage: Kind.noPage.refusalCode
        case .tooLarge: Kind.tooLarge.refusalCode
        case .abandoned: Kind.abandoned.refusalCode
        case .keeper(let code): code.refusalCode
        case .storage(let code): code.refusalCode
        }
    }
}
