package import ArgumentParser
package import Console
internal import Identity
internal import Records
package import Roster
internal import Sodium
internal import System

/// Makes a person's identity: the file under its passphrase, and the card to hand to the custodian.
package struct NewIdentityOptions: ParsableArguments {
    /// The name.
    @Argument(help: "Your name in the roster: lower-case letters, digits, '-', '_' and '.'.")
    package var name: String
    /// Where to write it.
    @Option(
        name: .customLong("out"), help: ArgumentHelp("Where to write the identity; its card goes to FILE.card.", valueName: "file"),
        completion: .file())
    package var path: String
    /// The passphrase.
    @OptionGroup package var passphrase: PassphraseOptions
    /// Whether the result is JSON.
    @OptionGroup package var output: OutputOptions

    /// No options given.
    package init() {}

    /// Refuses what is no name.
    package func validate() throws {
        guard Card.isName(name) else {
            throw ValidationError("a name has 1 to 100 lower-case letters, digits, '-', '_' and '.', and does not begin with '-' or '.'")
        }
    }

    /// Makes the identity; nothing that exists is overwritten.
    package func make(role: Role) throws(ConsoleError) {
        let fileSystem = DiskFileSystem()
        let cardPath = "\(path).card"
        do {
            try NewFiles.check([path, cardPath, "\(cardPath).minisig"], option: "--out", fileSystem: fileSystem)
            let secret = try passphrase.readNew()
            let random = SystemRandom()
            let identity = try PersonalIdentity.generate(name: name, role: role, random: random)
            let card = try identity.card(from: Timestamp(SystemWallClock()).day)
            try IdentityFile.write(identity, to: path, passphrase: secret, fileSystem: fileSystem, random: random)
            do throws(ConsoleError) {
                try SignedFile(text: card.text, signature: card.signature).write(to: cardPath, fileSystem: fileSystem)
            } catch {
                // An identity of whose card nobody knows opens nothing.
                try? fileSystem.removeIfPresent(path)
                throw error
            }
            Output.note(
                "Made \(path). Keep it and its passphrase: without both you cannot open your records, and only two safeguarding leads can then hand them on.\n"
                    + "Give \(cardPath) and \(cardPath).minisig to the custodian, and tell a lead the card number:\n  \(card.fingerprint)")
            if output.json { try Output.json(MadeIdentity(card, at: path, card: cardPath)) }
        } catch let error as ConsoleError {
            throw error
        } catch {
            throw ConsoleError(error)
        }
    }
}
