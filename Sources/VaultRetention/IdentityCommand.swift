import ArgumentParser
import Console
import KeyCalendar
import Retention
import Roster
import Sodium
import System
import UnattendedIdentity

/// Makes the keeper's identity before there is a vault.
struct IdentityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity",
        abstract: "Make the keeper's identity and card before the vault: for a vault without leads.",
        discussion: """
            In a vault without safeguarding leads nobody can be enrolled later, so its keeper's card must be there when it is made. A vault with \
            leads does not need this: 'vault-retention init' makes the identity then.

            Example, with what follows it:
              vault-retention identity --card keeper.card \\
                --cell /srv/cell-a/vault --cell /srv/cell-b/vault
              vault-admin init --without-leads --member keeper.card \\
                --member anna.card --member service.card --vault /srv/vault \\
                --organisation "The Charity" --organisation-key ~/charity.key
              vault-retention init --vault /srv/vault \\
                --cell /srv/cell-a/vault --cell /srv/cell-b/vault
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var cells: CellOptions
    @OptionGroup var new: NewKeeperOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let place = cells.place(vault, log: Logs.quiet)
        try KeeperSetup.refuseUnusable(place)
        try new.refuseOtherCard(place)
        for warning in KeeperSetup.warnings(place) { Output.warning(warning) }
        for cell in place.cells { try place.fileSystem.createDirectories(cell, mode: CellDirectory.mode) }
        let identity = try OwnIdentity.readOrMake(place, name: new.name)
        try OwnIdentity.putBesideCells(identity, place)
        let card = try identity.card()
        let path = try new.write(card, place)
        Output.note("made the identity of '\(card.name)'; its card, for whoever makes the vault to compare:\n  \(card.fingerprint)")
        Output.note("next: 'vault-admin init --without-leads --member \(path) …', then 'vault-retention init' with the same cells")
        if output.json { try Output.json(MadeIdentity(card, at: nil, card: path)) } else { try Output.line(path) }
    }
}
