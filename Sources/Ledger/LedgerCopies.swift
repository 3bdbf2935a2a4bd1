internal import Records
internal import Sodium
internal import System

/// The keeper's own copies of the ledger's lines, where whoever can write into the vault cannot reach them.
///
/// Each has the same bytes as the file in the vault, up to a line that is durable there. So a ledger that lost its end, by a restored backup or
/// by somebody's hand, gets it back, and one that was rewritten is noticed.
struct LedgerCopies: Sendable {
    /// Mode of the files: the keeper's alone.
    private static let mode: UInt32 = 0o600

    private var paths: [String]
    private let layout: VaultLayout
    private let fileSystem: any FileSystem
    private let isReachable: @Sendable (String) -> Bool

    /// The copies at `paths`, of the ledger of the vault at `layout`. One for which `isReachable` says no lies on a device that is away: it is
    /// neither read nor written, and brought up to date when it is back.
    init(_ paths: [String], of layout: VaultLayout, in fileSystem: any FileSystem, isReachable: @escaping @Sendable (String) -> Bool) {
        self.paths = paths
        self.layout = layout
        self.fileSystem = fileSystem
        self.isReachable = isReachable
    }

    /// Has a further copy kept at `path`, unless there is one.
    mutating func add(_ path: String) {
        if !paths.contains(path) { paths.append(path) }
    }

    /// What was found.
    struct Finding: Equatable {
        /// How many bytes at its beginning each copy has in common with the file in the vault; nil where it is away.
        let sameBytes: [Int?]
        /// Whether the file in the vault had lost its end; it has it again.
        let wasRestored: Bool
    }

    /// Holds the file in the vault against the copies, and gives it back what it has lost.
    ///
    /// - Throws: `rewritten` where they contradict each other, `refused` where a copy is damaged, `tooLarge`, `storage`.
    func restore(vault: VaultID, keys: [SigningPublicKey]) throws(LedgerError) -> Finding {
        let lines = try contents(layout.ledgerActs)
        let (longest, wholes) = try compare(with: lines, vault: vault, keys: keys)
        let wasRestored = longest.count > lines.count
        if wasRestored {
            do throws(FileError) {
                // In one step: a crash in the middle of it must not leave anything that the copy does not have.
                try fileSystem.replaceDurably(layout.ledgerActs, longest.rawSpan, mode: VaultLayout.fileMode)
            } catch {
                throw LedgerError(error)
            }
        }
        return Finding(sameBytes: wholes.map { $0?.count }, wasRestored: wasRestored)
    }

    /// The longest of the vault's lines and the copies, up to its last whole line where it is a copy; nothing is written.
    func longest(vault: VaultID, keys: [SigningPublicKey]) throws(LedgerError) -> [UInt8] {
        try compare(with: contents(layout.ledgerActs), vault: vault, keys: keys).longest
    }

    /// The longest of these lines and the copies, and what counts of each copy; nil of one that is away.
    private func compare(
        with lines: [UInt8], vault: VaultID, keys: [SigningPublicKey]
    ) throws(LedgerError) -> (longest: [UInt8], wholes: [[UInt8]?]) {
        var (longest, wholes) = (lines, [[UInt8]?]())
        for path in paths {
            guard isReachable(path) else {
                wholes.append(nil)
                continue
            }
            let whole = try whole(contents(path), of: lines, vault: vault, keys: keys)
            guard longest.starts(with: whole) || whole.starts(with: longest) else { throw .otherThanCopy }
            if whole.count > longest.count { longest = whole }
            wholes.append(whole)
        }
        return (longest, wholes)
    }

    /// How many bytes a copy that was away has in common with the file in the vault.
    ///
    /// - Throws: `rewritten` where the file does not begin with it: it belongs to a keeper that went on apart from this one.
    func sameBytes(of path: String, vault: VaultID, keys: [SigningPublicKey]) throws(LedgerError) -> Int {
        let lines = try contents(layout.ledgerActs)
        let whole = try whole(contents(path), of: lines, vault: vault, keys: keys)
        guard lines.starts(with: whole) else { throw .otherThanCopy }
        return whole.count
    }

    /// What counts of a copy: all of it where the vault's lines begin with it, otherwise up to its last whole line. A crash may have left a piece
    /// of the next line, or anything, behind it.
    private func whole(_ copy: [UInt8], of lines: [UInt8], vault: VaultID, keys: [SigningPublicKey]) throws(LedgerError) -> [UInt8] {
        guard !lines.starts(with: copy) else { return copy }
        return Array(copy[..<(try LedgerReading(copy, checkpoint: nil, vault: vault, keys: keys).endOfLines)])
    }

    private func contents(_ path: String) throws(LedgerError) -> [UInt8] {
        try LedgerReading.contents(of: path, fileSystem, limitBytes: LedgerReading.maximumBytes) ?? []
    }

    /// Makes each copy that can be reached the same as the file in the vault, which is durable, where both have the same first `sameBytes` bytes;
    /// returns how many are the same then.
    func follow(from sameBytes: [Int?], vault: VaultID, keys: [SigningPublicKey]) throws(LedgerError) -> [Int?] {
        var same: [Int?] = []
        for (path, known) in zip(paths, sameBytes) {
            guard isReachable(path) else {
                same.append(nil)
                continue
            }
            if let known { same.append(known) } else { same.append(try self.sameBytes(of: path, vault: vault, keys: keys)) }
        }
        guard let least = same.compactMap({ $0 }).min() else { return same }
        do throws(FileError) {
            let lines = try fileSystem.open(layout.ledgerActs, for: .reading)
            var bytes = [UInt8](repeating: 0, count: max(0, try lines.sizeBytes - least))
            let end = least + (try lines.readArray(at: least, into: &bytes))
            try lines.close()
            for (index, path) in paths.enumerated() {
                guard let known = same[index], known < end else { continue }
                do throws(FileError) {
                    try write(Array(bytes[(known - least)..<(end - least)]), to: path, at: known)
                    same[index] = end
                } catch {
                    // Its device died a moment ago: the others have it.
                    guard error.code != .crashed, !isReachable(path) else { throw error }
                    same[index] = nil
                }
            }
            return same
        } catch {
            throw LedgerError(error)
        }
    }

    private func write(_ bytes: [UInt8], to path: String, at offset: Int) throws(FileError) {
        let isNew = try fileSystem.status(path) == nil
        let file = isNew ? try fileSystem.create(path, mode: Self.mode) : try fileSystem.open(path, for: .updating)
        try file.write(bytes.rawSpan, at: offset)
        try file.synchronize()
        guard try file.isStill(at: path) else { throw FileError(.notFound, "write", path) }
        try file.close()
        if isNew { try fileSystem.synchronizeDirectory(DiskFileSystem.parent(of: path)) }
    }
}
