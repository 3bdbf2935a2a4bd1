internal import ArgumentParser
internal import Console
internal import Roster
internal import Sodium
internal import System
internal import UnattendedIdentity

struct MakeIdentity: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity",
        abstract: "Make the service's identity: a signing key and its card.",
        discussion: """
            FILE holds the secret key and is readable by its owner alone. Give FILE.card and FILE.card.minisig to the custodian, who enrols \
            them with a lead's approval.

            Example:
              vault-service identity chat-service --out /etc/transcript-vault/service
            """)

    @Argument(help: "The service's name in the roster: lower-case letters, digits, '-', '_' and '.'.") var name: String
    @Option(name: .customLong("out"), help: ArgumentHelp("Where to write the identity.", valueName: "file"), completion: .file()) var path:
        String
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard Card.isName(name) else {
            throw ValidationError("a name has 1 to 100 lower-case letters, digits, '-', '_' and '.', and does not begin with '-' or '.'")
        }
    }

    func run() throws {
        let fileSystem = DiskFileSystem()
        let cardPath = "\(path).card"
        try NewFiles.check([path, cardPath, "\(cardPath).minisig"], option: "--out", fileSystem: fileSystem)
        let identity = try UnattendedIdentity.generate(name: name, role: .service, random: SystemRandom())
        let card = try identity.card()
        try identity.write(to: path, fileSystem: fileSystem)
        do throws(ConsoleError) {
            try SignedFile(text: card.text, signature: card.signature).write(to: cardPath, fileSystem: fileSystem)
        } catch {
            try? fileSystem.removeIfPresent(path)
            throw error
        }
        Output.note(
            "Made \(path). Give \(cardPath) and \(cardPath).minisig to the custodian; the card's number, for a lead to compare:"
                + "\n  \(card.fingerprint)")
        if output.json { try Output.json(MadeIdentity(card, at: path, card: cardPath)) }
    }
}
