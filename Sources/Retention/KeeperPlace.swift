package import KeyCalendar
package import Logging
package import Records
package import Sodium
package import System

/// Where a keeper works and what it works with; every clock, file system and random source is a parameter, so that a year can pass in a test.
package struct KeeperPlace: Sendable {
    /// The vault.
    package let layout: VaultLayout
    /// The cell directories with which the keeper is started; beside each cell lie the keeper's identity and its pin of the roster, so that a
    /// device that dies takes with it nothing that the others need.
    package let cells: [String]
    /// Directories elsewhere with copies of the calendar.
    package let replicas: [String]
    /// The files of all of them.
    package let fileSystem: any FileSystem
    /// What time it is.
    package let clock: any WallClock
    /// Where cell values, pages and request numbers come from.
    package let random: any RandomSource
    /// What a cell directory is worth.
    package let examine: @Sendable (String) -> CellAssurance
    /// Which program it is, for certificates.
    package let program: ProgramIdentity
    /// What is told to whoever runs it; never a name, an id of a conversation, or a path of a cell.
    package let log: Logger

    /// A place.
    package init(
        layout: VaultLayout, cells: [String], replicas: [String] = [], fileSystem: any FileSystem, clock: any WallClock,
        random: any RandomSource,
        examine: @escaping @Sendable (String) -> CellAssurance = { CellAssurance.examining($0) }, program: ProgramIdentity = .running,
        log: Logger
    ) {
        self.layout = layout
        self.cells = cells.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        self.replicas = replicas
        self.fileSystem = fileSystem
        self.clock = clock
        self.random = random
        self.examine = examine
        self.program = program
        self.log = log
    }

    /// The same place with those cells that can be reached, further ones among them: nothing is written beside others, nor looked for.
    package func reaching(_ presence: CellPresence) -> KeeperPlace {
        KeeperPlace(
            layout: layout, cells: presence.here, replicas: replicas, fileSystem: fileSystem, clock: clock, random: random,
            examine: examine, program: program, log: log)
    }

    /// The same place with further replicas, which the roster's policy names; only absolute paths can be meant.
    func adding(replicas more: [String]) -> KeeperPlace {
        KeeperPlace(
            layout: layout, cells: cells, replicas: replicas + more.filter { $0.hasPrefix("/") && !replicas.contains($0) },
            fileSystem: fileSystem, clock: clock, random: random, examine: examine, program: program, log: log)
    }

    /// A file of this name beside each cell.
    private func besideCells(_ name: String) -> [String] { cells.map { "\($0)/\(name)" } }
    /// Where the keeper's signing key lies, in each of these.
    package var identities: [String] { besideCells("keeper.identity") }
    /// Its card, for the custodian to enrol: beside the first cell.
    package var card: String { besideCells("keeper.card").first ?? "keeper.card" }
    /// Where the roster is pinned that it accepts, and its successors, in each of these.
    package var pins: [String] { besideCells("roster.pin") }
    /// Its copies of the ledger's lines: who can write into the vault alone can neither cut it off nor rewrite it.
    package var ledgerCopies: [String] { besideCells(Self.ledgerCopyName) }
    /// What such a copy is called.
    static let ledgerCopyName = "ledger.jsonl"
    /// What it has to certify, in each of these.
    package var certificateRegisters: [String] { besideCells("certificates.json") }

    /// The store's part of it.
    func store(
        vault: VaultID, observer: any ActObserver, knownCells: Int = 0, undone: [ClosedRange<UInt64>] = []
    ) -> StorePlace {
        StorePlace(
            vault: vault, cells: cells, layout: layout, fileSystem: fileSystem, random: random, observer: observer, examine: examine,
            knownCells: knownCells, replicas: replicas, undone: undone)
    }
}
