import ArgumentParser
import Console
import KeyCalendar
import Logging
import Minisign
import Records
import Retention
import Roster
import Sodium
import System
import UnattendedIdentity

/// Makes the keeper of a vault.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the cells, the first calendar, and the keeper's identity and card.",
        discussion: """
            The vault is there already. Each cell directory is made here, or is empty, of mode 0700 and the daemon's own. Nothing that exists \
            is ever overwritten; run it again after a crash and it finishes what it began.

              vault-retention init --cell /srv/cell-a/vault --cell /srv/cell-b/vault --card keeper.card

            Then have the card enrolled with 'vault-admin enrol', and start 'vault-retention run'.
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var cells: CellOptions

    @Flag(name: .customLong("one-cell"), help: "Make do with one cell: if its device dies, every record is lost. It stays as a warning.")
    var mayHaveOneCell = false

    @Option(name: .customLong("name"), help: ArgumentHelp("The keeper's name in the roster.", valueName: "name"))
    var name = "keeper"

    @Option(
        name: .customLong("card"),
        help: ArgumentHelp(
            "Where to write the keeper's card, and FILE.minisig.", discussion: "Default: keeper.card beside the first cell.",
            valueName: "file"))
    var card: String?

    func validate() throws {
        guard Card.isName(name) else {
            throw ValidationError("'\(name)' is no name: 1 to 100 of a-z, 0-9, '-', '_' and '.', not beginning with '-' or '.'")
        }
    }

    func run() throws {
        try ProcessHardening.apply()
        // Cells are examined again below, once they are there.
        let planned = cells.place(vault, log: Logs.quiet)
        let setup = try KeeperSetup(planned, mayHaveOneCell: mayHaveOneCell)
        try refuseOtherCard(planned)
        for warning in setup.warnings { Output.note("warning: \(warning)") }
        try setup.pinRoster()
        let place = cells.place(vault, log: Logs.quiet)
        let identity = try OwnIdentity.readOrMake(place, name: name)
        let last = try setup.create(key: identity.signingKey)
        let path = card ?? place.card
        try write(try identity.card(), to: path, place.fileSystem)
        tell(place, identity.name, setup.roster, last)
        try Output.line(path)
    }

    /// What lies where the card shall go is replaced only where an interrupted attempt left it.
    private func refuseOtherCard(_ place: KeeperPlace) throws {
        guard let card else { return }
        guard try place.fileSystem.status(place.identity) != nil else {
            return try NewFiles.check([card, "\(card).minisig"], option: "--card", fileSystem: place.fileSystem)
        }
        let identity = try OwnIdentity.read(place)
        guard try place.fileSystem.status(card) != nil else { return }
        guard try place.fileSystem.readFile(card, limitBytes: Limits.signedTextBytes) == identity.card().text else {
            throw ConsoleError("\(card) exists already: it is not overwritten, and nothing was done; choose another --card")
        }
    }

    private func write(_ card: Card, to path: String, _ fileSystem: any FileSystem) throws {
        try fileSystem.replaceDurably(path, card.text.rawSpan, mode: 0o644)
        try fileSystem.replaceDurably("\(path).minisig", card.signature.rawSpan, mode: 0o644)
    }

    private func tell(_ place: KeeperPlace, _ name: String, _ roster: VerifiedRoster, _ last: Day) {
        Output.note("made the calendar of vault \(roster.vault); there are pages up to \(last)")
        for (index, assurance) in place.cells.map(place.examine).enumerated() {
            Output.note("cell \(index + 1): L\(assurance.level.rawValue), \(assurance.reason)")
        }
        if place.cells.count == 1 {
            Output.note("warning: there is one cell only: if its device dies, every record is lost")
        }
        Output.note("the organisation's key, trusted from now on because it was seen first; compare it with the organisation's own:")
        Output.note("  \(roster.organisationKey.text)  (key id \(roster.organisationKey.id))")
        Output.note("next: have the card of '\(name)' enrolled with 'vault-admin enrol', then start 'vault-retention run'")
    }
}
