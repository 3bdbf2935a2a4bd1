import ArgumentParser
import Console
import Keeper
import Records

/// Shows how the keeper is.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the calendar, the cells, what was handed out, and what needs attention.",
        discussion: """
            Asked of the running keeper. It says how many days have their keys, whether any day is overdue, what each cell's place is worth \
            (L1: the file system writes in place; L0: that is not known), and how often keys were asked for.

            Examples:
              vault-retention status
              vault-retention status --json
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let answer = try KeeperClient.connecting(to: keeper, of: vault).status()
        let status = try KeeperStatus.reading(answer)
        guard !output.json else { return try Output.json(status) }
        for line in Self.lines(status) { try Output.line(line) }
    }

    private static func lines(_ status: KeeperStatus) -> [String] {
        let pages = status.pages
        let leaves = status.leaves
        var lines = [
            "vault            \(status.vault)",
            "today            \(status.today), in UTC",
            "destroyed        \(status.destroyed)",
            "overdue          "
                + (pages.overdue == 0 ? "nothing" : "\(pages.overdue) day(s), whose records are refused already: see the warnings below"),
            "last sweep       \(status.lastSweep.map { "\($0.at), of everything before \($0.until)" } ?? "none yet")",
            "pages            \(pages.count), for the days from \(pages.first ?? "-") to \(pages.last ?? "-"); "
                + "something was erased early from \(pages.punctured)",
            "kept longer      \(status.kept.held) held, \(status.kept.disclosure) as record(s) of disclosures; "
                + "'vault-retention preview' says which and until when",
            "time budget      \(status.budget) of 7 days: so far may the calendar run ahead of the time that was seen to pass",
            "leaves           \(leaves.sealing) to seal, \(leaves.reading) to read since \(status.since); \(leaves.limited) held back, "
                + "\(leaves.refused) question(s) refused",
            "ledger           \(status.ledger.entries) entries",
            "roster           number \(status.roster)",
        ]
        for cell in status.cells {
            lines.append("\(padded(cell.label))\(cell.level): \(cell.reason)")
        }
        lines.append(
            "calendar         number \(status.serial), "
                + (status.destruction.everywhere
                    ? "in every cell since \(status.advanced ?? "a time that the ledger does not tell")" : "not in every cell yet"))
        return lines + (status.warnings.isEmpty ? ["warnings         none"] : []) + status.warnings.map { "warning          \($0)" }
    }

    private static func padded(_ label: String) -> String {
        label + String(repeating: " ", count: max(1, 17 - label.count))
    }
}
