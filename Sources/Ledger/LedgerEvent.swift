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

    /// A roster, by its number and its file.
    package struct NamedRoster: Codable, Hashable, Sendable {
        /// Its number.
        package let number: Int
        /// SHA-256 of its file, in hexadecimal.
        package let sha256: String

        /// The roster of this number, whose file has this SHA-256.
        package init(number: Int, sha256: [UInt8]) {
            self.number = number
            self.sha256 = Hex.encode(sha256)
        }

        var isWhole: Bool { number > 0 && Hex.decode(sha256)?.count == LedgerEvent.digestBytes }
    }

    /// The most approvals, and the most cells.
    package static let mostItems = 64
    /// The longest act's name and cell's level, in bytes of UTF-8.
    package static let wordBytes = 64
    /// Length of an approval's digest in bytes.
    package static let digestBytes = 32
    /// What the act is called by which the keeper goes by another roster.
    package static let rosterAct = "roster"

    /// What the making of a further cell is called.
    package static let addCellAct = "add-cell"
    /// What the giving up of a cell is called.
    package static let removeCellAct = "remove-cell"
    /// What bringing a vault back from a backup and a cell is called.
    package static let restoreAct = "restore"
    /// What trying that, aside, is called.
    package static let drillAct = "drill"

    /// Whether it says how many cells there are from now on.
    var changesCells: Bool { ["create", Self.addCellAct, Self.removeCellAct, Self.restoreAct].contains(act) }

    /// How far it is.
    package let state: State
    /// What is done: a word.
    package let act: String
    /// The serial number of the calendar that the act makes; nil where it makes none.
    package let serial: UInt64?
    /// For a sweep the day before which everything is torn off; for pages the last day for which one is drawn; nil for other acts.
    package let until: Day?
    /// BLAKE2b-256 of each approval that the act rests on.
    package let approvals: [[UInt8]]
    /// What the place of each cell is worth: `L0`, `L1`.
    package let cells: [String]
    /// The roster that the keeper goes by from now on; nil for other acts.
    package let roster: NamedRoster?
    /// What stands for the conversation and the act that is sealed in it; nil where the act is about no conversation.
    package let mark: LedgerMark?

    /// An event; throws `tooLarge` for too many or too long items.
    package init(
        _ state: State, act: String, serial: UInt64? = nil, until: Day? = nil, approvals: [[UInt8]] = [], cells: [String] = [],
        roster: NamedRoster? = nil, mark: LedgerMark? = nil
    ) throws(LedgerError) {
        guard approvals.count <= Self.mostItems, cells.count <= Self.mostItems, approvals.allSatisfy({ $0.count == Self.digestBytes }),
            ([act] + cells).allSatisfy(Self.isWord), serial ?? 0 <= UInt64(CanonicalJSON.largestInteger), roster?.isWhole ?? true
        else { throw LedgerError(.tooLarge, "an event has more or longer parts than the ledger takes: this is an error of the program") }
        self.state = state
        self.act = act
        self.serial = serial
        self.until = until
        self.approvals = approvals
        self.cells = cells
        self.roster = roster
        self.mark = mark
    }

    /// The keeper goes by this roster from now on.
    package init(goingBy roster: NamedRoster) throws(LedgerError) {
        try self.init(.done, act: Self.rosterAct, roster: roster)
    }

    private static func isWord(_ text: String) -> Bool {
        (1...wordBytes).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The same act, done in these cells, which an act about one conversation does not name.
    package func done(in cells: [String]) throws(LedgerError) -> LedgerEvent {
        try LedgerEvent(
            .done, act: act, serial: serial, until: until, approvals: approvals, cells: mark == nil ? cells : [], roster: roster, mark: mark
        )
    }

    /// Whether it tells of the same act; the cells' places may have been judged anew since.
    func isSameAct(as other: LedgerEvent) -> Bool {
        state == other.state && act == other.act && serial == other.serial && until == other.until && approvals == other.approvals
            && roster == other.roster && mark == other.mark
    }

    /// The moment that the ledger gives for it: whole seconds, and of an act about a conversation no more than the day.
    func time(of moment: Timestamp) -> Timestamp {
        Timestamp(seconds: mark == nil ? moment.seconds : Int64(moment.day.number) * Day.seconds)
    }
}

/// An event as it stands in the ledger.
package struct LedgerEntry: Hashable, Sendable {
    /// Its place, from 1; in the Merkle tree it is the leaf of the index before, which counts from 0.
    package let number: Int
    /// The root of the Merkle tree of all lines before it.
    package let root: MerkleHash
    /// What happened.
    package let event: LedgerEvent
    /// When the keeper wrote it down; of an act about a conversation the day alone.
    package let at: Timestamp
    /// What a crash had left before this entry, which belongs to no line; nil where there was nothing.
    package let torn: TornBytes?

    /// The moment nearest to this one on the day that the entry names: what may be said of an act about a conversation outside of the ledger.
    package func moment(nearest moment: Timestamp) -> Timestamp {
        let start = Int64(at.day.number) * Day.seconds
        return Timestamp(seconds: min(max(moment.seconds, start), start + Day.seconds - 1))
    }
}

/// Bytes that a crash left in the ledger, named by the entry that follows them. They stay where they are.
package struct TornBytes: Hashable, Sendable, Codable {
    /// How many there are.
    package let bytes: Int
    /// SHA-256 of them, in hexadecimal.
    package let sha256: String
}
