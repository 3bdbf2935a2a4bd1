internal import Certificate
package import Handover
package import Keeper
package import KeyCalendar
package import Ledger
internal import Refusals
package import Roster
package import System

/// What can go wrong with keeping the calendar.
package struct RetentionError: Refusal, Equatable, Sendable {
    /// The kinds of failure.
    package enum Code: RefusalCode {
        /// What the module is called in codes.
        package static let module = "retention"

        /// The act may not be done: approvals, days or limits are against it.
        case refused
        /// This version does not know the act.
        case notAvailable
        /// What was asked is not in the form of a question.
        case malformed
        /// Another keeper is running.
        case busy
        /// There is no vault, no cell or no identity where one was named.
        case missing
        /// There is a cell or a keeper already.
        case exists
        /// The request or the cell is another vault's.
        case otherVault
        /// It could not be done; nothing was changed, or what was begun is finished next.
        case failed
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }
    /// One line for a person: what failed, why, what to do.
    package let message: String

    /// The message.
    package var description: String { message }

    /// A failure.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// A failure of the calendar.
    package init(_ error: KeyCalendarError) {
        let code: Code =
            switch error.code {
            case .outOfBounds, .noPage, .held, .requestSpent, .beyondTimeBudget: .refused
            case .busy: .busy
            case .cellMissing: .missing
            case .exists: .exists
            case .cellFromAnotherVault: .otherVault
            default: .failed
            }
        self.init(code, error.message)
    }

    /// A failure of the ledger.
    package init(_ error: LedgerError) {
        self.init(error.code == .busy ? .busy : .failed, error.message)
    }

    /// A failure of a roster or an approval.
    package init(_ error: RosterError) {
        switch error.code {
        case .storage: self.init(.failed, error.description)
        case .missing: self.init(.missing, error.description)
        case .otherVault, .notPinnedVault: self.init(.otherVault, error.description)
        default: self.init(.refused, error.description)
        }
    }

    /// A refusal of a handover.
    package init(_ error: HandoverError) {
        self.init(error.code == .otherVault ? .otherVault : .refused, error.description)
    }

    /// A failure of the file system.
    package init(_ error: FileError) {
        self.init(error.code == .notFound ? .missing : .failed, error.description)
    }

    /// A failure of the socket.
    package init(_ error: SocketError) {
        self.init(error.code == .busy ? .busy : .failed, error.message)
    }

    /// What a program is told that asked over the socket.
    package var answer: KeeperError {
        switch code {
        case .refused, .notAvailable: KeeperError(.refused, message)
        case .malformed: KeeperError(.malformed, message)
        case .otherVault: KeeperError(.otherVault, message)
        case .busy, .missing, .exists, .failed: KeeperError(.failed, message)
        }
    }
}

extension RetentionError {
    /// Runs what throws an error of the calendar.
    static func onCalendar<Result: ~Copyable>(_ body: () throws(KeyCalendarError) -> Result) throws(RetentionError) -> Result {
        do throws(KeyCalendarError) { return try body() } catch { throw RetentionError(error) }
    }

    /// Runs what throws an error of a roster.
    static func onRoster<Result>(_ body: () throws(RosterError) -> Result) throws(RetentionError) -> Result {
        do throws(RosterError) { return try body() } catch { throw RetentionError(error) }
    }

    /// Runs what throws a refusal of a handover.
    static func onHandover<Result>(_ body: () throws(HandoverError) -> Result) throws(RetentionError) -> Result {
        do throws(HandoverError) { return try body() } catch { throw RetentionError(error) }
    }

    /// Runs what throws an error of the ledger.
    static func onLedger<Result>(_ body: () throws(LedgerError) -> Result) throws(RetentionError) -> Result {
        do throws(LedgerError) { return try body() } catch { throw RetentionError(error) }
    }

    /// Runs what throws an error of a certificate.
    static func onCertificates<Result>(_ body: () throws(CertificateError) -> Result) throws(RetentionError) -> Result {
        do throws(CertificateError) { return try body() } catch { throw RetentionError(.failed, error.description) }
    }

    /// Runs what throws an error of the file system.
    static func onFiles<Result>(_ body: () throws(FileError) -> Result) throws(RetentionError) -> Result {
        do throws(FileError) { return try body() } catch { throw RetentionError(error) }
    }
}
