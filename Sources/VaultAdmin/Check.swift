internal import ArgumentParser
internal import Certificate
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
            every handover with its signatures and its entry, every certificate of destruction, folders and their modes, and files that do not belong. The running keeper is \
            asked what became of the keys: what was erased, has expired, or is held; and which certificates it is still to write. Prints a line for each finding; the exit code is 1 if \
            there is any.

            Example:
              vault-admin check --vault /srv/vault --organisation-key ~/charity.key
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pin: PinOptions

    private struct Report: Encodable {
        let roster: Int
        let parts: Int
        let conversations: Census
        let handovers: Int
        let certificates: Int?
        let ledger_entries: Int?
        let findings: [String]
        let remarks: [String]
    }

    func run() throws {
        let roster = try VaultState.roster(vault.layout, keyFile: pin.keyFile)
        let state = VaultState(layout: vault.layout, fileSystem: DiskFileSystem())
        let parts = try state.survey()
        var findings = try state.findings(roster) + parts.flatMap(\.findings)
        let (client, today, refusal) = KeeperClient.answering(keeper, of: roster)
        if let refusal { Output.note("not asked of the keeper what was erased and is held: \(refusal)") }
        let progress = Progress(waitingFor: "comparing with keeper, ledger and handovers")
        let census = try Census(parts, in: state.store, today: today, asking: client, findings: &findings)
        if roster.keeper == nil { findings.append("no keeper is enrolled: enrol the card that 'vault-retention init' made") }
        let handed = try HandoverState(layout: vault.layout, fileSystem: DiskFileSystem(), roster: roster).report()
        _ = consume progress
        findings += handed.findings
        // A ledger that cannot be believed was told of already, and nothing can be held against it.
        let certificates = CertificateState(layout: vault.layout, fileSystem: DiskFileSystem(), roster: roster)
        let chain = try handed.entries == nil ? nil : certificates.chain(asking: client)
        findings += chain?.findings ?? []
        let report = Report(
            roster: roster.number, parts: parts.count, conversations: census, handovers: handed.handovers,
            certificates: chain?.certificates.count, ledger_entries: handed.entries,
            findings: findings, remarks: chain?.remarks ?? [])
        if output.json { try Output.json(report) } else { for finding in findings { try Output.line(finding) } }
        for remark in report.remarks { Output.note(remark) }
        Output.note(
            "\(census.open) conversations open (\(census.held) of them held beyond their day), \(census.expired) expired, \(census.erased) erased, "
                + "\(census.missing) missing, \(census.corrupt) corrupt")
        Output.note(
            "Roster \(report.roster), \(report.parts) parts, \(report.handovers) handovers, \(report.certificates ?? 0) certificates and "
                + "\(report.ledger_entries ?? 0) ledger entries checked, \(findings.count) findings")
        if !findings.isEmpty { throw ExitCode.failure }
    }
}

extension KeeperClient {
    /// A client of the keeper of this vault and its day, if one answers; else the clock's day, and why not.
    static func answering(_ keeper: KeeperOptions, of roster: VerifiedRoster) -> (client: KeeperClient?, today: Day, refusal: String?) {
        let client = KeeperClient(socket: keeper.socket, vault: roster.vault)
        do throws(KeeperError) {
            return (client, try client.today(), nil)
        } catch {
            return (nil, Timestamp.now.day, error.message)
        }
    }
}

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how much is kept until when, what is held, and what is overdue.",
        discussion: """
            Counted from the files' names and what the keeper says; nothing is opened. Where the keeper does not run, what is held is not \
            known.

            Example:
              vault-admin status --vault /srv/vault
            """)

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
        let kept: KeeperStatus.Kept?
    }

    func run() throws {
        let roster = try VaultState.roster(vault.layout, keyFile: nil)
        let state = VaultState(layout: vault.layout, fileSystem: DiskFileSystem())
        let months = Dictionary(
            try state.partsByDay().map { (String($0.day.description.prefix(7)), $0.count) }, uniquingKeysWith: +)
        let (client, today, refusal) = KeeperClient.answering(keeper, of: roster)
        let status = try client.map { try KeeperStatus.reading($0.status()) }
        let report = Report(
            vault: roster.vault.description, organisation: roster.organisation, roster: roster.number, parts_by_month: months,
            overdue_parts: try state.overdueParts(today: today, asking: client),
            keeper: refusal ?? "running, \(today)", kept: status?.kept)
        if output.json { return try Output.json(report) }
        try Output.line("\(report.organisation), vault \(report.vault), roster \(report.roster)")
        for (month, count) in months.sorted(by: { $0.key < $1.key }) { try Output.line("  kept until \(month): \(count) parts") }
        try Output.line("  overdue: \(report.overdue_parts)")
        if let kept = report.kept {
            try Output.line("  kept longer: \(kept.held) held, \(kept.disclosure) as records of disclosures")
        }
        try Output.line("  keeper: \(report.keeper)")
    }
}
