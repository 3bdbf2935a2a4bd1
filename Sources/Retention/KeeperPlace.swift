package import KeyCalendar
package import Logging
package import Records
package import Sodium
package import System

/// Where a keeper works and what it works with; every clock, file system and random source is a parameter, so that a year can pass in a test.
package struct KeeperPlace: Sendable {
    /// The vault.
    package let layout: VaultLayout
    /// The cell directories; in the first lie the keeper's identity and its pin of the roster.
    package let cells: [String]
    /// The files of all of them.
    package let fileSystem: any FileSystem
    /// What time it is.
    package let clock: any WallClock
    /// Where cell values, pages and request numbers come from.
    package let random: any RandomSource
    /// What a cell directory is worth.
    package let examine: @Sendable (String) -> CellAssurance
    /// What is told to whoever runs it; never a name, an id of a conversation, or a path of a cell.
    package let log: Logger

    /// A place.
    package init(
        layout: VaultLayout, cells: [String], fileSystem: any FileSystem, clock: any WallClock, random: any RandomSource,
        examine: @escaping @Sendable (String) -> CellAssurance = { CellAssurance.examining($0) }, log: Logger
    ) {
        self.layout = layout
        self.cells = cells.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        self.fileSystem = fileSystem
        self.clock = clock
        self.random = random
        self.examine = examine
        self.log = log
    }

    /// A file beside the first cell.
    private func besideCell(_ name: String) -> String { "\(cells.first ?? ".")/\(name)" }
    /// The keeper's signing key.
    package var identity: String { besideCell("keeper.identity") }
    /// Its card, for the custodian to enrol.
    package var card: String { besideCell("keeper.card") }
    /// The roster that it accepts, and its successors.
    package var pin: String { besideCell("roster.pin") }

    /// The store's part of it.
    func store(vault: VaultID, observer: any ActObserver) -> StorePlace {
        StorePlace(
            vault: vault, cells: cells, layout: layout, fileSystem: fileSystem, random: random, observer: observer,
            assurances: cells.map(examine))
    }
}
