package import Handover
package import Keeper
package import Opening
internal import Refusals
package import System

/// Why a record was not handed over.
package struct HandingOverError: Refusal, Equatable, Sendable {
    /// The kinds of failure.
    package enum Code: Equatable, Sendable {
        /// The other of the two leads must begin.
        case otherMustBegin
        /// The same lead was named twice.
        case sameLead
        /// The record has no pair of these two leads.
        case notPrepared
        /// What one lead gave on is for another lead than the one at work.
        case notForYou
        /// There is nothing that the new holder does not have already.
        case nothing
        /// A rule of handovers is against it.
        case refused(HandoverError.Code)
        /// The record could not be opened.
        case opening(OpeningError.Code)
        /// The keeper did not record it.
        case keeper(KeeperError.Code)
        /// A file could not be written.
        case storage(FileError.Code)
        /// A pair, or what one lead gave on, was changed or is of another file: one opaque refusal.
        case corrupt
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
    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: HandoverError) { self.init(.refused(error.code), error.description) }
    init(_ error: OpeningError) { self.init(.opening(error.code), error.message) }
    init(_ error: KeeperError) { self.init(.keeper(error.code), "the handover was not recorded, so it was not made: \(error.message)") }
    init(_ error: FileError) {
        self.init(.storage(error.code), "the handover was recorded, but its file was not written: \(error); see to that, and run it again")
    }

    /// The one answer to every kind of tampering.
    static let corrupt = HandingOverError(
        .corrupt, "the record, or what the first lead gave on, was changed or is of another file: nothing was handed over")
    static let notPrepared = HandingOverError(
        .notPrepared, "the record was not prepared for these two leads: another pair of leads must hand it over")
}

extension HandingOverError {
    /// Runs what throws a refusal of a handover.
    static func onHandover<R>(_ body: () throws(HandoverError) -> R) throws(HandingOverError) -> R {
        do throws(HandoverError) { return try body() } catch { throw HandingOverError(error) }
    }

    /// Runs what throws because a record does not open.
    static func onOpening<R: ~Copyable>(_ body: () throws(OpeningError) -> R) throws(HandingOverError) -> R {
        do throws(OpeningError) { return try body() } catch { throw HandingOverError(error) }
    }
}

extension HandingOverError.Code {
    /// The module's own kinds, without what came with them.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "handingOver"

        case otherMustBegin, sameLead, notPrepared, notForYou, nothing, corrupt
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .otherMustBegin: Kind.otherMustBegin.refusalCode
        case .sameLead: Kind.sameLead.refusalCode
        case .notPrepared: Kind.notPrepared.refusalCode
        case .notForYou: Kind.notForYou.refusalCode
        case .nothing: Kind.nothing.refusalCode
        case .corrupt: Kind.corrupt.refusalCode
        case .refused(let code): code.refusalCode
        case .opening(let code): code.refusalCode
        case .keeper(let code): code.refusalCode
        case .storage(let code): code.refusalCode
        }
    }
}
