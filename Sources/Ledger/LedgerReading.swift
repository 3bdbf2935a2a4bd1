package import Records
package import Sodium
package import System

/// A ledger that was read and verified from its first line to its last, and held against its checkpoint.
package struct LedgerReading: Sendable {
    /// The most bytes that crashes can have left at the end.
    static let mostTornBytes = 2 * LedgerLine.maximumBytes
    /// The largest ledger.
    static let maximumBytes = 256 << 20
    /// How far back an event is looked for that is told again: a crash interrupts one act, which has two.
    private static let recentEntries = 16
    /// How often both files are read while a keeper writes them.
    private static let mostReadings = 4
    /// How many entries a crash can leave that no checkpoint covers.
    static let mostUncovered = 1
    /// How many numbers each restoration leaves out, of calendars and of certificates: nobody knows how many a cell that is lost used since it
    /// was heard of last.
    package static let numbersLeftOut = 1_000_000

    /// The entries in order.
    package private(set) var entries: [LedgerEntry] = []
    /// The Merkle tree of their lines.
    package private(set) var tree = MerkleTree()
    /// The checkpoint that lies beside the lines; nil where there is none yet.
    package private(set) var checkpoint: SignedCheckpoint?
    /// The serial number of the last act that is done; zero where none is.
    package private(set) var lastDone: UInt64 = 0
    /// The serial number of the last act that is done or incomplete; zero where none is.
    package private(set) var lastCarriedOut: UInt64 = 0
    /// The acts of the calendar that were begun, and that no entry has as carried out.
    package private(set) var begunActs: [LedgerEvent] = []
    /// The acts that are incomplete, and were not done since, in order; those about one conversation among them.
    package private(set) var incompleteActs: [LedgerEvent] = []
    /// The serial numbers that each restoration left out, in order: what a cell that is lost may have done with them is undone, and no calendar
    /// has one of them again.
    package private(set) var undone: [ClosedRange<UInt64>] = []
    /// How many cells the calendar has, by what was last said of them; zero where that is not known.
    package private(set) var knownCells = 0
    /// How many bytes a crash left at the end that belong to no entry; the next entry will name them. Zero for none.
    package var tornBytes: Int { torn.count }
    /// How many entries at the end the checkpoint does not cover. A crash leaves `mostUncovered`; with more, somebody put an older checkpoint
    /// there or took it away.
    package var uncovered: Int { entries.count - (checkpoint?.checkpoint.size ?? 0) }

    /// The bytes after the last entry.
    private(set) var torn: [UInt8] = []
    /// Whether the next line begins where the file ends; a crash may have left a line without its line feed.
    private(set) var endsLine = true
    /// Behind the last line and its line feed, where it has one.
    var endOfLines: Int { (places.last?.upperBound ?? 0) + (lastLineIsFed ? 1 : 0) }
    /// Whether the last line's line feed is there.
    private var lastLineIsFed = false

    /// Where each line lies in the file.
    private(set) var places: [Range<Int>] = []
    /// The highest serial number that was begun, or may have been.
    private var begun: UInt64 = 0
    /// The entries about conversations, by their marks.
    private var marked: [LedgerMark: [Int]] = [:]

    /// Reads the ledger of the vault at `layout`; one that is not there is empty.
    ///
    /// - Parameters:
    ///   - fileSystem: the files.
    ///   - layout: where the vault lies.
    ///   - vault: the vault.
    ///   - keys: the signing keys of every keeper that the vault ever had.
    /// - Throws: `refused` for a line that no keeper signed or that is not where it was written, and for a checkpoint that no keeper signed;
    ///   `cutOff` or `rewritten` where the checkpoint contradicts the lines; `tooLarge`; `storage`.
    package static func read(
        fileSystem: any FileSystem, layout: VaultLayout, vault: VaultID, keys: [SigningPublicKey]
    ) throws(LedgerError) -> LedgerReading {
        func readOnce() throws(LedgerError) -> LedgerReading {
            // The checkpoint first: a keeper that runs meanwhile writes the line first.
            let note = try contents(of: layout.ledgerCheckpoint, fileSystem, limitBytes: SignedCheckpoint.maximumBytes)
            let bytes = try contents(of: layout.ledgerActs, fileSystem, limitBytes: maximumBytes)
            return try LedgerReading(bytes ?? [], checkpoint: note, vault: vault, keys: keys)
        }
        var reading = try readOnce()
        for _ in 1..<mostReadings where reading.uncovered > mostUncovered { reading = try readOnce() }
        return reading
    }

    /// A file's bytes; nil where there is none.
    static func contents(of path: String, _ fileSystem: any FileSystem, limitBytes: Int) throws(LedgerError) -> [UInt8]? {
        do throws(FileError) {
            return try fileSystem.readFile(path, limitBytes: limitBytes)
        } catch {
            guard error.code == .notFound else { throw LedgerError(error) }
            return nil
        }
    }

    init(_ bytes: [UInt8], checkpoint note: [UInt8]?, vault: VaultID, keys: [SigningPublicKey]) throws(LedgerError) {
        // Where a line begins, and where the bytes begin that belong to none.
        var (start, end) = (bytes.startIndex, bytes.startIndex)
        while start < bytes.endIndex {
            let lineFeed = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
            let next = lineFeed.map { $0 + 1 } ?? bytes.endIndex
            let text = Array(bytes[start..<(lineFeed ?? next)])
            if let line = LedgerLine(text) {
                guard let entry = line.verified(vault: vault, keys: keys), entry.number == entries.count + 1,
                    entry.root == tree.root(at: tree.size), Self.areNamed(bytes[end..<start], by: entry.torn)
                else { throw .refused }
                add(entry, line: text, at: start)
                lastLineIsFed = lineFeed != nil
                end = next
            }
            endsLine = lineFeed != nil
            start = next
        }
        torn = Array(bytes[end...])
        guard torn.count <= Self.mostTornBytes else { throw .refused }
        guard let note else { return }
        let signed = try SignedCheckpoint(note, vault: vault, keys: keys)
        try check(continues: signed.checkpoint, kept: .inVault)
        checkpoint = signed
    }

    /// Holds the ledger against a checkpoint that somebody kept: it must begin with exactly the entries that it had then.
    ///
    /// - Throws: `cutOff` where it has fewer, `rewritten` where they are others.
    package func check(continues checkpoint: Checkpoint, kept whose: Checkpoint.Keeping = .elsewhere) throws(LedgerError) {
        guard checkpoint.size <= entries.count else { throw .cutOff(entries: entries.count, checkpoint, whose) }
        guard tree.root(at: checkpoint.size) == checkpoint.root else { throw .rewritten(checkpoint, whose) }
    }

    /// Throws `uncovered` where more entries have no checkpoint than a crash leaves; not for the keeper, which then writes one.
    package func checkCoverage() throws(LedgerError) {
        guard uncovered <= Self.mostUncovered else { throw .uncovered(uncovered, of: entries.count) }
    }

    /// The entries by which the vault was brought back, in order.
    package var restorations: [LedgerEntry] {
        entries.filter { $0.event.state == .done && $0.event.act == LedgerEvent.restoreAct }
    }

    /// The entry that tells of this act, to whoever could make its mark; nil where none does.
    package func entry(_ kind: ConversationAct, marked mark: LedgerMark) -> LedgerEntry? {
        marked[mark]?.lazy.map { entries[$0] }.first { $0.event.act == kind.rawValue }
    }

    /// An entry that stands in the file now, in this line, which begins at `start`.
    mutating func add(_ entry: LedgerEntry, line: [UInt8], at start: Int) {
        if let mark = entry.event.mark { marked[mark, default: []].append(entries.count) }
        entries.append(entry)
        tree.append(.leaf(line))
        places.append(start..<(start + line.count))
        torn = []
        (endsLine, lastLineIsFed) = (true, true)
        count(entry.event)
    }

    /// What an event says of the calendar and its cells.
    private mutating func count(_ event: LedgerEvent) {
        let (serial, cells) = (event.serial ?? 0, event.cells.count)
        // A cell counts from the moment at which it may hold a value.
        if event.changesCells, event.state == .done || event.act == LedgerEvent.addCellAct { knownCells = cells }
        begun = max(begun, serial)
        // A further cell changes no calendar: what is incomplete stays so.
        guard event.act != LedgerEvent.addCellAct else { return }
        guard event.state != .intent else {
            if serial > 0, !begunActs.contains(event) { begunActs.append(event) }
            return
        }
        begunActs.removeAll { $0.serial ?? 0 <= serial }
        lastCarriedOut = max(lastCarriedOut, serial)
        guard event.state == .done else { return incompleteActs.append(event) }
        // A mark is told for itself.
        if let mark = event.mark { incompleteActs.removeAll { $0.mark == mark && $0.act == event.act } }
        lastDone = max(lastDone, serial)
        // What was carried out in a lost cell alone is undone by a restoration, whether the ledger knows of it or not.
        if event.act == LedgerEvent.restoreAct {
            begun = max(begun, serial + UInt64(Self.numbersLeftOut))
            undone.append(serial + 1...begun)
            (lastCarriedOut, incompleteActs, begunActs) = (serial, [], [])
        }
        if serial > 0 { incompleteActs.removeAll { $0.mark == nil && $0.serial ?? 0 <= serial } }
    }

    /// A checkpoint that lies beside the lines now.
    mutating func add(_ checkpoint: SignedCheckpoint) {
        self.checkpoint = checkpoint
    }

    /// The number of the entry that tells of this very act; nil where none does.
    func number(of event: LedgerEvent) -> Int? {
        if let mark = event.mark {
            return marked[mark]?.first { entries[$0].event.isSameAct(as: event) }.map { $0 + 1 }
        }
        return entries.suffix(Self.recentEntries).first { $0.event.isSameAct(as: event) }?.number
    }

    /// Whether the bytes before an entry are those that it names; a line feed may have been put behind them.
    private static func areNamed(_ bytes: ArraySlice<UInt8>, by torn: TornBytes?) -> Bool {
        guard let torn else { return bytes.isEmpty }
        guard torn.bytes > 0, torn.bytes == bytes.count || torn.bytes == bytes.count - 1 else { return false }
        return TornBytes(naming: Array(bytes.prefix(torn.bytes))) == torn
    }
}

extension TornBytes {
    /// What names these bytes.
    init(naming bytes: [UInt8]) {
        self.init(bytes: bytes.count, sha256: Hex.encode(SHA256.hash(bytes)))
    }
}

extension VaultLayout {
    /// What the keeper did, a line an event.
    package var ledgerActs: String { "\(ledger)/acts.jsonl" }
    /// How much the ledger holds, signed.
    package var ledgerCheckpoint: String { "\(ledger)/checkpoint" }
    /// The file whose lock the keeper holds.
    var ledgerLock: String { "\(ledger)/lock" }
}
