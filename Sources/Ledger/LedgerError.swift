internal import Refusals
package import System

/// What can go wrong with the ledger.
package struct LedgerError: Refusal, Equatable, Sendable {
    /// The kinds of failure.
    package enum Code: Equatable, Sendable {
        /// A line, a signature or the tree is not what the keeper wrote. Deliberately tells nothing more.
        case refused
        /// Entries are missing at the end: a checkpoint says that there were more.
        case cutOff
        /// Entries were changed: a checkpoint that somebody kept is of another ledger.
        case rewritten
        /// Entries at the end have no checkpoint, more of them than a crash leaves.
        case uncovered
        /// There is no such entry, or none that a checkpoint covers.
        case noEntry
        /// Another keeper writes this ledger.
        case busy
        /// An event, or the whole ledger, is larger than its limit.
        case tooLarge
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

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: FileError) {
        switch error.code {
        case .tooLarge: self.init(.tooLarge, "the ledger is larger than this program reads: use a newer one")
        default: self.init(.storage(error.code), "the ledger: \(error.description)")
        }
    }

    static let refused = LedgerError(
        .refused, "the ledger is damaged or was tampered with: keep it as it is, and compare it with a copy or a backup of the vault")

    static let refusedCheckpoint = LedgerError(
        .refused, "a checkpoint is damaged, or no keeper of this vault signed it: keep it as it is, and compare it with a copy or a backup")

    static let busy = LedgerError(.busy, "another keeper is running for this vault: stop that one first")

    /// No checkpoint covers the entry `number`.
    static func noEntry(_ number: Int, covered: Int) -> LedgerError {
        LedgerError(.noEntry, "no entry \(number) is covered by the ledger's checkpoint, which covers \(covered): name one from 1 on")
    }

    /// The checkpoint is an older one, or there is none.
    static func uncovered(_ count: Int, of entries: Int) -> LedgerError {
        LedgerError(
            .uncovered,
            "no checkpoint covers the last \(count) of the ledger's \(entries) entries: it was taken away, an older one was put there, or a copy "
                + "is not whole; compare it with a copy; the keeper writes a new one with its next entry")
    }

    /// The ledger has fewer entries than `checkpoint`, whose place `whose` names.
    static func cutOff(entries: Int, _ checkpoint: Checkpoint, _ whose: Checkpoint.Keeping) -> LedgerError {
        LedgerError(
            .cutOff,
            "the ledger has \(entries) entries, and \(whose.rawValue) says \(checkpoint.size): entries were cut off at its end, or a copy is "
                + "not whole; bring back the newest copy of the vault's ledger")
    }

    /// The ledger does not begin as `checkpoint` says, whose place `whose` names.
    static func rewritten(_ checkpoint: Checkpoint, _ whose: Checkpoint.Keeping) -> LedgerError {
        LedgerError(
            .rewritten,
            "the ledger is another one than \(whose.rawValue) is of: among its first \(checkpoint.size) entries some were changed; keep both, "
                + "and compare them with a copy or a backup of the vault")
    }

    /// The file in the vault and a copy of the keeper, or two copies, contradict each other.
    static let otherThanCopy = LedgerError(
        .rewritten,
        "the ledger in the vault is another one than this keeper wrote, whose copies are ledger.jsonl beside the cells: keep all of them, find "
            + "out which is right, and put that one in every place")
}

extension Checkpoint {
    /// Who kept a checkpoint that the ledger is held against: what to call it.
    package enum Keeping: String, Sendable {
        /// The one in the vault, beside the lines.
        case inVault = "its checkpoint"
        /// What the keeper knows that wrote last.
        case byKeeper = "the checkpoint that this keeper wrote last"
        /// One that somebody else kept.
        case elsewhere = "the checkpoint that was kept"
    }
}

extension LedgerError.Code {
    /// The module's own kinds, without what came with them.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "ledger"

        case refused, cutOff, rewritten, uncovered, noEntry, busy, tooLarge
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .refused: Kind.refused.refusalCode
        case .cutOff: Kind.cutOff.refusalCode
        case .rewritten: Kind.rewritten.refusalCode
        case .uncovered: Kind.uncovered.refusalCode
        case .noEntry: Kind.noEntry.refusalCode
        case .busy: Kind.busy.refusalCode
        case .tooLarge: Kind.tooLarge.refusalCode
        case .storage(let code): code.refusalCode
        }
    }
}
