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
            "A cell's directory, its owner's alone, on a device of its own. Give each: --cell DIR --cell DIR.", valueName: "dir"))
    var cells: [String] = []

    func validate() throws {
        guard !cells.isEmpty else { throw ValidationError("no cell was named: give --cell DIR for each") }
    }

    /// Where the keeper of these cells works, on this machine. The cell with the keeper's identity goes first, however they are named.
    func place(_ vault: VaultOptions, log: Logger) -> KeeperPlace {
        let fileSystem = DiskFileSystem()
        func make(_ cells: [String]) -> KeeperPlace {
            KeeperPlace(
                layout: vault.layout, cells: cells, fileSystem: fileSystem, clock: SystemWallClock(), random: SystemRandom(),
                log: log)
        }
        let home = cells.firstIndex { cell in
            (try? fileSystem.status(make([cell]).identity)) != nil
        }
        guard let home else { return make(cells) }
        return make([cells[home]] + cells[..<home] + cells[(home + 1)...])
    }
}

/// The keeper's own identity, beside its first cell.
enum OwnIdentity {
    /// Reads it.
    static func read(_ place: KeeperPlace) throws -> UnattendedIdentity {
        let identity: UnattendedIdentity
        do throws(UnattendedIdentityError) {
            identity = try UnattendedIdentity(path: place.identity, fileSystem: place.fileSystem)
        } catch {
            if case .file(let cause) = error, cause.code == .notFound {
                throw ConsoleError(
                    "no keeper lives in the cell directories that were named: mount their devices, name the right ones, or begin with "
                        + "'vault-retention init'")
            }
            throw ConsoleError("\(error)")
        }
        guard identity.role == .keeper else {
            throw ConsoleError("the identity beside the first cell is not a keeper's: name the right cell")
        }
        return identity
    }

    /// Reads it, or makes it where there is none; then it is on the disk before anything is signed with it.
    static func readOrMake(_ place: KeeperPlace, name: String) throws -> UnattendedIdentity {
        if try place.fileSystem.status(place.identity) == nil {
            let made = try UnattendedIdentity.generate(name: name, role: .keeper, random: place.random)
            try made.write(to: place.identity, fileSystem: place.fileSystem)
        }
        return try read(place)
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
            throw ConsoleError("there is no vault at \(vault.layout.root): name it with --vault")
        }
        let client = KeeperClient(socket: keeper.socket, vault: roster.vault)
        _ = try client.today()
        return client
    }
}
