import Certificate
import Identity
import KeyCalendar
import Ledger
import Logging
import Minisign
import Records
import Retention
import Roster
import Sodium
import System

/// A vault with a keeper and without leads, in which days go by and are torn off, for those who attack what is certified of it.
final class CertifiedVault {
    let fileSystem: any FileSystem
    let layout: VaultLayout
    let cells: [String]
    let clock = ManualClock(seconds: 1_795_435_200)  // 2026-11-23T12:00:00Z
    let keeperKey: SigningKey
    let roster: VerifiedRoster

    /// A new one; `keeper` is a key that another vault's keeper has, where one is given.
    init(_ fileSystem: any FileSystem = MemoryFileSystem(), root: String = "", keeper seed: [UInt8]? = nil) throws {
        self.fileSystem = fileSystem
        layout = VaultLayout(root: "\(root)/vault")
        cells = ["\(root)/cell-a", "\(root)/cell-b"]
        let seed = secret(seed ?? SystemRandom().bytes(SigningKey.seedBytes))
        keeperKey = try SigningKey(seed: seed)
        let organisation = try OrganisationKey.generate(random: SystemRandom())
        let now = Timestamp(seconds: clock.now().seconds)
        let keeperCard = try Card.sign(name: "keeper", role: .keeper, recordKey: nil, recipients: [], with: keeperKey)
        let unsigned = try VerifiedRoster.first(
            organisation: "The Charity", vault: SystemRandom().identifier(VaultID.self),
            policy: Policy(defaultRetention: .oneYear, disclosureRetention: .oneYear), cards: [keeperCard], at: now,
            organisationKey: organisation.signingKey.publicKey)
        roster = try VerifiedRoster(
            first: unsigned.sign(with: organisation.signingKey), organisationKey: .init(organisation.signingKey.publicKey))
        for directory in layout.directories { try fileSystem.createDirectories(directory, mode: VaultLayout.directoryMode) }
        try fileSystem.writeDurably(
            layout.organisationKey, MinisignPublicKey(organisation.signingKey.publicKey).fileBytes.rawSpan, mode: 0o644)
        try RosterStore(fileSystem: fileSystem, layout: layout).save(roster)
        let setup = try KeeperSetup(place(cells), mayHaveOneCell: false)
        try setup.pinRoster()
        _ = try setup.create(key: keeperKey)
    }

    private func place(_ cells: [String]) -> KeeperPlace {
        KeeperPlace(
            layout: layout, cells: cells, fileSystem: fileSystem, clock: clock, random: SystemRandom(),
            examine: { _ in CellAssurance(.l1, "a test") }, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// A day goes by, and a keeper that holds so many of the cells does what it does by itself.
    func letADayPass(cells count: Int = 2) throws {
        clock.advance(seconds: Day.seconds)
        try RetentionKeeper(opening: place(Array(cells.prefix(count))), key: keeperKey).attend()
    }

    var folder: CertificateFolder { CertificateFolder(fileSystem: fileSystem, layout: layout) }

    func certificate(_ number: Int) throws -> SignedCertificate {
        try folder.read(number, vault: roster.vault, keys: roster.keeperKeys)
    }

    /// What a custodian is told.
    func findings() throws -> [String] { try chain().findings }

    /// All certificates, held against the ledger, and against what the keeper says.
    func chain(told: CertificateChain.Told? = nil) throws -> CertificateChain {
        let ledger = try LedgerReading.read(fileSystem: fileSystem, layout: layout, vault: roster.vault, keys: roster.keeperKeys)
        return try CertificateChain(folder, ledger: ledger, vault: roster.vault, keys: roster.keeperKeys, told: told)
    }

    /// The paths of a certificate's four files.
    func paths(_ number: Int) -> [String] {
        [
            layout.certificate(number), layout.certificateSignature(number), layout.certificateText(number),
            layout.certificateTextSignature(number),
        ]
    }

    func bytes(_ path: String) throws -> [UInt8] { try fileSystem.readFile(path, limitBytes: 1 << 20) }

    func put(_ bytes: [UInt8], at path: String) throws { try fileSystem.replaceDurably(path, bytes.rawSpan, mode: 0o660) }
}
