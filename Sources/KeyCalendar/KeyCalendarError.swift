internal import Refusals
package import System

/// What can go wrong with the key calendar and its cells.
package struct KeyCalendarError: Refusal, Equatable, Sendable {
    /// The kinds of failure.
    package enum Code: Equatable, Sendable {
        /// There is no cell where one was named.
        case cellMissing
        /// The cell belongs to another vault.
        case cellFromAnotherVault
        /// Neither slot of a cell can be read: it is never initialised over.
        case noValidSlot
        /// Cells hold different values of the same age: they were used apart.
        case cellsDiffer
        /// The cells are older than what the ledger, or an act that was begun, says was reached.
        case behindLedger
        /// The calendar that the cell opens is not there.
        case calendarMissing
        /// A calendar or an intent is damaged or was tampered with.
        case corrupt
        /// Another keeper holds the cell.
        case busy
        /// There is something already where a new cell or calendar was to be made.
        case exists
        /// There is no page for the day.
        case noPage
        /// The day cannot be reached without the approval of two leads.
        case beyondTimeBudget
        /// An argument is outside of its limits.
        case outOfBounds
        /// The conversation is held, and a hold blocks destruction.
        case held
        /// The request was used before.
        case requestSpent
        /// The act is carried out, but it could not be recorded or tidied up after.
        case notRecorded
        /// The file system refused, for this reason.
        case storage(FileError.Code)
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }
    /// One line for a person: what failed, why, what to do.
    package let message: String

    /// The message.
    package var description: String { message }

    /// An error of this kind with its line for a person.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension KeyCalendarError {
    static func beyondTimeBudget(asked: UInt32, seen: UInt32, left: UInt16) -> KeyCalendarError {
        KeyCalendarError(
            .beyondTimeBudget,
            "the calendar cannot advance by \(asked) days: \(seen) were seen to pass and \(left) are left in the time budget; "
                + "set the clock right, wait, or have two leads approve the day"
        )
    }

    /// A hold blocks destruction.
    package static var isKept: KeyCalendarError {
        KeyCalendarError(
            .held,
            "the conversation is held, or kept longer for its class, so it is not erased; release it or change its class first"
        )
    }

    /// The one refusal of a calendar that does not verify.
    static var corruptCalendar: KeyCalendarError {
        KeyCalendarError(
            .corrupt,
            "the calendar is damaged or was tampered with; restore it from the copy beside the cell or from a replica"
        )
    }

    static func cellMissing(_ label: String) -> KeyCalendarError {
        KeyCalendarError(
            .cellMissing,
            "\(label) is not there; mount its device, or name the right directory"
        )
    }

    static func behindOtherCell(_ serial: UInt64, _ reached: UInt64) -> KeyCalendarError {
        KeyCalendarError(
            .behindLedger,
            "the cells that can be reached are at calendar \(serial), and the ledger says that \(reached) was reached in another cell while they "
                + "were away; bring that one; if it is lost for good, 'vault-retention restore' goes on with these and says what that undoes"
        )
    }

    static func cellExists(_ label: String) -> KeyCalendarError {
        KeyCalendarError(.exists, "\(label) is a cell already, and nothing is ever initialised over a cell; name another directory")
    }

    static func noValidSlot(_ label: String) -> KeyCalendarError {
        KeyCalendarError(
            .noValidSlot,
            "\(label) holds nothing that can be read, and is left as it is; keep it, and start with another cell alone, if there is one"
        )
    }

    /// A failure at a cell, told without its path.
    static func cell(_ label: String, _ error: FileError) -> KeyCalendarError {
        KeyCalendarError(.storage(error.code), "\(label): \(error.descriptionWithoutPath); see to its device, then run the act again")
    }

    /// A failure at a calendar file, which is no secret.
    static func calendar(_ error: FileError) -> KeyCalendarError {
        KeyCalendarError(.storage(error.code), error.description)
    }

    static func onCell<Result>(_ label: String, _ operation: () throws(FileError) -> Result) throws(KeyCalendarError) -> Result {
        do throws(FileError) { return try operation() } catch { throw .cell(label, error) }
    }

    static func onCalendar<Result>(_ operation: () throws(FileError) -> Result) throws(KeyCalendarError) -> Result {
        do throws(FileError) { return try operation() } catch { throw .calendar(error) }
    }
}

extension KeyCalendarError.Code {
    /// The module's own kinds, without what came with them.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "calendar"

        case cellMissing, cellFromAnotherVault, noValidSlot, cellsDiffer, behindLedger, calendarMissing, corrupt, busy, exists, noPage,
            beyondTimeBudget, outOfBounds, held, requestSpent, notRecorded
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .cellMissing: Kind.cellMissing.refusalCode
        case .cellFromAnotherVault: Kind.cellFromAnotherVault.refusalCode
        case .noValidSlot: Kind.noValidSlot.refusalCode
        case .cellsDiffer: Kind.cellsDiffer.refusalCode
        case .behindLedger: Kind.behindLedger.refusalCode
        case .calendarMissing: Kind.calendarMissing.refusalCode
        case .corrupt: Kind.corrupt.refusalCode
        case .busy: Kind.busy.refusalCode
        case .exists: Kind.exists.refusalCode
        case .noPage: Kind.noPage.refusalCode
        case .beyondTimeBudget: Kind.beyondTimeBudget.refusalCode
        case .outOfBounds: Kind.outOfBounds.refusalCode
        case .held: Kind.held.refusalCode
        case .requestSpent: Kind.requestSpent.refusalCode
        case .notRecorded: Kind.notRecorded.refusalCode
        case .storage(let code): code.refusalCode
        }
    }
}
