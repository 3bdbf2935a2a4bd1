import ArgumentParser
import Console
import Keeper
import Logging
import Records
import Retention
import Roster
import Sodium
import System
import UnattendedIdentity

/// Where the cells are: what the commands take that hold them.
struct CellOptions: ParsableArguments {
    @Option(
        name: .customLong("cell"),
        help: ArgumentHelp(
            "A cell's directory, its owner's alone, on a device of its own. Give it once for each cell.", valueName: "dir"),
        completion: .directory)
    var cells: [String] = []

    func validate() throws {
        guard !cells.isEmpty else { throw ValidationError("no cell was named: give --cell DIR for each") }
    }

    /// Where the keeper of these cells works, on this machine.
    func place(_ vault: VaultOptions, replicas: [String] = [], log: Logger) -> KeeperPlace {
        KeeperPlace(
            layout: vault.layout, cells: cells, replicas: replicas, fileSystem: DiskFileSystem(), clock: SystemWallClock(),
            random: SystemRandom(), log: log)
    }
}

extension KeeperClient {
    /// A client of the keeper at the socket; where a vault was named too, one that was checked to be that vault's.
    static func connecting(to keeper: KeeperOptions, of vault: VaultOptions) throws -> KeeperClient {
        guard vault.directory != nil else { return KeeperClient(socket: keeper.socket, vault: nil) }
        let store = RosterStore(fileSystem: DiskFileSystem(), layout: vault.layout)
        let roster: VerifiedRoster
        do throws(RosterError) {
            roster = try store.loadFromFirst(organisationKey: store.organisationKey())
        } catch {
            guard error.code == .missing else { throw error }
            throw ConsoleError(.noVault, "there is no vault at \(vault.layout.root): name it with --vault")
        }
        let client = KeeperClient(socket: keeper.socket, vault: roster.vault)
        _ = try client.today()
        return client
    }
}
