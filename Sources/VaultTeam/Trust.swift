internal import ArgumentParser
internal import Console
internal import Minisign
internal import PersonalConsole
internal import Records
internal import Roster
internal import System

struct Trust: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Accept bundles from an organisation: verify and keep its rosters.",
        discussion: """
            FOLDER holds the organisation's public key (organisation.pub) and its rosters, as they lie in its vault. Compare the key with the \
            organisation by telephone: whoever can give you another folder could otherwise send you forgeries. Run it again for newer rosters.

            Example:
              vault-team trust ./charity --vault /srv/team-vault --identity ~/team
            """)

    @Argument(help: ArgumentHelp("The organisation's rosters.", valueName: "folder"), completion: .directory) var folder: String
    @Option(help: ArgumentHelp("Your team's identity file; the pin goes beside it.", valueName: "file"), completion: .file()) var identity:
        String
    @Flag(help: "Do not ask: the key was compared already.") var yes = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let vault: String
        let organisation: String
        let organisation_key: String
        let roster: Int
    }

    func run() throws {
        let fileSystem = DiskFileSystem()
        guard try fileSystem.status(identity) != nil else {
            throw ConsoleError(.noIdentity, "there is no identity file at that path: name your team's with --identity")
        }
        try PinnedRoster.checkVault(vault.layout, fileSystem)
        let partners = Partners(fileSystem: fileSystem, layout: vault.layout, identity: identity)
        let roster = try partners.trust(folder) { roster, isKnown in
            Output.note("\(roster.organisation), roster \(roster.number)\n  key \(roster.organisationKey.text)")
            guard !isKnown && !yes else { return }
            let answer = try Terminal.readLine(prompt: "Does the organisation say the same key? Type yes: ")
            guard answer == "yes" else { throw ConsoleError(.notAgreed, "not trusted: nothing was kept") }
        }
        Output.note("Bundles from \(roster.organisation) are accepted, signed under rosters up to number \(roster.number).")
        if output.json {
            try Output.json(
                Row(
                    vault: roster.vault.description, organisation: roster.organisation, organisation_key: roster.organisationKey.text,
                    roster: roster.number))
        }
    }
}
