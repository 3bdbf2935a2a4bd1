internal import Records
internal import Sodium

/// A line of the ledger: an entry and the keeper's signature of it. See `Docs/Spec/Ledger.md`.
struct LedgerLine: Codable {
    /// The longest line, without its line feed.
    static let maximumBytes = Limits.signedTextBytes

    private static let context = "transcript-vault ledger entry 1"

    private let entry: EntryDocument
    private let signature: String

    /// The line of an entry, without its line feed.
    static func bytes(of entry: LedgerEntry, vault: VaultID, signedBy keeper: borrowing SigningKey) throws(LedgerError) -> [UInt8] {
        let document = EntryDocument(entry, type: context, vault: vault)
        guard let signed = document.signedBytes else { throw .refused }
        let line = LedgerLine(entry: document, signature: Base64.encode(keeper.sign(signed)))
        guard let bytes = try? CanonicalJSON.line(line), bytes.count <= maximumBytes else {
            throw LedgerError(.tooLarge, "an event is longer than a line of the ledger: this is an error of the program")
        }
        return bytes
    }

    /// The line in `bytes`; nil where they are none, as after a crash.
    init?(_ bytes: [UInt8]) {
        guard let line = try? CanonicalJSON.value(Self.self, fromLine: bytes, limitBytes: Self.maximumBytes) else { return nil }
        self = line
    }

    private init(entry: EntryDocument, signature: String) {
        self.entry = entry
        self.signature = signature
    }

    /// The entry, if one of `keys` signed it for this vault; nil otherwise.
    func verified(vault: VaultID, keys: [SigningPublicKey]) -> LedgerEntry? {
        guard entry.type == Self.context, entry.vault == vault.description, let signed = entry.signedBytes,
            let signature = try? Base64.decode(signature), keys.contains(where: { $0.isValid(signature, for: signed) })
        else { return nil }
        return entry.entry
    }
}

/// An entry as it stands in its line.
private struct EntryDocument: Codable {
    let type: String
    let vault: String
    let number: Int
    let root: String
    let state: LedgerEvent.State
    let act: String
    @Nullable var serial: Int?
    @Nullable var until: String?
    let approvals: [String]
    let cells: [String]
    @Nullable var roster: LedgerEvent.NamedRoster?
    @Nullable var mark: String?
    let at: String
    @Nullable var torn: TornBytes?

    init(_ entry: LedgerEntry, type: String, vault: VaultID) {
        self.type = type
        self.vault = vault.description
        number = entry.number
        root = Hex.encode(entry.root.bytes)
        state = entry.event.state
        act = entry.event.act
        _serial = Nullable(wrappedValue: entry.event.serial.map { Int($0) })
        _until = Nullable(wrappedValue: entry.event.until?.description)
        approvals = entry.event.approvals.map { Hex.encode($0) }
        cells = entry.event.cells
        _roster = Nullable(wrappedValue: entry.event.roster)
        _mark = Nullable(wrappedValue: entry.event.mark?.description)
        at = entry.at.description
        _torn = Nullable(wrappedValue: entry.torn)
    }

    /// What the keeper signs: the context line, which tells it from every other signed text, and the entry's one form.
    var signedBytes: [UInt8]? {
        guard let line = try? CanonicalJSON.line(self) else { return nil }
        return Array("\(type)\n".utf8) + line
    }

    /// The entry; nil where a value is not in its one form.
    var entry: LedgerEntry? {
        guard number > 0, let root = Hex.decode(root).flatMap({ MerkleHash($0) }), let event, let moment = Timestamp(text: at),
            moment.description == at, event.time(of: moment) == moment
        else { return nil }
        return LedgerEntry(number: number, root: root, event: event, at: moment, torn: torn)
    }

    private var event: LedgerEvent? {
        let serial = serial.map { UInt64(exactly: $0) }
        let day = until.map { Day(text: $0) }
        let mark = mark.map { LedgerMark(text: $0) }
        let digests = approvals.compactMap { Hex.decode($0) }
        // An outer value is there where the field is, an inner one where it could be read.
        guard serial != .some(nil), day != .some(nil), mark != .some(nil), digests.count == approvals.count else { return nil }
        return try? LedgerEvent(
            state, act: act, serial: serial ?? nil, until: day ?? nil, approvals: digests, cells: cells, roster: roster, mark: mark ?? nil)
    }
}
