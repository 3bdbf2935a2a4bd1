import ArgumentParser
import Console
import Records
import Retention
import Roster
import Sodium
import System
import UnattendedIdentity

/// The keeper's name and card: what the commands take that make its identity.
struct NewKeeperOptions: ParsableArguments {
    @Option(name: .customLong("name"), help: ArgumentHelp("The keeper's name in the roster.", valueName: "name"))
    var name = "keeper"

    @Option(
        name: .customLong("card"),
        help: ArgumentHelp(
            "Where to write the keeper's card, and FILE.minisig; else keeper.card beside the first cell.", valueName: "file"),
        completion: .file())
    var card: String?

    func validate() throws {
        guard Card.isName(name) else {
            throw ValidationError("'\(name)' is no name: 1 to 100 of a-z, 0-9, '-', '_' and '.', not beginning with '-' or '.'")
        }
    }

    /// What lies where the card shall go is replaced only where it is this keeper's own card, of an earlier time.
    func refuseOtherCard(_ place: KeeperPlace) throws {
        guard let card else { return }
        guard try OwnIdentity.isPresent(place) else {
            return try NewFiles.check([card, "\(card).minisig"], option: "--card", fileSystem: place.fileSystem)
        }
        let identity = try OwnIdentity.read(place)
        guard try place.fileSystem.status(card) != nil else { return }
        guard try place.fileSystem.readFile(card, limitBytes: Limits.signedTextBytes) == identity.card().text else {
            throw ConsoleError(.exists, "\(card) exists already: it is not overwritten, and nothing was done; choose another --card")
        }
    }

    /// Writes the card and its signature; returns where the card is.
    func write(_ card: Card, _ place: KeeperPlace) throws -> String {
        let path = self.card ?? place.card
        try place.fileSystem.replaceDurably("\(path).minisig", card.signature.rawSpan, mode: 0o644)
        try place.fileSystem.replaceDurably(path, card.text.rawSpan, mode: 0o644)
        return path
    }
}
