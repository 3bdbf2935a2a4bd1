import ArgumentParser
import Console

/// Keeps the calendar of keys and destroys them on time. It holds the cells and can read no record.
@main
struct VaultRetention: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-retention",
        abstract: "Keep the calendar of keys, hand out single leaves of it, and destroy what is over.",
        discussion: """
            It alone holds the cells. It cannot read any record. Results go to standard output, everything for people to standard error. Exit \
            codes: 0 done; 1 refused or failed; 64 wrong usage.

            Examples, in the order of a first day ('vault-admin enrol' puts the keeper's card into the roster):
              vault-retention init --vault /srv/vault --card keeper.card \\
                --cell /srv/cell-a/vault --cell /srv/cell-b/vault
              vault-retention run --vault /srv/vault \\
                --cell /srv/cell-a/vault --cell /srv/cell-b/vault
              vault-retention status
            """,
        subcommands: [
            InitCommand.self, RunCommand.self, SweepCommand.self, EraseCommand.self, HoldCommand.self, ReleaseCommand.self,
            ChangeClassCommand.self, StatusCommand.self, PreviewCommand.self, IdentityCommand.self,
        ])

    static func main() {
        Program.main(Self.self)
    }
}
