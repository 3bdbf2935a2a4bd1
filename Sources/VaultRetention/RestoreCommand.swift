import ArgumentParser
import Console
import KeyCalendar
import Records
import Retention
import Roster
import Sodium
import System
import UnattendedIdentity

/// Brings a vault back.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring a vault back from a backup of its files and the cells that are left.",
        discussion: """
            For the day on which the machine is gone: the backup has the files, a cell on another device has the keys. No keeper may be running \
            with that cell. Everything is verified first; then the vault is written into a new directory, and opened once. The backup may be \
            older than the cell, and neither it nor anything else is overwritten.

            Then start 'vault-retention run' with the new directory, and make a second cell with 'vault-retention add-cell'. The lost cell, if \
            somebody has it, still opens what it opened on the day it was lost.

            Example:
              vault-retention restore --vault /srv/vault \\
                --from /mnt/backup/vault --cell /mnt/cell-b/vault
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var cells: CellOptions
    @OptionGroup var output: OutputOptions

    @Option(name: .customLong("from"), help: ArgumentHelp("The backup's directory: a copy of the vault.", valueName: "dir"))
    var from: String

    @Option(
        name: .customLong("replica"), help: ArgumentHelp("A replica of the calendar, in which it is looked for, too.", valueName: "dir"))
    var replicas: [String] = []

    @Option(
        name: .customLong("keeper-identity"),
        help: ArgumentHelp("The keeper's identity file, where none lies beside the cells any more.", valueName: "file"))
    var identity: String?

    @Flag(name: .customLong("new-keeper"), help: "Make a new keeper where the old one's identity is lost; its card is to be enrolled.")
    var makesKeeper = false

    @Flag(name: .customLong("undo"), help: "Go on with cells that are behind: what a lost cell alone had carried out is undone.")
    var mayUndo = false

    func validate() throws {
        guard identity == nil || !makesKeeper else { throw ValidationError("--keeper-identity and --new-keeper exclude each other") }
    }

    func run() throws {
        // What holds cells does not go on where a core of it could be dumped.
        try ProcessHardening.apply()
        let place = cells.place(vault, replicas: replicas, log: Logs.standardError())
        let restoration = try Restoration(from: VaultLayout(root: from), to: place)
        for cell in place.cells {
            // Or the keeper could not read afterwards what was restored.
            guard let owner = try place.fileSystem.status(cell)?.owner, owner != OwnProcess.user else { continue }
            throw ConsoleError(.refused, "the cells belong to another user than this one: run it as the keeper's user, number \(owner)")
        }
        let keeper = try readKeeper(place)
        let report = try restoration.perform(key: keeper.signingKey, mayUndo: mayUndo) { Output.note($0) }
        if output.json {
            try Output.json(report)
        } else {
            for line in report.lines { try Output.line(line) }
        }
        Output.note(
            "restored to \(place.layout.root); next: start 'vault-retention run', then make a second cell with 'vault-retention add-cell'")
    }

    /// The keeper that is to go on: from beside the cells, from the file that was named, or a new one.
    private func readKeeper(_ place: KeeperPlace) throws -> UnattendedIdentity {
        if try OwnIdentity.isPresent(place) {
            guard identity == nil, !makesKeeper else {
                throw ConsoleError(
                    .exists,
                    "a keeper's identity lies beside the cells, and that keeper goes on: leave out --keeper-identity and --new-keeper")
            }
            return try OwnIdentity.read(place)
        }
        for (index, cell) in place.cells.enumerated() {
            try CellDirectory(cell, number: index + 1, in: place.fileSystem).requireCell()
        }
        if let identity {
            let found = try UnattendedIdentity(path: identity, fileSystem: place.fileSystem)
            guard found.role == .keeper else {
                throw ConsoleError(.wrongIdentity, "\(identity) is not a keeper's identity: name the right file")
            }
            try OwnIdentity.putBesideCells(found, place)
            return found
        }
        guard makesKeeper else {
            throw ConsoleError(
                .noIdentity,
                "no keeper's identity lies beside the cells: name a copy with --keeper-identity, or make a new keeper with --new-keeper, whose "
                    + "card must be enrolled")
        }
        let made = try OwnIdentity.readOrMake(place, name: "keeper")
        let card = try made.card()
        try place.fileSystem.replaceDurably("\(place.card).minisig", card.signature.rawSpan, mode: 0o644)
        try place.fileSystem.replaceDurably(place.card, card.text.rawSpan, mode: 0o644)
        Output.note("made a new keeper; its card, for whoever approves it to compare:\n  \(card.fingerprint)")
        Output.note("next: 'vault-admin enrol' its card, keeper.card beside the first cell, in place of the old one's")
        return made
    }
}
