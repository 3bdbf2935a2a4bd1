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

              vault-retention identity --cell /srv/cell-a/vault --cell /srv/cell-b/vault --card keeper.card
              vault-admin init --without-leads --member keeper.card --member anna.card --member service.card …
              vault-retention init --cell /srv/cell-a/vault --cell /srv/cell-b/vault
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var cells: CellOptions
    @OptionGroup var new: NewKeeperOptions

    func run() throws {
        try ProcessHardening.apply()
        let place = cells.place(vault, log: Logs.quiet)
        try KeeperSetup.refuseUnusable(place)
        try new.refuseOtherCard(place)
        for warning in KeeperSetup.warnings(place) { Output.note("warning: \(warning)") }
        for cell in place.cells { try place.fileSystem.createDirectories(cell, mode: CellDirectory.mode) }
        let identity = try OwnIdentity.readOrMake(place, name: new.name)
        try OwnIdentity.putBesideCells(identity, place)
        let card = try identity.card()
        let path = try new.write(card, place)
        Output.note("made the identity of '\(card.name)'; its card, for whoever makes the vault to compare:\n  \(card.fingerprint)")
        Output.note("next: 'vault-admin init --without-leads --member \(path) …', then 'vault-retention init' with the same cells")
        try Output.line(path)
    }
}
