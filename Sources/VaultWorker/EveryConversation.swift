internal import Console
internal import Identity
internal import Keeper
internal import Opening
internal import PersonalConsole
internal import Roster
internal import System

/// One look at every conversation of whoever is at work. What cannot be opened stops nothing, and is told at the end.
struct EveryConversation {
    /// How many were looked at.
    private(set) var searched = 0
    /// How many could not be, by reason.
    private(set) var skipped = Skipped()

    /// The conversations that could not be searched, by what became of them.
    struct Skipped: Encodable {
        /// Their day is over.
        var expired = 0
        /// They were erased before their day.
        var erased = 0
        /// Their files went away meanwhile.
        var gone = 0
        /// They are sealed to somebody else.
        var not_yours = 0
        /// They were changed or are damaged, in whatever way; files of which nobody can tell whose they are among them.
        var damaged = 0
        /// They are of a later version of the format.
        var later_version = 0
        /// The calendar has no page for their day.
        var no_page = 0
        /// Their files could not be read.
        var unreadable = 0

        /// Those that might hold something.
        var isIncomplete: Bool { damaged + later_version + no_page + unreadable > 0 }
    }

    /// Opens each on all cores, lets `examine` look at it there, and hands what that found to `show`, the next to expire first.
    mutating func look<Finding: Sendable>(
        _ session: borrowing PersonSession,
        _ examine: @Sendable (OpenedConversation) -> Finding?,
        show: (ConversationReader.Summary, Finding) throws -> Void
    ) throws {
        // Asked first, so that a keeper of another vault is named as what it is.
        _ = try session.keeper.today()
        let (summaries, unreadable) = try session.reader.conversations(of: session.holder.keyID)
        skipped.damaged = unreadable
        var progress = Progress("searching", of: summaries.count)
        var done = 0
        try session.reader.examine(summaries, reader: session.owner.record, examine) { summary, result throws in
            done += 1
            switch result {
            case .success(let finding):
                searched += 1
                if let finding { try show(summary, finding) }
            case .failure(let error): try skip(error)
            }
            progress.update(done)
            return true
        }
    }

    private mutating func skip(_ error: OpeningError) throws {
        switch error.code {
        case .expired: skipped.expired += 1
        case .erased: skipped.erased += 1
        case .missing, .storage(.notFound): skipped.gone += 1
        case .notYours: skipped.not_yours += 1
        case .corrupt: skipped.damaged += 1
        case .unsupportedVersion: skipped.later_version += 1
        case .noPage: skipped.no_page += 1
        case .storage: skipped.unreadable += 1
        case .keeper: throw error
        }
    }

    /// Tells what was not searched; throws where something may have been missed.
    func tellSkipped() throws(ConsoleError) {
        let ended = [
            (skipped.expired, "expired: their keys are destroyed"), (skipped.erased, "erased"),
            (skipped.gone, "gone since the search began"), (skipped.not_yours, "sealed to somebody else"),
        ]
        for (count, what) in ended where count > 0 { Output.note("not searched: \(count) \(what)") }
        guard skipped.isIncomplete else { return }
        let missed = [
            (skipped.damaged, "damaged"), (skipped.later_version, "of a later version"),
            (skipped.no_page, "without a page in the calendar"),
            (skipped.unreadable, "unreadable"),
        ]
        let list = missed.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        throw ConsoleError(
            .incomplete,
            "not everything could be searched: \(list); what was found in the rest is shown; tell the custodian to run 'vault-admin check'")
    }
}
