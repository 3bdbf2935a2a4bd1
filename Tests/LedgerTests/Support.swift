import Ledger
import Records
import Sodium
import System
import Testing

/// The vault whose ledger is tested, and what is written into it.
enum Sample {
    static let vault = VaultID(Array(repeating: 7, count: 16)) ?? .zero
    static let layout = VaultLayout(root: "/vault")
    /// Where the keeper has its own copy of the lines: not in the vault.
    static let copy = "/cell/ledger.jsonl"
    /// 2026-11-23T12:00:00Z.
    static let moment = Timestamp(seconds: 1_795_435_200)

    static func event(_ serial: UInt64, _ state: LedgerEvent.State = .done) throws -> LedgerEvent {
        try LedgerEvent(
            state, act: "sweep", serial: serial, until: Day(number: 20_000 + UInt32(serial)), approvals: [[UInt8](repeating: 1, count: 32)],
            cells: ["L1", "L0"])
    }

    /// The first `count` events: an intent and a done for each act.
    static func events(_ count: Int) throws -> [LedgerEvent] {
        try (0..<count).map { (number: Int) throws -> LedgerEvent in
            try event(UInt64(number / 2 + 1), number.isMultiple(of: 2) ? .intent : .done)
        }
    }
}

/// A ledger on a disk in memory, and the keeper that writes it.
final class Desk {
    let key: SigningKey
    let disk: MemoryFileSystem

    init(_ disk: MemoryFileSystem = MemoryFileSystem()) throws {
        let seed = SecretBytes.random(SigningKey.seedBytes, from: SystemRandom())
        key = try SigningKey(seed: seed)
        self.disk = disk
        try disk.createDirectories("/cell", mode: 0o700)
    }

    var name: NoteKey { NoteKey(name: Checkpoint.origin(of: Sample.vault), key: key.publicKey) }

    static func copy(_ key: borrowing SigningKey) throws -> SigningKey {
        let seed = key.seed()
        return try SigningKey(seed: seed)
    }

    func ledger(on fileSystem: (any FileSystem)? = nil, earlier: [SigningPublicKey] = [], copy: String? = Sample.copy) throws -> Ledger {
        let ledger = try Ledger(
            fileSystem: fileSystem ?? disk, layout: Sample.layout, vault: Sample.vault, keeper: Self.copy(key), earlier: earlier,
            copies: copy.map { [$0] } ?? [])
        // Where it fails the next entry tries again.
        try? ledger.complete()
        return ledger
    }

    func read(keys: [SigningPublicKey]? = nil, vault: VaultID = Sample.vault) throws(LedgerError) -> LedgerReading {
        try LedgerReading.read(fileSystem: disk, layout: Sample.layout, vault: vault, keys: keys ?? [key.publicKey])
    }

    /// Writes the first `count` events; those that are there already are not written again.
    func fill(_ count: Int, on fileSystem: (any FileSystem)? = nil) throws {
        let ledger = try ledger(on: fileSystem)
        for event in try Sample.events(count) { try ledger.append(event, at: Sample.moment) }
    }

    func bytes(_ path: String = Sample.layout.ledgerActs) throws -> [UInt8] { try disk.readFile(path, limitBytes: 1 << 20) }

    var checkpoint: [UInt8] { get throws { try bytes(Sample.layout.ledgerCheckpoint) } }

    func write(_ bytes: [UInt8], to path: String = Sample.layout.ledgerActs) throws {
        try disk.replaceDurably(path, bytes.rawSpan, mode: 0o660)
    }

    func lines() throws -> [[UInt8]] {
        try bytes().split(separator: UInt8(ascii: "\n")).map { Array($0) + [UInt8(ascii: "\n")] }
    }

    /// The code with which the ledger is refused; nil where it is not.
    func refusal() -> LedgerError.Code? {
        code { () throws(LedgerError) in _ = try read() }
    }
}

/// The code with which `body` fails; nil where it does not.
func code(_ body: () throws(LedgerError) -> Void) -> LedgerError.Code? {
    do throws(LedgerError) {
        try body()
        return nil
    } catch {
        #expect(!error.message.contains("\n") && !error.message.isEmpty)
        return error.code
    }
}

extension SecretBytes {
    /// Bytes that a test knows.
    init(_ bytes: [UInt8]) { self.init(copying: bytes.rawSpan) }
}
