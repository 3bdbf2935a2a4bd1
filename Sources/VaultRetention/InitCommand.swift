import ArgumentParser
import Console
import Keeper
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
            is ever overwritten; run it again after a crash and it finishes what it began. Prints where the keeper's card is.

            Then have the card enrolled with 'vault-admin enrol', and start 'vault-retention run'.

            Example:
              vault-retention init --vault /srv/vault --card keeper.card \\
                --cell /srv/cell-a/vault --cell /srv/cell-b/vault
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var cells: CellOptions

    @Flag(name: .customLong("one-cell"), help: "Make do with one cell: if its device dies, every record is lost. It stays as a warning.")
    var mayHaveOneCell = false

    @OptionGroup var new: NewKeeperOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let vault: String
        let pages_until: String
        let card: String
        let card_signature: String
        let fingerprint: String
        let organisation_key: String
        let cells: [KeeperStatus.Cell]
    }

    func run() throws {
        // Cells are examined again below, once they are there.
        let planned = cells.place(vault, log: Logs.quiet)
        let setup = try KeeperSetup(planned, mayHaveOneCell: mayHaveOneCell)
        try new.refuseOtherCard(planned)
        try refuseStranger(planned, setup.roster)
        for warning in KeeperSetup.warnings(planned) { Output.warning(warning) }
        try setup.pinRoster()
        let place = cells.place(vault, log: Logs.quiet)
        let identity = try OwnIdentity.readOrMake(place, name: new.name)
        try OwnIdentity.putBesideCells(identity, place)
        // Before the cells: nothing is ever initialised over one, so what failed after them could not be run again.
        let card = try identity.card()
        let path = try new.write(card, place)
        let last = try setup.create(key: identity.signingKey)
        tell(place, card, setup.roster, last)
        guard output.json else { return try Output.line(path) }
        try Output.json(
            Row(
                vault: setup.roster.vault.description, pages_until: last.description, card: path, card_signature: "\(path).minisig",
                fingerprint: card.fingerprint, organisation_key: setup.roster.organisationKey.text,
                cells: place.cells.map(place.examine).enumerated().map { index, assurance in
                    KeeperStatus.Cell(label: "cell \(index + 1)", level: "L\(assurance.level.rawValue)", reason: assurance.reason)
                }))
    }

    /// In a vault without leads nobody can be enrolled any more: there the keeper is in the first roster, or never.
    private func refuseStranger(_ place: KeeperPlace, _ roster: VerifiedRoster) throws {
        guard roster.leads.isEmpty else { return }
        guard try OwnIdentity.isPresent(place), try OwnIdentity.read(place).signingKey.publicKey == roster.keeper?.card.signingKey.key
        else {
            throw ConsoleError(
                "the vault has no leads, so its keeper is the one in its roster, or none: name the cells that 'vault-retention identity' "
                    + "made before the vault, with --cell")
        }
    }

    private func tell(_ place: KeeperPlace, _ card: Card, _ roster: VerifiedRoster, _ last: Day) {
        Output.note("made the calendar of vault \(roster.vault); there are pages up to \(last)")
        for (index, assurance) in place.cells.map(place.examine).enumerated() {
            Output.note("cell \(index + 1): L\(assurance.level.rawValue), \(assurance.reason)")
        }
        if place.cells.count == 1 {
            Output.warning("there is one cell only: if its device dies, every record is lost")
        }
        Output.note("the organisation's key, trusted from now on because it was seen first; compare it with the organisation's own:")
        Output.note("  \(roster.organisationKey.text)  (key id \(roster.organisationKey.id))")
        if roster.keeper?.card == card { return Output.note("next: start 'vault-retention run'") }
        Output.note("the card of '\(card.name)', for whoever approves it to compare:\n  \(card.fingerprint)")
        Output.note("next: have it enrolled with 'vault-admin enrol', then start 'vault-retention run'")
    }
}
