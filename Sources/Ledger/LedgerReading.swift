package import Records
package import Sodium
package import System

/// A ledger that was read and verified from its first line to its last.
package struct LedgerReading: Sendable {
    /// The most bytes that crashes can have left at the end.
    static let mostTornBytes = 2 * LedgerLine.maximumBytes
    /// The largest ledger.
    static let maximumBytes = 256 << 20
    /// How far back an event is looked for that is told again: a crash interrupts one act, which has two.
    private static let recentEntries = 16

    /// The entries in order.
    package private(set) var entries: [LedgerEntry] = []
    /// The serial number of the last act that is done; zero where none is.
    package private(set) var lastDone: UInt64 = 0
    /// The most cells in which any act was done; zero where none is.
    package private(set) var mostCells = 0
    /// How many bytes a crash left at the end that belong to no entry; the next entry will name them. Zero for none.
    package var tornBytes: Int { torn.count }

    /// SHA-256 of the last line.
    private(set) var head = LedgerLine.noneBefore
    /// The bytes after the last entry.
    private(set) var torn: [UInt8] = []
    /// Whether the next line begins where the file ends; a crash may have left a line without its line feed.
    private(set) var endsLine = true

    /// Reads the ledger of the vault at `layout`; one that is not there is empty.
    ///
    /// - Parameters:
    ///   - fileSystem: the files.
    ///   - layout: where the vault lies.
    ///   - vault: the vault.
    ///   - keys: the signing keys of every keeper that the vault ever had.
    /// - Throws: `refused` for a line that no keeper signed, or that is not where it was written; `tooLarge`; `storage`.
    package static func read(
        fileSystem: any FileSystem, layout: VaultLayout, vault: VaultID, keys: [SigningPublicKey]
    ) throws(LedgerError) -> LedgerReading {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try fileSystem.readFile(layout.ledgerActs, limitBytes: maximumBytes)
        } catch {
            guard error.code == .notFound else { throw LedgerError(error) }
            bytes = []
        }
        return try LedgerReading(bytes, vault: vault, keys: keys)
    }

    init(_ bytes: [UInt8], vault: VaultID, keys: [SigningPublicKey]) throws(LedgerError) {
        // Where a line begins, and where the bytes begin that belong to none.
        var (start, end) = (bytes.startIndex, bytes.startIndex)
        while start < bytes.endIndex {
            let lineFeed = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
            let next = lineFeed.map { $0 + 1 } ?? bytes.endIndex
            let text = Array(bytes[start..<(lineFeed ?? next)])
            if let line = LedgerLine(text) {
                guard let entry = line.verified(vault: vault, keys: keys), entry.number == entries.count + 1, entry.previous == head,
                    Self.areNamed(bytes[end..<start], by: entry.torn)
                else { throw .refused }
                add(entry, line: text)
                end = next
            }
            endsLine = lineFeed != nil
            start = next
        }
        torn = Array(bytes[end...])
        guard torn.count <= Self.mostTornBytes else { throw .refused }
    }

    /// An entry that stands in the file now, in this line.
    mutating func add(_ entry: LedgerEntry, line: [UInt8]) {
        entries.append(entry)
        head = SHA256.hash(line)
        torn = []
        endsLine = true
        guard entry.event.state == .done else { return }
        lastDone = max(lastDone, entry.event.serial)
        mostCells = max(mostCells, entry.event.cells.count)
    }

    /// Whether this very event was written down.
    func contains(_ event: LedgerEvent) -> Bool {
        entries.suffix(Self.recentEntries).contains { $0.event.isSameAct(as: event) }
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
    /// The file whose lock the keeper holds.
    var ledgerLock: String { "\(ledger)/lock" }
}
