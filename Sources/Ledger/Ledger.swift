package import Records
package import Sodium
internal import Synchronization
package import System

/// The ledger as the keeper writes it: lines are appended, each signed and chained to the one before, and durable when `append` returns.
///
/// Nothing is ever changed or cut off. What a crash left of a line stays where it is; the next entry names it by length and digest, so that
/// it can be told from tampering. One process writes: the lock is held as long as this lives.
///
/// A later version puts Merkle proofs and checkpoints (RFC 6962) beside the chain; the lines stay what they are.
package final class Ledger: Sendable {
    private struct State {
        var reading: LedgerReading
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

    /// Opens the ledger of a vault for writing, after it was verified from its first line.
    ///
    /// - Parameters:
    ///   - fileSystem: the files.
    ///   - layout: where the vault lies.
    ///   - vault: the vault.
    ///   - keeper: what new entries are signed with.
    ///   - earlier: the signing keys of the keepers before this one.
    /// - Throws: `busy` where another keeper has it open, `refused` where it is not what keepers wrote, `tooLarge`, `storage`.
    package init(
        fileSystem: any FileSystem, layout: VaultLayout, vault: VaultID, keeper: consuming SigningKey, earlier: [SigningPublicKey] = []
    ) throws(LedgerError) {
        let keys = [keeper.publicKey] + earlier
        do throws(FileError) {
            try fileSystem.createDirectories(layout.ledger, mode: VaultLayout.directoryMode)
            lock = try fileSystem.lock(layout.ledgerLock)
        } catch {
            throw LedgerError(error)
        }
        let reading = try LedgerReading.read(fileSystem: fileSystem, layout: layout, vault: vault, keys: keys)
        self.fileSystem = fileSystem
        self.layout = layout
        self.vault = vault
        self.keeper = keeper
        self.keys = keys
        state = Mutex(State(reading: reading, file: nil))
    }

    deinit {
        lock.release()
    }

    /// The serial number of the last act that is done; zero where none is. A cell behind it is never used alone.
    package var lastDone: UInt64 { state.withLock { $0.reading.lastDone } }

    /// The most cells in which any act was done; zero where none is.
    package var mostCells: Int { state.withLock { $0.reading.mostCells } }

    /// How many entries there are.
    package var count: Int { state.withLock { $0.reading.entries.count } }

    /// How many bytes a crash left at the end that no entry names yet.
    package var tornBytes: Int { state.withLock { $0.reading.tornBytes } }

    /// The last entry of this kind; nil where there is none.
    package func last(_ wanted: LedgerEvent.State, act: String) -> LedgerEntry? {
        state.withLock { $0.reading.entries.last { $0.event.act == act && $0.event.state == wanted } }
    }

    /// Adds an event durably; an event that is there already, told again after a crash, changes nothing.
    ///
    /// - Throws: `storage`, `tooLarge`, `refused` where the file was changed by something else. Then it may be tried again.
    package func append(_ event: LedgerEvent, at moment: Timestamp) throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in
            let file = try open(&state)
            guard !state.reading.contains(event) else { return }
            _ = try append(event, at: moment, to: file, &state)
        }
    }

    /// Adds an event that depends on the number of its entry, durably; returns the entry. What is told twice stands there twice.
    ///
    /// - Throws: as `append(_:at:)`, and whatever `event` throws; then nothing is added.
    package func append(
        at moment: Timestamp, _ event: (_ number: Int) throws(LedgerError) -> LedgerEvent
    ) throws(LedgerError) -> LedgerEntry {
        try state.withLock { state throws(LedgerError) in
            let file = try open(&state)
            return try append(event(state.reading.entries.count + 1), at: moment, to: file, &state)
        }
    }

    private func append(
        _ event: LedgerEvent, at moment: Timestamp, to file: any File, _ state: inout State
    ) throws(LedgerError) -> LedgerEntry {
        // Whatever goes wrong from here on: it is read again first.
        state.file = nil
        let torn = state.reading.torn
        let entry = LedgerEntry(
            number: state.reading.entries.count + 1, previous: state.reading.head, event: event, at: Timestamp(seconds: moment.seconds),
            torn: torn.isEmpty ? nil : TornBytes(naming: torn))
        let line = try LedgerLine.bytes(of: entry, vault: vault, signedBy: keeper)
        let separator = state.reading.endsLine ? [] : [Self.lineFeed]
        try write(separator + line + [Self.lineFeed], to: file)
        state.reading.add(entry, line: line)
        state.file = file
        return entry
    }

    private func write(_ bytes: [UInt8], to file: any File) throws(LedgerError) {
        do throws(FileError) {
            try file.append(bytes.rawSpan)
            try file.synchronize()
            guard try file.isStill(at: layout.ledgerActs) else { throw FileError(.notFound, "append to", layout.ledgerActs) }
        } catch {
            throw LedgerError(error)
        }
    }

    /// The open file; where it was not open, what it holds is read, verified and made durable first.
    private func open(_ state: inout State) throws(LedgerError) -> any File {
        if let file = state.file { return file }
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
        state.reading = try LedgerReading.read(fileSystem: fileSystem, layout: layout, vault: vault, keys: keys)
        state.file = file
        return file
    }
}
