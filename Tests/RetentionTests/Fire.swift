import Certificate
import KeyCalendar
import Ledger
import Records
import Retention
import Sodium
import System
import Testing

/// A vault with two cells that is lost and brought back in another directory: what the lost cell did, and what became of it.
struct Fire {
    static let new = VaultLayout(root: "/new")
    static let backup = VaultLayout(root: "/backup")

    let ground: Ground

    /// A vault in which a day was torn off and certified in both cells.
    init() throws {
        ground = try Ground()
        try ground.initialise()
        try ground.keeper().attend()
        ground.advance(days: 1)
        try ground.keeper().attend()
        #expect(try ground.chain().findings.isEmpty && ground.chain().certificates.count == 1)
    }

    func place(
        _ cells: [String], layout: VaultLayout = Self.new, replicas: [String] = [], on fileSystem: (any FileSystem)? = nil
    ) -> KeeperPlace {
        KeeperPlace(
            layout: layout, cells: cells, replicas: replicas, fileSystem: fileSystem ?? ground.fileSystem, clock: ground.clock,
            random: SystemRandom(), examine: { _ in CellAssurance(.l1, "a test") }, log: Ground.quiet)
    }

    func keeper(_ cells: [String], layout: VaultLayout = Self.new, replicas: [String] = []) throws -> RetentionKeeper {
        try RetentionKeeper(opening: place(cells, layout: layout, replicas: replicas), key: ground.keeperKey)
    }

    func copy(_ from: String, to: String) throws { try AVaultIsBroughtBackTests.copy(from, to: to, ground.fileSystem) }

    func remove(_ path: String) throws { try AVaultIsBroughtBackTests.remove(path, ground.fileSystem) }

    /// Makes the backup, in place of an earlier one.
    func backUp() throws {
        if try ground.exists("/backup") { try remove("/backup") }
        try copy("/vault", to: "/backup")
    }

    /// A day passes while the second cell is away, and is torn off in the first alone.
    func liveOnWithOneCell() throws {
        ground.advance(days: 1)
        try ground.keeperOfOneCell().attend()
    }

    /// Does something while no certificate can be written; those that were there are there again afterwards.
    func whileNoneIsWritten(_ work: () throws -> Void) throws {
        let paths = try ground.fileSystem.list(ground.layout.certificates).map { "\(ground.layout.certificates)/\($0)" }
        let kept = try paths.map { ($0, try ground.fileSystem.readFile($0, limitBytes: 1 << 20)) }
        try ground.blockCertificates()
        try work()
        try ground.unblockCertificates()
        try ground.fileSystem.createDirectories(ground.layout.certificates, mode: VaultLayout.directoryMode)
        for (path, bytes) in kept { try ground.fileSystem.writeDurably(path, bytes.rawSpan, mode: 0o660) }
    }

    /// The first machine is gone, the vault and the first cell with it; what that held turns up in `/kept-a`.
    func loseTheMachine() throws {
        try copy("/cell-a", to: "/kept-a")
        try remove("/vault")
        try remove("/cell-a")
    }

    func restore(
        _ cells: [String] = ["/cell-b"], from layout: VaultLayout = Self.backup, mayUndo: Bool = false,
        on fileSystem: (any FileSystem)? = nil
    ) throws -> RestoreReport {
        try Restoration(from: layout, to: place(cells, on: fileSystem)).perform(key: ground.keeperKey, mayUndo: mayUndo) { _ in }
    }

    var certificates: CertificateFolder { CertificateFolder(fileSystem: ground.fileSystem, layout: Self.new) }

    func content(_ number: Int) throws -> CertificateContent {
        try certificates.read(number, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]).content
    }

    func ledger(_ layout: VaultLayout = Self.new) throws -> LedgerReading {
        try LedgerReading.read(
            fileSystem: ground.fileSystem, layout: layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
    }

    func chain() throws -> CertificateChain {
        try CertificateChain(certificates, ledger: ledger(), vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
    }

    func text(_ path: String) throws -> String {
        String(decoding: try ground.fileSystem.readFile(path, limitBytes: 1 << 20), as: UTF8.self)
    }

    func write(_ text: String, to path: String) throws {
        try ground.fileSystem.replaceDurably(path, Array(text.utf8).rawSpan, mode: 0o600)
    }
}
