import Glibc
import Identity
import Keeper
import KeyCalendar
import Logging
import Minisign
import Records
import Retention
import Roster
import Sodium
import System
import Testing
import UnattendedIdentity

/// Not random at all: the same bytes each time.
struct Given: RandomSource {
    let bytes: [UInt8]

    func fill(_ out: inout MutableRawSpan) { out.copy(bytes.rawSpan, at: 0) }
}

/// Somebody with keys.
final class Person: Sendable {
    let identity: PersonalIdentity

    init(_ name: String, _ role: Role) throws {
        identity = try .generate(name: name, role: role, random: SystemRandom())
    }

    /// What names their record key.
    var key: KeyID { Card.id(of: identity.record.publicKey.bytes) }
}

/// A vault with leads and a keeper, and a clock that is moved by hand; on a disk in memory unless another is given.
final class Ground {
    /// 2026-11-23T12:00:00Z.
    static let start = Timestamp(seconds: 1_795_435_200)

    let fileSystem: any FileSystem
    let layout: VaultLayout
    let cells: [String]
    let clock: ManualClock
    let organisation: SigningKey
    let leads: [Person]
    let worker: Person
    let keeperKey: SigningKey
    var roster: VerifiedRoster

    init(
        fileSystem: any FileSystem = MemoryFileSystem(), root: String = "/vault", cells: [String] = ["/cell-a", "/cell-b"],
        leads count: Int = 3, others: [Person] = [], at start: Timestamp = Ground.start
    ) throws {
        let random = SystemRandom()
        self.fileSystem = fileSystem
        layout = VaultLayout(root: root)
        self.cells = cells
        clock = ManualClock(seconds: start.seconds)
        organisation = try Self.key()
        keeperKey = try Self.key()
        leads = try (0..<count).map { try Person("lead-\($0)", .lead) }
        worker = try Person("worker", .worker)
        for directory in layout.directories { try fileSystem.createDirectories(directory, mode: VaultLayout.directoryMode) }
        let policy = try Policy(defaultRetention: .oneYear, disclosureRetention: #require(RetentionPeriod(text: "P7Y")))
        let unsigned = try VerifiedRoster.first(
            organisation: "The Charity", vault: #require(VaultID(random.bytes(16))), policy: policy,
            cards: (leads + others).map { try $0.identity.card(from: start.day) }, at: start, organisationKey: organisation.publicKey)
        roster = try VerifiedRoster(
            first: unsigned.sign(with: organisation), organisationKey: MinisignPublicKey(organisation.publicKey))
        let store = RosterStore(fileSystem: fileSystem, layout: layout)
        let organisationFile = MinisignPublicKey(organisation.publicKey).fileBytes
        try fileSystem.writeDurably(layout.organisationKey, organisationFile.rawSpan, mode: 0o644)
        try store.save(roster)
    }

    static func key() throws -> SigningKey {
        let seed = SecretBytes.random(SigningKey.seedBytes, from: SystemRandom())
        return try SigningKey(seed: seed)
    }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    var place: KeeperPlace { place(on: fileSystem) }

    func place(
        on fileSystem: any FileSystem, cells: [String]? = nil, random: any RandomSource = SystemRandom(), log: Logger = Ground.quiet
    ) -> KeeperPlace {
        KeeperPlace(
            layout: layout, cells: cells ?? self.cells, fileSystem: fileSystem, clock: clock, random: random,
            examine: { _ in CellAssurance(.l1, "a test") }, log: log)
    }

    /// Makes the cells and the first calendar.
    func initialise() throws {
        let setup = try KeeperSetup(place, mayHaveOneCell: cells.count == 1)
        try setup.pinRoster()
        _ = try setup.create(key: keeperKey)
    }

    /// Puts the keeper's identity beside a cell, or that of a keeper with another seed.
    func writeIdentity(beside cell: String, seed: [UInt8]? = nil) throws {
        let own = keeperKey.seed()
        let made = try UnattendedIdentity.generate(name: "keeper", role: .keeper, random: Given(bytes: seed ?? own.bytes.array))
        try made.write(to: "\(cell)/keeper.identity", fileSystem: fileSystem)
    }

    /// A keeper of what was made.
    func keeper(on fileSystem: (any FileSystem)? = nil) throws -> RetentionKeeper {
        try RetentionKeeper(opening: place(on: fileSystem ?? self.fileSystem), key: keeperKey)
    }

    /// A keeper of a vault that is made for it.
    func newKeeper() throws -> RetentionKeeper {
        try initialise()
        return try keeper()
    }

    /// A keeper that can reach the first cell alone.
    func keeperOfOneCell() throws -> RetentionKeeper {
        try RetentionKeeper(opening: place(on: fileSystem, cells: [cells[0]]), key: keeperKey)
    }

    /// Makes the cells, and a day later sweeps while all cells but the first are away.
    func sweepsWithOneCell() throws -> KeeperOutcome {
        try initialise()
        do { try keeper().attend() }
        advance(days: 1)
        return try keeperOfOneCell().sweep()
    }

    var today: Day { Timestamp(seconds: clock.now().seconds).day }

    func advance(days: Int) {
        clock.advance(seconds: Int64(days) * Day.seconds)
    }

    /// Changes the roster with as many leads as it takes.
    func change(_ change: RosterChange, by approvers: [Person]) throws {
        let now = Timestamp(seconds: clock.now().seconds)
        let approvals = try roster.requests(for: change, expires: Timestamp(seconds: now.seconds + Day.seconds)).flatMap { request in
            let approval = try request.review(in: roster, at: now).approval
            return approvers.map { approval.sign(with: $0.identity.signingKey) }
        }
        roster = try roster.successor(roster.changed(by: change, approvals: approvals, at: now).sign(with: organisation))
        try RosterStore(fileSystem: fileSystem, layout: layout).save(roster)
    }

    /// The approvals of these people, as they travel.
    func approvals(_ request: Request, by people: [Person], in roster: VerifiedRoster? = nil) throws -> [KeeperOrder.Approval] {
        let approval = try request.review(in: roster ?? self.roster, at: Timestamp(seconds: clock.now().seconds)).approval
        return people.map { person in
            let signed = approval.sign(with: person.identity.signingKey)
            return .init(text: String(decoding: signed.text, as: UTF8.self), signature: String(decoding: signed.signature, as: UTF8.self))
        }
    }

    /// Puts a file where a sealed part would lie; what is in it does not matter to the keeper.
    @discardableResult
    func addPart(expiring day: Day, of conversation: ConversationID = Ground.conversation()) throws -> String {
        try fileSystem.createDirectories(layout.records(expiring: day), mode: VaultLayout.directoryMode)
        let path = layout.part(try #require(PartID(SystemRandom().bytes(16))), of: conversation, expiring: day)
        try fileSystem.writeDurably(path, Array("sealed".utf8).rawSpan, mode: VaultLayout.fileMode)
        return path
    }

    /// Puts a part among those that are being written, with a header of its own.
    func addOpenPart(expiring day: Day) throws -> String {
        let (conversation, part) = (Self.conversation(), try #require(PartID(SystemRandom().bytes(16))))
        let holder = PartHeader.Holder(
            key: try #require(KeyID(SystemRandom().bytes(16))), box: SystemRandom().bytes(PartHeader.boxBytes))
        let header = PartHeader(expiry: day, conversation: conversation, part: part, holder: holder, leadPairs: [])
        let path = layout.openPart(part, of: conversation)
        let bytes = header.encoded + SystemRandom().bytes(PartHeader.commitmentBytes)
        try fileSystem.writeDurably(path, bytes.rawSpan, mode: VaultLayout.fileMode)
        return path
    }

    func exists(_ path: String) throws -> Bool { try fileSystem.status(path) != nil }

    static func conversation() -> ConversationID {
        ConversationID(SystemRandom().bytes(16)) ?? .zero
    }

    /// The expiry day of what starts on `day`.
    static func expiry(_ day: Day) -> Day { RetentionPeriod.oneYear.expiry(from: day) }
}

/// A keeper's socket, for as long as this lives.
final class Door {
    let socket: String
    let server: KeeperServer

    init(
        _ keeper: RetentionKeeper, rights: Set<KeeperAccess.Right>? = nil, isKnown: Bool = true, limiter: LeafLimiter = LeafLimiter(),
        limits: KeeperServer.Limits = Door.brisk
    ) throws {
        socket = "/tmp/keeper-\(getpid())-\(UInt32.random(in: .min ... .max))"
        let grants = rights.map { [KeeperAccess.Grant(user: OwnProcess.user, rights: $0)] } ?? []
        // Where rights are given, or none, the keeper is somebody else's.
        let own = rights == nil && isKnown ? OwnProcess.user : OwnProcess.user + 1
        let desk = KeeperDesk(keeper, access: KeeperAccess(own: own, grants: grants), limiter: limiter)
        server = try KeeperServer(desk, socket: socket, limits: limits, log: Ground.quiet)
    }

    deinit { server.stop() }

    static var brisk: KeeperServer.Limits {
        var limits = KeeperServer.Limits()
        limits.messageMilliseconds = 300
        limits.strangerMilliseconds = 300
        return limits
    }

    func client(of vault: VaultID? = nil) -> KeeperClient { KeeperClient(socket: socket, vault: vault) }
}

/// The code with which `body` fails; nil where it does not.
func code(_ body: () throws -> Void) throws -> RetentionError.Code? {
    do {
        try body()
        return nil
    } catch let error as RetentionError {
        #expect(!error.message.contains("\n") && !error.message.isEmpty)
        return error.code
    }
}

/// The code with which a program that asks the keeper fails; nil where it does not.
func keeperCode(_ body: () throws -> Void) throws -> KeeperError.Code? {
    do {
        try body()
        return nil
    } catch let error as KeeperError {
        #expect(!error.message.contains("\n") && !error.message.isEmpty)
        return error.code
    }
}

/// Random numbers that a seed decides, so that what went wrong can be done again.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) } }
}
