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

            Begin with 'vault-retention init', have its card enrolled, and let 'vault-retention run' run.
            """,
        subcommands: [InitCommand.self, RunCommand.self, SweepCommand.self, StatusCommand.self, PreviewCommand.self])

    static func main() {
        try? ProcessHardening.apply()
        main(nil)
    }
}
