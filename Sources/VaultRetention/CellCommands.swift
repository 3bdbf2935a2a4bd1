import ArgumentParser
import Console
import Keeper
import KeyCalendar
import Records
import Retention
import Roster
import System

/// Makes a further cell.
struct AddCellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-cell",
        abstract: "Make a further cell, on another device.",
        discussion: """
            Asked of the running keeper, by its own user. The directory is made, or is empty; it lies on a device of its own, outside of the vault. \
            It has at once beside it what a restoration needs. From the next start on the keeper is to be given it, too: one that is left out \
            counts as away.

            Example:
              vault-retention add-cell /srv/cell-c/vault
            """)

    @Argument(help: ArgumentHelp("The cell's directory, its whole path.", valueName: "dir"))
    var directory: String

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let cells: [KeeperStatus.Cell]
    }

    func validate() throws {
        guard directory.hasPrefix("/") else { throw ValidationError("name the whole path of the cell's directory: the keeper makes it") }
    }

    func run() throws {
        let client = try KeeperClient.connecting(to: keeper, of: vault)
        let answer = try client.addCell(CanonicalJSON.line(CellQuestion(directory: directory)))
        let status = try KeeperStatus.reading(answer)
        if output.json {
            try Output.json(Row(cells: status.cells))
        } else {
            for cell in status.cells { try Output.line("\(cell.label): \(cell.level), \(cell.reason)") }
        }
        Output.note(
            "done: there are \(status.cells.count) cells; from the next start on give the keeper --cell \(directory) beside the others")
    }
}

/// Makes a replica.
struct AddReplicaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-replica",
        abstract: "Make a directory for copies of the calendar.",
        discussion: """
            Whoever has the copies and no cell can open nothing. The directory is made, or is empty; 'vault-retention run --replica' keeps it up \
            to date. One that is away makes acts incomplete until it is back.

            Example:
              vault-retention add-replica /mnt/nas/calendar
            """)

    @Argument(help: ArgumentHelp("The replica's directory.", valueName: "dir"))
    var directory: String

    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let replica: String
        let vault: String
    }

    func run() throws {
        let fileSystem = DiskFileSystem()
        guard !Surroundings(fileSystem: fileSystem).lies(directory, in: vault.layout.root) else {
            throw ConsoleError("the replica would lie inside the vault, and be lost with it; name a directory on another device")
        }
        let store = RosterStore(fileSystem: fileSystem, layout: vault.layout)
        let roster = try store.loadFromFirst(organisationKey: store.organisationKey())
        try ReplicaDirectory(directory, number: 1, in: fileSystem).make(for: roster.vault)
        if output.json { try Output.json(Row(replica: directory, vault: roster.vault.description)) }
        Output.note("made; start the keeper with --replica \(directory)")
    }
}
