internal import ArgumentParser
internal import Console
internal import Identity
internal import Minisign
internal import Records
internal import Roster
internal import Sodium
internal import System

struct MakeVault: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a new vault: its folders, the organisation's key, and the first roster with its leads.",
        discussion: """
            At least three safeguarding leads make it possible that two of them together open a record in need, and that nobody is enrolled by \
            the custodian alone. Each --lead is a card, made with 'vault-worker identity NAME --role lead'; its signature is CARD.minisig.

            Without leads nobody can be enrolled later: everybody's card must be there now, the keeper's too, which 'vault-retention identity' \
            makes before there is a vault. Prints the vault's id.

            Example:
              vault-admin init --vault /srv/vault --organisation "The Charity" \\
                --organisation-key ~/charity.key \\
                --lead lena.card --lead luis.card --lead lara.card
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions
    @Option(help: ArgumentHelp("The organisation's name.", valueName: "name")) var organisation: String
    @Option(
        name: .customLong("organisation-key"),
        help: ArgumentHelp("Where to write the organisation's secret key; not in the vault.", valueName: "file"), completion: .file())
    var keyFile: String
    @Option(name: .customLong("lead"), help: ArgumentHelp("A lead's card; three or more.", valueName: "card"), completion: .file())
    var leads: [String] = []
    @Flag(name: .customLong("without-leads"), help: "A vault without leads: nobody can be enrolled later, and a lost key is lost.")
    var withoutLeads = false
    @Option(
        name: .customLong("member"),
        help: ArgumentHelp("With --without-leads: a card of somebody in it; the keeper's among them.", valueName: "card"),
        completion: .file())
    var members: [String] = []
    @Option(help: ArgumentHelp("How long a conversation is kept (ISO 8601).", valueName: "period")) var retention: String = "P1Y"

    func validate() throws {
        if withoutLeads != leads.isEmpty { throw ValidationError("give three or more --lead CARD, or --without-leads") }
        if !withoutLeads && !members.isEmpty {
            throw ValidationError("--member goes with --without-leads; others are enrolled with 'enrol'")
        }
        guard !organisation.isEmpty, SignedText.isValue(organisation), organisation.utf8.count <= Limits.nameBytes else {
            throw ValidationError("--organisation is one line of 1 to 100 bytes, with no space at its ends: give the organisation's name")
        }
        guard let period = RetentionPeriod(text: retention) else {
            throw ValidationError("--retention is P<n>Y, P<n>M or P<n>D, such as P1Y")
        }
        let today = Timestamp.now.day
        // A month to spare: the keeper makes its keys some days before they are needed.
        guard period.expiry(from: today.adding(days: 31)) <= today.adding(days: Limits.daysAhead) else {
            throw ValidationError("--retention is too long: keys are made for at most 20 years, so that nothing is kept for more than 19")
        }
    }

    private struct Row: Encodable {
        let vault: String
        let organisation_key: String
        let roster: Int
    }

    func run() throws {
        let fileSystem = DiskFileSystem()
        let layout = vault.layout
        let cards = try (leads + members).map { path in
            let file = try SignedFile(path, fileSystem: fileSystem)
            return try UnverifiedCard(text: file.text, signature: file.signature).verified()
        }
        guard cards.prefix(leads.count).allSatisfy({ $0.role == .lead }) else {
            throw ConsoleError(
                .wrongIdentity, "a card given as --lead is of another role: nothing was made; give cards made with --role lead")
        }
        if withoutLeads { try checkAll(cards) }
        try checkPlaces(fileSystem, layout)
        let random = SystemRandom()
        let key = try OrganisationKey.generate(random: random)
        let policy = try Policy(
            defaultRetention: RetentionPeriod(text: retention) ?? .oneYear, disclosureRetention: RetentionPeriod(text: "P7Y") ?? .oneYear)
        let vaultID = VaultID(random.bytes(VaultID.lengthBytes)) ?? .zero
        let unsigned = try VerifiedRoster.first(
            organisation: organisation, vault: vaultID, policy: policy, cards: cards, at: .now, organisationKey: key.signingKey.publicKey)
        let publicKey = MinisignPublicKey(key.signingKey.publicKey)
        let roster = try VerifiedRoster(first: unsigned.sign(with: key.signingKey), organisationKey: publicKey)
        let secret = try passphrase.readNew()
        try make(roster, key, publicKey, secret, fileSystem, layout)
        if withoutLeads {
            Output.warning("without leads nobody can be enrolled later, and records whose worker's key is lost are lost.")
        }
        Output.note(
            "Made the vault of \(organisation) at \(layout.root).\nIts key, for everybody to compare: \(publicKey.text)\nKeep \(keyFile) and its passphrase away from this machine.\nNext: vault-retention init --vault \(layout.root) --cell DIR --cell DIR, on two devices"
        )
        let row = Row(vault: vaultID.description, organisation_key: publicKey.text, roster: roster.number)
        if output.json { try Output.json(row) } else { try Output.line(row.vault) }
    }

    /// Whoever is missing in a vault without leads is missing for ever.
    private func checkAll(_ cards: [Card]) throws {
        guard cards.contains(where: { $0.role == .keeper }) else {
            throw ConsoleError(
                "without leads nobody can be enrolled later, and no --member is the keeper's card: nothing was made; make it with "
                    + "'vault-retention identity'")
        }
        guard cards.contains(where: { $0.recordKey != nil }) else {
            throw ConsoleError(
                "without leads nobody can be enrolled later, and no --member is a worker's or team's card: nothing was made; nothing could be "
                    + "sealed to anybody")
        }
    }

    private func checkPlaces(_ fileSystem: DiskFileSystem, _ layout: VaultLayout) throws {
        if let found = try fileSystem.status(layout.root) {
            guard found.kind == .directory, try fileSystem.list(layout.root).isEmpty else {
                throw ConsoleError(.exists, "there is something at \(layout.root) already: nothing was made; choose an empty --vault")
            }
        }
        let places = [keyFile, PinnedRoster.pinPath(beside: keyFile)]
        // In a vault that is still to be made there is no directory for it to lie in, so that the first comparison is of names.
        let parent = DiskFileSystem.parent(of: keyFile)
        let vault = try fileSystem.status("\(layout.root)/.")?.identity
        guard !(keyFile + "/").hasPrefix(layout.root + "/"), try vault == nil || fileSystem.status("\(parent)/.")?.identity != vault else {
            throw ConsoleError(
                .noPlace, "the organisation's key may not lie in the vault, which everybody copies: choose another --organisation-key")
        }
        try NewFiles.check(places, option: "--organisation-key", fileSystem: fileSystem)
    }

    /// Writes everything; what was begun is taken back after an error, so that there is a whole vault or none.
    private func make(
        _ roster: VerifiedRoster, _ key: borrowing OrganisationKey, _ publicKey: MinisignPublicKey, _ secret: borrowing SecretBytes,
        _ fileSystem: DiskFileSystem, _ layout: VaultLayout
    ) throws {
        var made: [String] = []
        do {
            for directory in layout.directories where try fileSystem.status(directory) == nil {
                try fileSystem.createDirectories(directory, mode: VaultLayout.directoryMode)
                made.append(directory)
            }
            try IdentityFile.write(key, to: keyFile, passphrase: secret, fileSystem: fileSystem, random: SystemRandom())
            try fileSystem.writeDurably(layout.organisationKey, publicKey.fileBytes.rawSpan, mode: VaultLayout.fileMode)
            let store = RosterStore(fileSystem: fileSystem, layout: layout)
            try store.save(roster)
            try store.store(roster.pin, at: PinnedRoster.pinPath(beside: keyFile))
        } catch {
            let files = [
                keyFile, PinnedRoster.pinPath(beside: keyFile), layout.organisationKey, layout.roster, layout.rosterSignature,
                layout.roster(number: 1), layout.rosterSignature(number: 1), layout.rosterLock,
            ]
            for file in files { try? fileSystem.removeIfPresent(file) }
            for directory in made.reversed() { try? fileSystem.removeDirectory(directory) }
            throw error
        }
    }
}
