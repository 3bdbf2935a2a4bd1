import ArgumentParser
import System

/// Keeps the calendar of keys and destroys them on time. It holds the cells and can read no record.
@main
struct VaultRetention: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-retention",
        abstract: "Keep the calendar of keys, hand out single leaves of it, and destroy what is over.",
        discussion: """
            It alone holds the cells. It cannot read any record.

            First: vault-retention init --vault /srv/vault --cell /srv/cell-a/vault --cell /srv/cell-b/vault --card keeper.card
                   (have keeper.card enrolled with 'vault-admin enrol')
            Then:  vault-retention run --vault /srv/vault --cell /srv/cell-a/vault --cell /srv/cell-b/vault
            """,
        subcommands: [
            InitCommand.self, RunCommand.self, SweepCommand.self, EraseCommand.self, HoldCommand.self, ReleaseCommand.self,
            ChangeClassCommand.self, StatusCommand.self, PreviewCommand.self, IdentityCommand.self,
            RestoreCommand.self, DrillCommand.self, AddCellCommand.self, AddReplicaCommand.self,
        ])

    static func main() {
        try? ProcessHardening.apply()
        main(nil)
    }
}
