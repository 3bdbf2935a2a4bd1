package import Records

/// Something that the keeper did or is about to do; what the caller tells of it.
///
/// Never in it: names, texts, reasons, conversation ids, times of a chat.
package struct LedgerEvent: Hashable, Sendable {
    /// How far an act is.
    package enum State: String, Codable, Sendable, CaseIterable {
        /// It is about to be done.
        case intent
        /// It was done in every cell and read back.
        case done
        /// It was done, but a cell or replica was away and has to catch up.
        case incomplete
    }

    /// The most approvals, and the most cells.
    package static let mostItems = 64
    /// The longest act's name and cell's level, in bytes of UTF-8.
    package static let wordBytes = 64
    /// Length of an approval's digest in bytes.
    package static let digestBytes = 32

    /// How far it is.
    package let state: State
    /// What is done: a word.
    package let act: String
    /// The serial number of the calendar that the act makes; zero where it makes none.
    package let serial: UInt64
    /// For a sweep the day before which everything is torn off; for pages the last day for which one is drawn; nil for other acts.
    package let until: Day?
    /// BLAKE2b-256 of each approval that the act rests on; of a handover one digest, salted, of what was signed.
    package let approvals: [[UInt8]]
    /// What the place of each cell is worth: `L0`, `L1`.
    package let cells: [String]

    /// An event; throws `tooLarge` for too many or too long items.
    package init(
        _ state: State, act: String, serial: UInt64, until: Day? = nil, approvals: [[UInt8]] = [], cells: [String] = []
    ) throws(LedgerError) {
        guard approvals.count <= Self.mostItems, cells.count <= Self.mostItems, approvals.allSatisfy({ $0.count == Self.digestBytes }),
            ([act] + cells).allSatisfy(Self.isWord), serial <= UInt64(CanonicalJSON.largestInteger)
        else { throw LedgerError(.tooLarge, "an event has more or longer parts than the ledger takes: this is an error of the program") }
        self.state = state
        self.act = act
        self.serial = serial
        self.until = until
        self.approvals = approvals
        self.cells = cells
    }

    private static func isWord(_ text: String) -> Bool {
        (1...wordBytes).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Whether it tells of the same act; the cells' places may have been judged anew since.
    func isSameAct(as other: LedgerEvent) -> Bool {
        state == other.state && act == other.act && serial == other.serial && until == other.until && approvals == other.approvals
    }
}

/// An event as it stands in the ledger.
package struct LedgerEntry: Hashable, Sendable {
    /// Its place in the chain, from 1.
    package let number: Int
    /// SHA-256 of the line before it; zeros for the first.
    package let previous: [UInt8]
    /// What happened.
    package let event: LedgerEvent
    /// When the keeper wrote it down.
    package let at: Timestamp
    /// What a crash had left before this entry, which belongs to no line; nil where there was nothing.
    package let torn: TornBytes?
}

/// Bytes that a crash left in the ledger, named by the entry that follows them. They stay where they are.
package struct TornBytes: Hashable, Sendable, Codable {
    /// How many there are.
    package let bytes: Int
    /// SHA-256 of them, in hexadecimal.
    package let sha256: String
}
