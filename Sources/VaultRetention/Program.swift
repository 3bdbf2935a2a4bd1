import ArgumentParser
import Console

/// Keeps the calendar of keys and destroys them on time. It holds the cells and can read no record.
@main
struct VaultRetention: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-retention",
        abstract: "Keep the keys of every day to come, and destroy them when the day is over.",
        discussion: """
            The keeper. Every day on which records expire has a page in the key calendar; half of a record's key, its leaf, is derived from \
            the page of its last day. The keeper hands out single leaves to those who may ask. When a day is over its page is torn off: the \
            calendar is written anew without it, and the cell's old value, which opened the old calendar, is overwritten. The keeper alone \
            holds the cells, and it can read no record.

            Results go to standard output, everything for people to standard error. Exit codes: 0 done; 1 refused or failed; 64 wrong usage.

            Examples, in the order of a first day ('vault-admin enrol' puts the keeper's card into the roster):
              vault-retention init --vault /srv/vault --card keeper.card \\
                --cell /srv/cell-a/vault --cell /srv/cell-b/vault
              vault-retention run --vault /srv/vault \\
                --cell /srv/cell-a/vault --cell /srv/cell-b/vault
              vault-retention status
            """,
        version: Program.version,
        subcommands: [
            InitCommand.self, RunCommand.self, SweepCommand.self, EraseCommand.self, HoldCommand.self, ReleaseCommand.self,
            ChangeClassCommand.self, StatusCommand.self, PreviewCommand.self, MetricsCommand.self, IdentityCommand.self,
            RestoreCommand.self, DrillCommand.self, AddCellCommand.self, AddReplicaCommand.self,
        ])

    static func main() {
        Program.main(Self.self)
    }
}
