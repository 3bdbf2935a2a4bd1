internal import Keeper
package import Ledger
package import Identity
internal import Minisign
package import Opening
package import RecordStore
package import Records
package import Roster
package import Sealing
package import Sodium
internal import SodiumIdentity
package import System

/// A whole vault for tests: three leads, two workers, a service, a team, a keeper's calendar; every part real, only in memory.
package final class TestVault {
    /// Where it lies.
    package let layout: VaultLayout
    /// The files.
    package let fileSystem: any FileSystem
    /// The calendar, asked directly instead of over the socket.
    package let leaves: CalendarLeaves
    /// The roster.
    package private(set) var roster: VerifiedRoster
    /// The organisation's key.
    package let organisation: OrganisationKey
    /// A worker.
    package let anna: PersonalIdentity
    /// Another worker.
    package let ben: PersonalIdentity
    /// A lead.
    package let lena: PersonalIdentity
    /// A lead.
    package let luis: PersonalIdentity
    /// A lead.
    package let lara: PersonalIdentity
    /// A team.
    package let team: PersonalIdentity
    /// The service's signing key.
    package let service: SigningKey
    /// The keeper's signing key.
    package let keeper: SigningKey
    /// What the keeper writes down.
    package let ledger: Ledger
    /// What the machine's clock shows at first.
    package static let start = Timestamp(seconds: 1_795_435_200)  // 2026-11-23T12:00:00Z

    /// The day on which the vault is made.
    package static var today: Day { start.day }

    /// A new vault at `root`, where the team is enrolled too; everything in it is drawn from `random`.
    package init(
        fileSystem: any FileSystem = MemoryFileSystem(), root: String = "/vault", cell: String = "/cell",
        teamIdentity: consuming PersonalIdentity? = nil, random: any RandomSource = SystemRandom()
    ) throws {
        self.fileSystem = fileSystem
        layout = VaultLayout(root: root)
        anna = try .generate(name: "anna", role: .worker, random: random)
        ben = try .generate(name: "ben", role: .worker, random: random)
        lena = try .generate(name: "lena", role: .lead, random: random)
        luis = try .generate(name: "luis", role: .lead, random: random)
        lara = try .generate(name: "lara", role: .lead, random: random)
        team = if let teamIdentity { teamIdentity } else { try .generate(name: "family-support", role: .team, random: random) }
        let seed = SecretBytes.random(SigningKey.seedBytes, from: random)
        service = try SigningKey(seed: seed)
        let keeperSeed = SecretBytes.random(SigningKey.seedBytes, from: random)
        keeper = try SigningKey(seed: keeperSeed)
        organisation = try .generate(random: random)
        for directory in layout.directories { try fileSystem.createDirectories(directory, mode: VaultLayout.directoryMode) }
        let policy = try Policy(defaultRetention: .oneYear, disclosureRetention: RetentionPeriod(text: "P7Y") ?? .oneYear)
        let leads = [try lena.card(from: Self.today), try luis.card(from: Self.today), try lara.card(from: Self.today)]
        let vault = random.identifier(VaultID.self)
        let unsigned = try VerifiedRoster.first(
            organisation: "The Charity", vault: vault, policy: policy, cards: leads, at: Self.start,
            organisationKey: organisation.signingKey.publicKey)
        roster = try VerifiedRoster(
            first: unsigned.sign(with: organisation.signingKey), organisationKey: .init(organisation.signingKey.publicKey))
        leaves = try CalendarLeaves(vault: vault, layout: layout, cell: cell, fileSystem: fileSystem, random: random)
        ledger = try Ledger(fileSystem: fileSystem, layout: layout, vault: vault, keeper: SigningKey(seed: keeperSeed))
        let store = RosterStore(fileSystem: fileSystem, layout: layout)
        try store.save(roster)
        try enrol([
            anna.card(from: Self.today), ben.card(from: Self.today), team.card(from: Self.today),
            Card.sign(name: "chat-service", role: .service, recordKey: nil, recipients: [], with: service),
            Card.sign(name: "keeper", role: .keeper, recordKey: nil, recipients: [], with: keeper),
        ])
    }

    /// What the clock shows, as days go by.
    package var now: Timestamp {
        get throws { Self.start.adding(days: try leaves.today().number - Self.today.number) }
    }

    /// Takes the last changes of the roster back, for trying one change after the other.
    package func goBack(to earlier: VerifiedRoster) throws {
        for number in stride(from: roster.number, to: earlier.number, by: -1) {
            try fileSystem.remove(layout.roster(number: number))
            try fileSystem.remove(layout.rosterSignature(number: number))
        }
        roster = earlier
    }

    /// Enrols cards with one lead's approval.
    package func enrol(_ cards: [Card]) throws {
        try change(RosterChange(enrol: cards), by: [.lena])
    }

    /// Changes the roster with these leads' approvals.
    package func change(_ change: RosterChange, by leads: [Person]) throws {
        let now = try now
        let approvals = try roster.requests(for: change, expires: now.adding(days: 1)).flatMap { request in
            let approval = try request.review(in: roster, at: now).approval
            return leads.map { lead in
                with(lead) { (owner: borrowing PersonalIdentity) in approval.sign(with: owner.signingKey) }
            }
        }
        roster = try roster.successor(
            roster.changed(by: change, approvals: approvals, at: now).sign(with: organisation.signingKey))
        try RosterStore(fileSystem: fileSystem, layout: layout).save(roster)
    }

    /// The parts in the vault.
    package var store: RecordStore { RecordStore(fileSystem: fileSystem, layout: layout) }

    /// Seals into the vault.
    package var sealer: TranscriptSealer {
        TranscriptSealer(fileSystem: fileSystem, layout: layout, leaves: leaves, roster: roster, random: SystemRandom())
    }

    /// Opens what is in the vault.
    package var reader: ConversationReader { ConversationReader(store: store, leaves: leaves, roster: roster) }

    /// Seals lines for somebody, as the service does, through another file system where one is given.
    package func seal(
        _ lines: [[UInt8]], for name: String = "anna", start: Day? = nil, through fileSystem: (any FileSystem)? = nil
    ) throws -> ConversationID {
        let sealer = TranscriptSealer(
            fileSystem: fileSystem ?? self.fileSystem, layout: layout, leaves: leaves, roster: roster, random: SystemRandom())
        return try sealer.seal(lines: lines, start: start, retention: .oneYear, for: roster.holder(named: name), signer: service)
    }

    /// Seals records into a further part of an opened conversation, as the service does.
    package func append(_ records: [PartRecord], to conversation: OpenedConversation) throws {
        try sealer.append(
            records, to: conversation.id, expiring: conversation.expiry, after: conversation.ends, for: roster.holder(named: "anna"),
            signer: service)
    }

    /// Puts other bytes into a file's place, as somebody who has the disk can.
    package func overwrite(_ path: String, with bytes: [UInt8]) throws {
        try fileSystem.replaceDurably(path, bytes.rawSpan, mode: VaultLayout.fileMode)
    }

    /// Begins a live part of a conversation, as the service does, through another file system where one is given.
    package func beginPart(
        of conversation: ConversationID, expiring expiry: Day, after predecessors: [Predecessor],
        through fileSystem: (any FileSystem)? = nil
    ) throws -> PartWriter {
        let plan = PartPlan(
            conversation: conversation, part: SystemRandom().identifier(PartID.self), expiry: expiry,
            holder: try roster.holder(named: "anna"),
            leadPairs: roster.leadPairs, predecessors: predecessors)
        let batch = try leaves.leaf(LeafName(expiry: expiry, conversation: conversation), for: .sealing)
        guard let leaf = batch.leaf(at: 0) else { throw TestVaultError.noLeaf }
        return try PartWriter(
            plan, leaf: leaf, signer: service, durability: .everyFrame, fileSystem: fileSystem ?? self.fileSystem, layout: layout,
            random: SystemRandom())
    }

    /// Closes a live part.
    package func close(_ writer: PartWriter) throws {
        _ = try writer.close(signer: service)
    }

    /// The record key of the worker to whom everything is sealed.
    package var annaKey: BoxPublicKey { anna.record.publicKey }

    /// Who tries to read.
    package enum Person: CaseIterable, Sendable {
        /// The worker to whom everything is sealed.
        case anna
        /// Another worker.
        case ben
        /// A lead.
        case lena
        /// Another lead.
        case luis
        /// A third lead.
        case lara
        /// The team.
        case team
    }

    /// Opens a conversation with somebody's key.
    package func read(_ id: ConversationID, as person: Person = .anna) throws(OpeningError) -> OpenedConversation {
        switch person {
        case .anna: try reader.open(id, reader: anna.record)
        case .ben: try reader.open(id, reader: ben.record)
        case .lena: try reader.open(id, reader: lena.record)
        case .luis: try reader.open(id, reader: luis.record)
        case .lara: try reader.open(id, reader: lara.record)
        case .team: try reader.open(id, reader: team.record)
        }
    }

    /// Lets `body` use somebody's identity; a closure of a test cannot reach it, because it cannot be copied.
    package func with<R: ~Copyable, E: Error>(
        _ person: Person, _ body: (borrowing PersonalIdentity) throws(E) -> R
    ) throws(E) -> R {
        switch person {
        case .anna: try body(anna)
        case .ben: try body(ben)
        case .lena: try body(lena)
        case .luis: try body(luis)
        case .lara: try body(lara)
        case .team: try body(team)
        }
    }

    /// Seals acts into a further part of anna's conversation, signed by her or by somebody who is not its holder.
    package func record(_ acts: [[UInt8]], in conversation: OpenedConversation, by person: Person = .anna) throws {
        let holder = try roster.holder(named: "anna")
        try with(person) { (owner: borrowing PersonalIdentity) throws in
            try sealer.append(
                acts.map { PartRecord(.act, $0) }, to: conversation.id, expiring: conversation.expiry, after: conversation.ends,
                for: holder,
                signer: owner.signingKey)
        }
    }

    /// The only sealed part of a conversation: where it lies.
    package func onlyPart(of id: ConversationID) throws -> RecordStore.StoredPart {
        let parts = try store.parts(of: id)
        guard let part = parts.first, parts.count == 1 else { throw TestVaultError.notOnePart }
        return part
    }
}

/// A test asked for something that is not there.
package enum TestVaultError: Error {
    /// The conversation has no part, or several.
    case notOnePart
    /// The calendar has no leaf.
    case noLeaf
}
