import ArgumentParser
import Console
import Keeper
import Records
import Roster
import System

/// Tries recovery.
struct DrillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract: "Try whether the vault would come back from a backup and each cell alone; prints one page about it.",
        discussion: """
            Asked of the running keeper, by its own user, for nobody else reads cells. It brings the vault back in a private directory, with each \
            cell as if it were the only thing left, compares keys, sees that nothing that is over comes back, and removes the directory. The cells \
            and the vault are not changed, and people go on working meanwhile. Exit 1 where anything is not as it should be.

            Example:
              vault-retention drill --from /mnt/backup/vault > drill.txt
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp("The backup's directory, its whole path; left out, the vault's own files stand for it.", valueName: "dir"))
    var from: String?

    func validate() throws {
        guard from?.hasPrefix("/") ?? true else {
            throw ValidationError("name the whole path of the backup: the keeper reads it, elsewhere")
        }
    }

    func run() throws {
        let client = try KeeperClient.connecting(to: keeper, of: vault)
        let answer = try client.drill(CanonicalJSON.line(DrillQuestion(from: from)))
        let report = try CanonicalJSON.value(DrillReport.self, fromLine: answer, limitBytes: KeeperFrame.maximumBytes)
        if output.json {
            try Output.json(report)
        } else {
            for line in report.lines { try Output.line(line) }
        }
        guard report.passed else { throw ConsoleError(.failed, "the drill failed: see what is marked in it") }
    }
}
