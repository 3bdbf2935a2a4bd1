import ArgumentParser
import Console
import Keeper
import Records
import Retention
import System

/// Shows what will be forgotten.
struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show what will be forgotten in the next 14 days, day by day, and what is held until when.",
        discussion: """
            Counted from the files in the vault; nothing is opened. The running keeper is asked what is held; where it does not run, that is \
            not known, and said.

            Example:
              vault-retention preview --vault /srv/vault
            """)

    private static let days: UInt32 = 14

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let (fileSystem, layout) = (DiskFileSystem(), vault.layout)
        guard try fileSystem.status(layout.records) != nil else {
            throw ConsoleError(.noVault, "there is no vault at \(layout.root): name it with --vault")
        }
        let (day, calendar) = try ask()
        let today = day ?? Day(secondsSince1970: SystemWallClock().now().seconds)
        let preview = try ExpiryPreview(
            fileSystem: fileSystem, layout: layout, from: today, until: today.adding(days: Self.days), calendar: calendar)
        if calendar == nil {
            Output.note("the keeper does not run: what is held is not known, and counted as if it were not")
        }
        guard !output.json else { return try Output.json(preview) }
        for line in Self.lines(preview, from: today) { try Output.line(line) }
    }

    /// What the keeper says; nothing where it does not run.
    private func ask() throws -> (Day?, ExpiryPreview.Calendar?) {
        do {
            let client = try KeeperClient.connecting(to: keeper, of: vault)
            let today = try client.today()
            let status = try KeeperStatus.reading(client.status())
            return (today, ExpiryPreview.Calendar(kept: try client.kept(), overduePages: status.pages.overdue))
        } catch let error as KeeperError where error.code == .notRunning {
            return (nil, nil)
        }
    }

    private static func lines(_ preview: ExpiryPreview, from today: Day) -> [String] {
        let rows = Dictionary(preview.days.map { ($0.day, $0) }, uniquingKeysWith: { first, _ in first })
        var lines = ["What can be read for the last time on each day; when the day is over, in UTC, it is destroyed:"]
        for offset in 0...days {
            let day = today.adding(days: offset).description
            let what = rows[day].map { "\($0.conversations) conversation(s) in \($0.files) file(s)" } ?? "nothing"
            lines.append("  \(day)  \(offset == 0 ? "today  " : "       ")\(what)")
        }
        return lines + held(preview) + [overdue(preview.overdue)]
    }

    private static func held(_ preview: ExpiryPreview) -> [String] {
        guard let held = preview.held else { return [] }
        guard !held.isEmpty else { return ["Held, or kept longer for its class: nothing"] }
        return ["Held, or kept longer for its class:"]
            + held.map { kept in
                "  until \(kept.until)  \(kept.class == "held" ? "held" : "for its class, \(kept.class)"): \(kept.conversation), "
                    + "whose own day is \(kept.expires)"
            }
    }

    private static func overdue(_ overdue: ExpiryPreview.Overdue) -> String {
        guard overdue.files > 0 || overdue.pages ?? 0 > 0 else { return "Overdue: nothing" }
        return "Overdue: \(overdue.conversations) conversation(s) in \(overdue.files) file(s)"
            + (overdue.pages.map { ", \($0) page(s)" } ?? "") + " of days that are over; see 'vault-retention status'"
    }
}
