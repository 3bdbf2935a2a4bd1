internal import ArgumentParser
internal import PersonalConsole
internal import Roster

struct MakeIdentity: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity",
        abstract: "Make the team's identity: its secret keys and its card.",
        discussion: """
            FILE is an age file under the team's passphrase. Give FILE.card and FILE.card.minisig to the charity's custodian and to your own.

            Example:
              vault-team identity family-support --out ~/team
            """)

    @OptionGroup var new: NewIdentityOptions

    func run() throws {
        try new.make(role: .team)
    }
}
