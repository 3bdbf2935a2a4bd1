internal import Ledger
package import Records

/// What a certificate of destruction says: see `Docs/Spec/Certificate.md`.
///
/// It names no conversation and no person. It says what was counted and what was tried, and nothing that was not.
package struct CertificateContent: Codable, Hashable, Sendable {
    /// What the document is, and its signature's trusted comment.
    package static let context = "transcript-vault certificate 1"
    /// What an act is called that only brings up what lagged behind.
    package static let catchUp = "catch-up"
    /// The acts each of which has a certificate.
    package static let alwaysCertified = ["sweep", "erase"]

    /// The number after this one, zero for none, in a vault that was brought back so many times: each time the count begins anew, beyond
    /// every number that was used where nobody looks any more.
    package static func number(after last: Int, restorations: Int) -> Int {
        max(last, restorations * LedgerReading.numbersLeftOut) + 1
    }

    /// Whether the count begins with this number, or begins anew.
    package static func beginsAnew(_ number: Int) -> Bool { number % LedgerReading.numbersLeftOut == 1 }

    /// What the ledger calls the tearing off of days.
    static let sweep = "sweep"

    /// Whether all of it is done.
    package enum State: String, Codable, Sendable {
        /// In every place that is known of.
        case complete
        /// A cell was away, or something that was tried did not pass: what it is stands under `lagging`.
        case incomplete
    }

    /// A cell, and what its place is worth.
    package struct Cell: Codable, Hashable, Sendable {
        /// What it is called: `cell 1`.
        package let label: String
        /// `L0` to `L3`.
        package let level: String
        /// Why it is of that level.
        package let reason: String

        /// A cell.
        package init(label: String, level: String, reason: String) {
            (self.label, self.level, self.reason) = (label, level, reason)
        }
    }

    /// Counts by class.
    package struct Classes: Codable, Hashable, Sendable {
        /// By the policy's period.
        package let standard: Int
        /// As records of disclosures.
        package let disclosure: Int
        /// Held.
        package let held: Int
        /// A team's monthly secrets.
        package let transport: Int

        /// The counts of these.
        package init(_ counts: [RetentionClass: Int]) {
            standard = counts[.standard] ?? 0
            disclosure = counts[.disclosure] ?? 0
            held = counts[.held] ?? 0
            transport = counts[.transport] ?? 0
        }

        /// How many there are of all classes.
        package var total: Int { standard + disclosure + held + transport }
        var isSound: Bool { [standard, disclosure, held, transport].allSatisfy { $0 >= 0 } }
    }

    /// The keys that were destroyed.
    package struct Destroyed: Codable, Hashable, Sendable {
        /// The day before which everything was torn off until then.
        package let from: String
        /// The day before which everything is torn off now.
        package let until: String
        /// Pages of the calendar.
        package let pages: Int
        /// Kept leaves by class.
        package let kept: Classes
        /// Conversations erased before their day.
        package let erased: Int
        /// Conversations of whose files some were removed; null where an interruption kept them from being counted.
        @Nullable package var conversations: Int?

        /// What was destroyed.
        package init(from: String, until: String, pages: Int, kept: Classes, erased: Int, conversations: Int?) {
            (self.from, self.until) = (from, until)
            self.pages = pages
            self.kept = kept
            self.erased = erased
            _conversations = Nullable(wrappedValue: conversations)
        }
    }

    /// What became of the ciphertext.
    package struct Files: Codable, Hashable, Sendable {
        /// Files that were removed; null where an interruption kept them from being counted.
        @Nullable package var removed: Int?
        /// Files that could not be removed, or are none of the vault's: they are noise, and still there.
        package let left: Int

        /// What became of files.
        package init(removed: Int?, left: Int) {
            _removed = Nullable(wrappedValue: removed)
            self.left = left
        }
    }

    /// Where it stands in the ledger.
    package struct Ledger: Codable, Hashable, Sendable {
        /// The number of the entry that has the act as done; null for `catch-up`.
        @Nullable package var entry: Int?
        /// The ledger's checkpoint at the time, which covers that entry: a C2SP signed note.
        package let checkpoint: String

        /// A place.
        package init(entry: Int?, checkpoint: String) {
            _entry = Nullable(wrappedValue: entry)
            self.checkpoint = checkpoint
        }
    }

    /// What remains, and is not covered.
    package struct Remaining: Codable, Hashable, Sendable {
        /// Pages whose day is over and that the time budget did not allow to be torn off.
        package let overdue: Int
        /// Pages of days to come.
        package let pages: Int
        /// Records kept beyond their page's day, or that will be, by class: they can be opened.
        package let kept: Classes
        /// Calendar files that are not in force, in the vault and beside the cells.
        package let calendars: Int

        /// What remains.
        package init(overdue: Int, pages: Int, kept: Classes, calendars: Int) {
            (self.overdue, self.pages, self.kept, self.calendars) = (overdue, pages, kept, calendars)
        }
    }

    /// By what the day was known.
    package struct Time: Codable, Hashable, Sendable {
        /// The machine's clock when this was written.
        package let clock: String
        /// Days that the time budget paid for.
        package let drawn: Int
        /// Days of credit left in it.
        package let left: Int
        /// Whether the day lay beyond the clock or the budget, on the word of those who approved.
        package let approved: Bool

        /// By what the day was known.
        package init(clock: Timestamp, drawn: Int, left: Int, approved: Bool) {
            self.clock = clock.description
            (self.drawn, self.left, self.approved) = (drawn, left, approved)
        }
    }

    /// What was tried after the act and before its earlier calendars were removed.
    package struct Verified: Codable, Hashable, Sendable {
        /// Cells that were there.
        package let cells: Int
        /// Cells that were read back, hold one value only, and open the calendar with it.
        package let readBack: Int
        /// Earlier calendars that were tried with what the cells hold.
        package let earlierTried: Int
        /// Those that opened.
        package let earlierOpened: Int
        /// Keys that were to be gone and were looked for in the calendar.
        package let keysSought: Int
        /// Those that were there.
        package let keysFound: Int

        private enum CodingKeys: String, CodingKey {
            case cells
            case readBack = "cells_read_back"
            case earlierTried = "earlier_tried"
            case earlierOpened = "earlier_opened"
            case keysSought = "keys_sought"
            case keysFound = "keys_found"
        }

        /// What was tried.
        package init(cells: Int, readBack: Int, earlierTried: Int, earlierOpened: Int, keysSought: Int, keysFound: Int) {
            (self.cells, self.readBack) = (cells, readBack)
            (self.earlierTried, self.earlierOpened) = (earlierTried, earlierOpened)
            (self.keysSought, self.keysFound) = (keysSought, keysFound)
        }

        var isPassed: Bool { readBack == cells && earlierOpened == 0 && keysFound == 0 }
    }

    /// What wrote it.
    package struct Program: Codable, Hashable, Sendable {
        /// Its name.
        package let name: String
        /// Its version.
        package let version: String
        /// SHA-256 of the program's file as it runs.
        package let sha256: String

        /// A program.
        package init(name: String, version: String, sha256: String) {
            (self.name, self.version, self.sha256) = (name, version, sha256)
        }
    }

    /// `context`.
    package let type: String
    /// 1 for a vault's first certificate, then one more each, and beyond the next million after each restoration.
    package let number: Int
    /// SHA-256 of the file before; null where none is known.
    @Nullable package var previous: String?
    /// The organisation's name in the roster.
    package let organisation: String
    /// The vault's id.
    package let vault: String
    /// The keeper's public key, as minisign takes it.
    package let keeper: String
    /// What was done: as the ledger calls it, or `catch-up`.
    package let act: String
    /// Whether all of it is done.
    package let state: State
    /// What is not there yet, in words; empty where it is complete.
    package let lagging: [String]
    /// The certificates that this one completes, ascending.
    package let completes: [Int]
    /// When the ledger has it as done.
    @Nullable package var done: String?
    /// The serial number of the calendar that is in force by it.
    package let calendar: Int
    /// The keys that were destroyed.
    package let destroyed: Destroyed
    /// What became of the ciphertext.
    package let files: Files
    /// BLAKE2b-256 of each approval that the act rests on.
    package let approvals: [String]
    /// The cells that were there.
    package let cells: [Cell]
    /// What was tried.
    package let verified: Verified
    /// What remains, and is not covered.
    package let remaining: Remaining
    /// By what the day was known.
    package let time: Time
    /// Where it stands in the ledger.
    package let ledger: Ledger
    /// What wrote it.
    package let program: Program
    /// What the keeper's status warned of.
    package let warnings: [String]

    /// What a certificate says.
    package init(
        number: Int, previous: String?, organisation: String, vault: VaultID, keeper: String, act: String, lagging: [String],
        completes: [Int], done: Timestamp?, calendar: UInt64, destroyed: Destroyed, files: Files, approvals: [String], cells: [Cell],
        verified: Verified, remaining: Remaining, time: Time, ledger: Ledger, program: Program, warnings: [String]
    ) {
        type = Self.context
        self.number = number
        _previous = Nullable(wrappedValue: previous)
        self.organisation = organisation
        self.vault = vault.description
        self.keeper = keeper
        self.act = act
        state = lagging.isEmpty ? .complete : .incomplete
        self.lagging = lagging
        self.completes = completes
        _done = Nullable(wrappedValue: done?.description)
        self.calendar = Int(clamping: calendar)
        self.destroyed = destroyed
        self.files = files
        self.approvals = approvals
        self.cells = cells
        self.verified = verified
        self.remaining = remaining
        self.time = time
        self.ledger = ledger
        self.program = program
        self.warnings = warnings
    }
}
