internal import ArgumentParser
internal import Console
internal import Minisign
internal import Records
internal import Roster
internal import System

struct Enrol: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put people and programs into the roster, with a lead's approval.",
        discussion: """
            Run it once to get the request, have a lead approve it (two, for a lead's card), and run it again with the approvals. A card's \
            signature is CARD.minisig.

            Examples:
              vault-admin enrol anna.card ben.card --vault /srv/vault \\
                --organisation-key ~/charity.key --request-out enrol.request
              vault-admin enrol anna.card ben.card --vault /srv/vault \\
                --organisation-key ~/charity.key --approval enrol.approval
            """)

    @Argument(help: ArgumentHelp("The cards.", valueName: "card"), completion: .file()) var cards: [String]
    @OptionGroup var custodian: CustodianOptions
    @OptionGroup var approval: ApprovalOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let roster: Int
        let enrolled: [String]
    }

    func run() throws {
        let roster = try custodian.roster()
        let cards = try cards.map { path in
            let file = try SignedFile(path, fileSystem: DiskFileSystem())
            return try UnverifiedCard(text: file.text, signature: file.signature).verified()
        }
        let change = RosterChange(enrol: cards)
        guard !approval.approvals.isEmpty else {
            return try approval.ask(roster.requests(for: change, expires: Timestamp.now.adding(days: ApprovalOptions.requestDays)), output)
        }
        let next = try custodian.save(roster.changed(by: change, approvals: approval.read(), at: .now), after: roster)
        Output.note("Roster \(next.number): enrolled \(cards.map { "\($0.name) (\($0.role.rawValue))" }.joined(separator: ", "))")
        if output.json { try Output.json(Row(roster: next.number, enrolled: cards.map(\.name))) }
    }
}

struct Retire: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End somebody's place in the roster, with a lead's approval.",
        discussion: """
            From then on nothing is sealed or sent to them; what was sealed to them before still opens with their key until its day. Run it once \
            to get the request, and again with the approval (two, for a lead).

            Examples:
              vault-admin retire ben --vault /srv/vault \\
                --organisation-key ~/charity.key --request-out retire.request
              vault-admin retire ben --vault /srv/vault \\
                --organisation-key ~/charity.key --approval retire.approval
            """)

    @Argument(help: "Their names in the roster.") var names: [String]
    @OptionGroup var custodian: CustodianOptions
    @OptionGroup var approval: ApprovalOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let roster: Int
        let retired: [String]
    }

    func run() throws {
        let roster = try custodian.roster()
        let change = RosterChange(retire: names)
        guard !approval.approvals.isEmpty else {
            return try approval.ask(roster.requests(for: change, expires: Timestamp.now.adding(days: ApprovalOptions.requestDays)), output)
        }
        let next = try custodian.save(roster.changed(by: change, approvals: approval.read(), at: .now), after: roster)
        Output.note("Roster \(next.number): retired \(names.joined(separator: ", "))")
        if output.json { try Output.json(Row(roster: next.number, retired: names)) }
    }
}

struct ShowRoster: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roster",
        abstract: "Show who is in the roster.",
        discussion: """
            The chain of rosters is verified first, from the pin beside the organisation's key, or without --organisation-key from the key \
            that lies in the vault. Shows everybody's role, name, first day, and card number; then the key with which the keeper \
            signs, for 'minisign -V'.

            Examples:
              vault-admin roster --vault /srv/vault
              vault-admin roster --history --vault /srv/vault \\
                --organisation-key ~/charity.key
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pin: PinOptions
    @Flag(help: "Show those who were retired, too.") var history = false

    private struct Row: Encodable {
        let name: String
        let role: String
        let valid_from: String
        let valid_to: String?
        let fingerprint: String
        let signing_key: String
    }

    func run() throws {
        let roster = try VaultState.roster(vault.layout, keyFile: pin.keyFile)
        let rows = (history ? roster.members : roster.membersInForce).map {
            Row(
                name: $0.card.name, role: $0.card.role.rawValue, valid_from: $0.validFrom.description, valid_to: $0.validTo?.description,
                fingerprint: $0.card.fingerprint, signing_key: $0.card.signingKey.text)
        }
        if output.json {
            try Output.json(rows)
        } else {
            for row in rows {
                let retired = row.valid_to.map { " to \($0)" } ?? ""
                try Output.line("\(row.role.padding(8)) \(row.name.padding(20)) since \(row.valid_from)\(retired)  \(row.fingerprint)")
            }
        }
        for row in rows where row.role == Role.keeper.rawValue {
            Output.note("The key with which '\(row.name)' signs certificates of destruction: \(row.signing_key)")
        }
        Output.note("\(roster.organisation), roster \(roster.number), digest \(roster.digest)")
    }
}

extension String {
    /// This text followed by spaces up to `width` characters.
    fileprivate func padding(_ width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
