internal import ArgumentParser
internal import Console
internal import Keeper
internal import Records
internal import Roster
internal import System

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify everything that can be verified without reading a record.",
        discussion: """
            The chain of rosters with every card and approval, every part's header, place and length, the ledger of what the keeper did, \
            every handover with its signatures and its entry, folders and their modes, files that do not belong, and what is overdue. Prints \
            a line for each finding; the exit code is 1 if there is any.

            Example: vault-admin check --vault /srv/vault --organisation-key ~/charity.key
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions
    @Option(
        name: .customLong("organisation-key"),
        help: ArgumentHelp("Verify from the pin beside this key; without it, from the key that lies in the vault.", valueName: "file"))
    var keyFile: String?

    private struct Report: Encodable {
        let roster: Int
        let parts: Int
        let handovers: Int
        let ledger_entries: Int?
        let findings: [String]
    }

    func run() throws {
        let roster = try VaultState.roster(vault.layout, keyFile: keyFile)
        let state = VaultState(layout: vault.layout, fileSystem: DiskFileSystem())
        var findings = try state.findings(roster)
        let days = try state.partsByDay()
        for (day, count) in days where day < Timestamp.now.day {
            findings.append("overdue: \(count) parts that expired on \(day) are still there; is 'vault-retention run' running?")
        }
        if roster.keeper == nil { findings.append("no keeper is enrolled: enrol the card that 'vault-retention init' made") }
        let handed = try HandoverState(layout: vault.layout, fileSystem: DiskFileSystem(), roster: roster).report()
        findings += handed.findings
        let report = Report(
            roster: roster.number, parts: days.reduce(0) { $0 + $1.count }, handovers: handed.handovers, ledger_entries: handed.entries,
            findings: findings)
        if output.json { try Output.json(report) } else { for finding in findings { try Output.line(finding) } }
        Output.note(
            "Roster \(report.roster), \(report.parts) parts, \(report.handovers) handovers and \(report.ledger_entries ?? 0) ledger entries "
                + "checked, \(findings.count) findings")
        if !findings.isEmpty { throw ExitCode.failure }
    }
}

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how much is kept until when, and what is overdue.",
        discussion: "Example: vault-admin status --vault /srv/vault")

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        let vault: String
        let organisation: String
        let roster: Int
        let parts_by_month: [String: Int]
        let overdue_parts: Int
        let keeper: String
    }

    func run() throws {
        let roster = try VaultState.roster(vault.layout, keyFile: nil)
        let days = try VaultState(layout: vault.layout, fileSystem: DiskFileSystem()).partsByDay()
        let months = Dictionary(days.map { (String($0.day.description.prefix(7)), $0.count) }, uniquingKeysWith: +)
        let client = KeeperClient(socket: keeper.socket, vault: roster.vault)
        let answer: String
        do {
            answer = "running, \(try client.today())"
        } catch {
            answer = error.message
        }
        let report = Report(
            vault: roster.vault.description, organisation: roster.organisation, roster: roster.number, parts_by_month: months,
            overdue_parts: days.filter { $0.day < Timestamp.now.day }.reduce(0) { $0 + $1.count }, keeper: answer)
        if output.json { return try Output.json(report) }
        try Output.line("\(report.organisation), vault \(report.vault), roster \(report.roster)")
        for (month, count) in months.sorted(by: { $0.key < $1.key }) { try Output.line("  kept until \(month): \(count) parts") }
        try Output.line("  overdue: \(report.overdue_parts)")
        try Output.line("  keeper: \(report.keeper)")
    }
}
