package import System

/// What can go wrong with the ledger.
package struct LedgerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: Equatable, Sendable {
        /// A line, a signature or the chain is not what the keeper wrote. Deliberately tells nothing more.
        case refused
        /// Another keeper writes this ledger.
        case busy
        /// An event, or the whole ledger, is larger than its limit.
        case tooLarge
        /// The file system refused, for this reason.
        case storage(FileError.Code)
    }

    /// The kind of failure.
    package let code: Code
    /// One line for a person: what failed, why, what to do.
    package let message: String

    /// The message.
    package var description: String { message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: FileError) {
        switch error.code {
        case .busy: self.init(.busy, "another keeper is running for this vault: stop that one first")
        case .tooLarge: self.init(.tooLarge, "the ledger is larger than this program reads: use a newer one")
        default: self.init(.storage(error.code), "the ledger: \(error.description)")
        }
    }

    static let refused = LedgerError(
        .refused, "the ledger is damaged or was tampered with: keep it as it is, and compare it with a copy or a backup of the vault")
}
