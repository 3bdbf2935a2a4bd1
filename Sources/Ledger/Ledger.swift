package import Records
package import Sodium
internal import Synchronization
package import System

/// The ledger as the keeper writes it: lines are appended, each signed, and after each a checkpoint of the Merkle tree of all lines. Both are
/// durable when `append` returns.
///
/// Nothing is ever changed or cut off. What a crash left of a line stays where it is; the next entry names it by length and digest, so that
/// it can be told from tampering. One process writes: the lock is held as long as this lives.
///
/// No checkpoint is ever signed that contradicts an earlier one: the keeper has copies of the lines where whoever can write into the vault
/// cannot reach them. A ledger that lost its end gets it back from there, and one that says something else is refused.
package final class Ledger: Sendable {
    private struct State {
        var reading: LedgerReading
        /// What the ledger held when it was last known to: it must continue this.
        var known: Checkpoint
        var copies: LedgerCopies
        /// How much of each copy is the same as the file in the vault.
        var copiedBytes: [Int?] = []
        /// Nil at first and after a failure: what reached the disk is unknown, so the file is read again before anything is added.
        var file: (any File)?
    }

    private let fileSystem: any FileSystem
    private let layout: VaultLayout
    private let vault: VaultID
    private let keeper: SigningKey
    private let keys: [SigningPublicKey]
    private let lock: any FileLock
    private let state: Mutex<State>

    private static let lineFeed = UInt8(ascii: "\n")

    /// Whether the file in the vault had lost its end when it was opened, and got it back from a copy of the keeper's.
    package let wasRestored: Bool

    /// Opens the ledger of a vault for writing, after it was held against the keeper's copies and verified from its first line.
    ///
    /// - Parameters:
    ///   - fileSystem: the files.
    ///   - layout: where the vault lies.
    ///   - vault: the vault.
    ///   - keeper: what new entries and checkpoints are signed with.
    ///   - earlier: the signing keys of the keepers before this one.
    ///   - copies: where the keeper has its own copies of the lines, outside of the vault.
    ///   - isReachable: whether the device of a copy is there; one that is away is passed over until it is back.
    /// - Throws: `busy` where another keeper has it open; `refused`, `cutOff` or `rewritten` where it is not what keepers wrote; `tooLarge`,
    ///   `storage`.
    package init(
        fileSystem: any FileSystem, layout: VaultLayout, vault: VaultID, keeper: consuming SigningKey, earlier: [SigningPublicKey] = [],
        copies: [String] = [], isReachable: @escaping @Sendable (String) -> Bool = { _ in true }
    ) throws(LedgerError) {
        let keys = [keeper.publicKey] + earlier
        do throws(FileError) {
            try fileSystem.createDirectories(layout.ledger, mode: VaultLayout.directoryMode)
            lock = try fileSystem.lock(layout.ledgerLock)
        } catch {
            throw error.code == .busy ? .busy : LedgerError(error)
        }
        let copies = LedgerCopies(copies, of: layout, in: fileSystem, isReachable: isReachable)
        wasRestored = try copies.restore(vault: vault, keys: keys).wasRestored
        let reading = try LedgerReading.read(fileSystem: fileSystem, layout: layout, vault: vault, keys: keys)
        self.fileSystem = fileSystem
        self.layout = layout
        self.vault = vault
        self.keeper = keeper
        self.keys = keys
        state = Mutex(State(reading: reading, known: reading.head(of: vault), copies: copies))
    }

    /// Writes the checkpoint and the copies that a crash, a restored backup or a device that was away left behind, once the places of the
    /// copies are known to be there.
    ///
    /// Where that fails nothing is lost: the next entry tries again.
    ///
    /// - Throws: as `append`.
    package func complete() throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in _ = try open(&state) }
    }

    deinit {
        lock.release()
    }

    /// The serial number of the last act that is done; zero where none is. A cell behind it is never used alone.
    package var lastDone: UInt64 { state.withLock { $0.reading.lastDone } }

    /// The serial number of the last act that is done or incomplete; zero where none is. A cell behind it is older than one that is away.
    package var lastCarriedOut: UInt64 { state.withLock { $0.reading.lastCarriedOut } }

    /// The serial numbers that each restoration left out, in order: there are as many ranges as there were restorations.
    package var undone: [ClosedRange<UInt64>] { state.withLock { $0.reading.undone } }

    /// The acts that were carried out while a cell or replica was away, and are not done yet, in order.
    package var incompleteActs: [LedgerEvent] { state.withLock { $0.reading.incompleteActs } }

    /// How many cells the calendar has; zero where that is not known.
    package var knownCells: Int { state.withLock { $0.reading.knownCells } }

    /// Has a copy kept at `path`, too, or again, on a device that was not there; it is written by `complete` or with the next entry.
    ///
    /// - Throws: `rewritten` where what lies there belongs to a keeper that went on apart from this one.
    package func keepCopy(at path: String) throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in
            _ = try state.copies.sameBytes(of: path, vault: vault, keys: keys)
            state.copies.add(path)
            // How much the copies have in common with the file is looked at again.
            state.file = nil
        }
    }

    /// How many entries there are.
    package var count: Int { state.withLock { $0.reading.entries.count } }

    /// What it holds, by which it can be told later that something continues it.
    package var head: Checkpoint { state.withLock { $0.reading.head(of: vault) } }

    /// How many bytes a crash left at the end that no entry names yet.
    package var tornBytes: Int { state.withLock { $0.reading.tornBytes } }

    /// The last entry of this kind; nil where there is none.
    package func last(_ wanted: LedgerEvent.State, act: String) -> LedgerEntry? {
        state.withLock { $0.reading.entries.last { $0.event.act == act && $0.event.state == wanted } }
    }

    /// The last entry that has this act, of this serial number, as carried out, done or incomplete; nil where none has.
    package func carriedOut(_ act: String, serial: UInt64) -> LedgerEntry? {
        state.withLock { $0.reading.entries.last { $0.event.act == act && $0.event.serial == serial && $0.event.state != .intent } }
    }

    /// Whether an act of this name that rests on these approvals was carried out, done or incomplete.
    package func hasCarriedOut(_ act: String, approvals: [[UInt8]]) -> Bool {
        let wanted = Set(approvals)
        return state.withLock {
            $0.reading.entries.contains {
                $0.event.act == act && $0.event.mark == nil && $0.event.state != .intent && Set($0.event.approvals) == wanted
            }
        }
    }

    /// The checkpoint that lies beside the lines; nil where there is none yet.
    package var checkpoint: [UInt8]? { state.withLock { $0.reading.checkpoint?.note } }

    /// The last entry by which a change of the calendar is done in every cell; nil where there is none.
    package var lastAdvance: LedgerEntry? {
        state.withLock { state in
            state.reading.entries.last {
                $0.event.state == .done && $0.event.serial != nil
                    && ![LedgerEvent.addCellAct, LedgerEvent.restoreAct].contains($0.event.act)
            }
        }
    }

    /// Adds an event durably and returns its entry; an event that is there already, told again after a crash, changes nothing, unless it
    /// `mayRepeat`.
    ///
    /// - Throws: `storage`, `tooLarge`; `refused`, `cutOff` or `rewritten` where the files were changed by something else. Then it may be tried
    ///   again.
    @discardableResult
    package func append(_ event: LedgerEvent, at moment: Timestamp, mayRepeat: Bool = false) throws(LedgerError) -> LedgerEntry {
        try state.withLock { state throws(LedgerError) in
            let file = try open(&state)
            if !mayRepeat, let number = state.reading.number(of: event) { return state.reading.entries[number - 1] }
            // Whatever goes wrong from here on: it is read again first.
            state.file = nil
            let (torn, size) = (state.reading.torn, state.reading.tree.size)
            let entry = LedgerEntry(
                number: size + 1, root: state.reading.tree.root(at: size), event: event, at: event.time(of: moment),
                torn: torn.isEmpty ? nil : TornBytes(naming: torn))
            let line = try LedgerLine.bytes(of: entry, vault: vault, signedBy: keeper)
            let separator = state.reading.endsLine ? [] : [Self.lineFeed]
            let end = try write(separator + line + [Self.lineFeed], to: file)
            state.reading.add(entry, line: line, at: end - line.count - 1)
            try publish(&state)
            state.file = file
            return entry
        }
    }

    /// Appends durably; returns where the file ends now.
    private func write(_ bytes: [UInt8], to file: any File) throws(LedgerError) -> Int {
        do throws(FileError) {
            try file.append(bytes.rawSpan)
            try file.synchronize()
            guard try file.isStill(at: layout.ledgerActs) else { throw FileError(.notFound, "append to", layout.ledgerActs) }
            return try file.sizeBytes
        } catch {
            throw LedgerError(error)
        }
    }

    /// Puts a checkpoint of all lines, which are durable, beside them, and copies them.
    private func publish(_ state: inout State) throws(LedgerError) {
        if state.reading.uncovered > 0 {
            let signed = SignedCheckpoint(state.reading.head(of: vault), by: keeper)
            do throws(FileError) {
                try fileSystem.replaceDurably(layout.ledgerCheckpoint, signed.note.rawSpan, mode: VaultLayout.fileMode)
            } catch {
                throw LedgerError(error)
            }
            state.reading.add(signed)
        }
        state.copiedBytes = try state.copies.follow(from: state.copiedBytes, vault: vault, keys: keys)
        state.known = state.reading.head(of: vault)
    }

    /// The open file; where it was not open, what it holds is read, verified and made durable first, and has a checkpoint and copies of all of it.
    private func open(_ state: inout State) throws(LedgerError) -> any File {
        if let file = state.file { return file }
        let found = try state.copies.restore(vault: vault, keys: keys)
        let path = layout.ledgerActs
        let file: any File
        do throws(FileError) {
            if try fileSystem.status(path) == nil {
                file = try fileSystem.create(path, mode: VaultLayout.fileMode)
            } else {
                file = try fileSystem.open(path, for: .updating)
                try file.synchronize()
            }
            try fileSystem.synchronizeDirectory(layout.ledger)
        } catch {
            throw LedgerError(error)
        }
        let reading = try LedgerReading.read(fileSystem: fileSystem, layout: layout, vault: vault, keys: keys)
        try reading.check(continues: state.known, kept: .byKeeper)
        state.reading = reading
        state.copiedBytes = found.sameBytes
        try publish(&state)
        state.file = file
        return file
    }
}

extension LedgerReading {
    /// What a checkpoint of all entries says.
    package func head(of vault: VaultID) -> Checkpoint {
        Checkpoint(vault: vault, size: tree.size, root: tree.root(at: tree.size))
    }
}
