package import Records

/// What a person wants to know about the keeper, as it stands in an answer: canonical JSON. Nothing in it is secret.
package struct KeeperStatus: Codable, Hashable, Sendable {
    /// What an answer of the keeper says; throws as `CanonicalJSON.value`.
    package static func reading(_ answer: [UInt8]) throws(RecordsError) -> KeeperStatus {
        try CanonicalJSON.value(KeeperStatus.self, fromLine: answer, limitBytes: KeeperFrame.maximumBytes)
    }

    /// The pages.
    package struct Pages: Codable, Hashable, Sendable {
        /// How many there are.
        package let count: Int
        /// The day of the first.
        @Nullable package var first: String?
        /// The day of the last.
        @Nullable package var last: String?
        /// How many are of days that are over and still there: zero, unless the clock and the time budget disagree.
        package let overdue: Int
        /// How many had something erased early.
        package let punctured: Int

        /// The pages.
        package init(count: Int, first: String?, last: String?, overdue: Int, punctured: Int) {
            self.count = count
            _first = Nullable(wrappedValue: first)
            _last = Nullable(wrappedValue: last)
            self.overdue = overdue
            self.punctured = punctured
        }
    }

    /// A cell.
    package struct Cell: Codable, Hashable, Sendable {
        /// What it is called.
        package let label: String
        /// What its place is worth: `L0` to `L3`; or `away`, of a cell or a replica.
        package let level: String
        /// Why.
        package let reason: String

        /// A cell.
        package init(label: String, level: String, reason: String) {
            self.label = label
            self.level = level
            self.reason = reason
        }
    }

    /// How many records are kept beyond their pages, or will be, by class.
    package struct Kept: Codable, Hashable, Sendable {
        /// By the policy's period: none, unless another version made them.
        package let standard: Int
        /// As records of disclosures.
        package let disclosure: Int
        /// Held.
        package let held: Int
        /// A team's monthly secrets.
        package let transport: Int

        /// The counts of these classes.
        package init(_ classes: [RetentionClass]) {
            func count(_ retention: RetentionClass) -> Int { classes.count { $0 == retention } }
            (standard, disclosure) = (count(.standard), count(.disclosure))
            (held, transport) = (count(.held), count(.transport))
        }
    }

    /// The leaves asked for since the keeper started.
    package struct Leaves: Codable, Hashable, Sendable {
        /// Handed out to seal.
        package let sealing: Int
        /// Handed out to read.
        package let reading: Int
        /// Not handed out because too many were asked for in too short a time.
        package let limited: Int
        /// Questions of any kind that were refused because the user may not ask them.
        package let refused: Int

        /// Counts.
        package init(sealing: Int, reading: Int, limited: Int, refused: Int) {
            self.sealing = sealing
            self.reading = reading
            self.limited = limited
            self.refused = refused
        }
    }

    /// The last sweep that the ledger has as done.
    package struct Sweep: Codable, Hashable, Sendable {
        /// When.
        package let at: String
        /// Everything that expired before this day was torn off.
        package let until: String

        /// A sweep.
        package init(at: String, until: String) {
            self.at = at
            self.until = until
        }
    }

    /// The ledger.
    package struct Ledger: Codable, Hashable, Sendable {
        /// How many entries there are.
        package let entries: Int
        /// How many bytes a crash left that no entry names yet.
        package let torn: Int

        /// The ledger.
        package init(entries: Int, torn: Int) {
            self.entries = entries
            self.torn = torn
        }
    }

    /// How far it is proved that everything is destroyed that is torn off or erased.
    package struct Destruction: Codable, Hashable, Sendable {
        /// Whether the ledger has the calendar in force as done in every cell and replica that there was.
        package let everywhere: Bool
        /// The serial numbers of the acts whose certificates are still to be written.
        package let due: [Int]
        /// The number of the last certificate; null where none was written.
        @Nullable package var last: Int?
        /// The numbers of the certificates that wait to be completed.
        package let waiting: [Int]
        /// The numbers of those that nobody will complete: the vault was brought back without what they waited for.
        package let givenUp: [Int]

        private enum CodingKeys: String, CodingKey {
            case everywhere, due, last, waiting
            case givenUp = "given_up"
        }

        /// How far it is.
        package init(everywhere: Bool, due: [Int], last: Int?, waiting: [Int], givenUp: [Int]) {
            self.everywhere = everywhere
            self.due = due
            _last = Nullable(wrappedValue: last)
            self.waiting = waiting
            self.givenUp = givenUp
        }

        /// Whether nothing is waited for.
        package var isProved: Bool { everywhere && waiting.isEmpty }
    }

    /// What the document is.
    package static let type = "transcript-vault keeper status 1"

    /// What the document is.
    package let type: String
    /// The vault.
    package let vault: String
    /// The serial number of the calendar in force.
    package let serial: Int
    /// The day before which everything was torn off.
    package let highWater: String
    /// The keeper's day.
    package let today: String
    /// Days of credit left in the time budget.
    package let budget: Int
    /// The pages.
    package let pages: Pages
    /// The records that are kept beyond their pages, or will be.
    package let kept: Kept
    /// The cells.
    package let cells: [Cell]
    /// How far it is proved that everything is destroyed.
    package let destruction: Destruction
    /// Leaves handed out and refused.
    package let leaves: Leaves
    /// When the calendar in force came into force in every cell.
    @Nullable package var advanced: String?
    /// The last sweep.
    @Nullable package var lastSweep: Sweep?
    /// The ledger.
    package let ledger: Ledger
    /// The number of the roster that the keeper goes by.
    package let roster: Int
    /// When the keeper was started.
    package let since: String
    /// What stands as a warning.
    package let warnings: [String]

    private enum CodingKeys: String, CodingKey {
        case type, vault, serial, today, budget, pages, kept, cells, destruction, advanced, leaves, ledger, roster, since, warnings
        case highWater = "high_water"
        case lastSweep = "last_sweep"
    }

    /// A status.
    package init(
        vault: VaultID, serial: UInt64, highWater: Day, today: Day, budget: Int, pages: Pages, kept: Kept, cells: [Cell],
        destruction: Destruction, leaves: Leaves, advanced: Timestamp?,
        lastSweep: Sweep?, ledger: Ledger, roster: Int, since: Timestamp, warnings: [String]
    ) {
        type = Self.type
        self.vault = vault.description
        self.serial = Int(clamping: serial)
        self.highWater = highWater.description
        self.today = today.description
        self.budget = budget
        self.pages = pages
        self.kept = kept
        self.cells = cells
        self.destruction = destruction
        self.leaves = leaves
        _advanced = Nullable(wrappedValue: advanced?.description)
        _lastSweep = Nullable(wrappedValue: lastSweep)
        self.ledger = ledger
        self.roster = roster
        self.since = since.description
        self.warnings = warnings
    }

    /// What is destroyed, in a sentence: the same for everybody who asks.
    package var destroyed: String {
        let givenUp = destruction.givenUp.count
        return
            (destruction.isProved
            ? "everything that expired before \(highWater) is destroyed"
            : "what expired before \(highWater) is torn off, but NOT YET destroyed everywhere")
            + (givenUp > 0 ? "; \(givenUp) certificate(s) of before a restoration stay incomplete for ever" : "")
    }
}
