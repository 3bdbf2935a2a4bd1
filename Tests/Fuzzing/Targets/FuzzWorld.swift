internal import Age
internal import Identity
internal import KeyCalendar
internal import Opening
internal import Records
internal import Retention
internal import Roster
internal import Sharing
internal import Sodium
internal import Synchronization
internal import System
internal import Tampering
internal import TestVault

/// The people, keys and files that inputs are tried against: the same in every run, so that an input means the same in every run.
///
/// None of its keys is anybody's.
package final class FuzzWorld {
    let vault: TestVault
    let disk = MemoryFileSystem()
    let random: SeededRandom
    /// The keeper behind `keeper-desk`, made when it is first asked for.
    private(set) lazy var keeper = Result { try FuzzKeeper(random: SeededRandom(seed: 2)) }
    /// The other end of `keeper-answer`, made when it is first asked for.
    private(set) lazy var line = Result { try KeeperLine() }
    /// The team's age identity.
    private(set) lazy var keyring = teamKeyring()
    /// A real bundle, taken apart.
    private(set) lazy var bundle = Result { try makeBundle() }
    /// A sealed conversation of `lines`.
    private(set) lazy var conversation = Result { try vault.seal(Self.lines) }

    /// A new world, the same as every other.
    package init() throws {
        random = SeededRandom(seed: 1)
        vault = try TestVault(fileSystem: disk, random: random)
    }

    /// What is said in the sealed conversation.
    static let lines: [[UInt8]] = [
        TestData.message("hello, you may use any name", id: "m1", role: "worker"),
        TestData.message("hi, call me Bluebird", id: "m2", name: "Bluebird"),
        TestData.message("among us workers", id: "n1", role: "worker", visibility: "workers"),
        TestData.message("may we send a copy of this to the family support team?", id: "m3", role: "worker"),
        TestData.message("yes please", id: "m4", name: "Bluebird"),
    ]

    /// A filled-in consent form.
    static let form = """
        {"team":"family-support","asked":"m3","answered":"m4","real_name":"Robin Example","pseudonym":"Bluebird","purpose":"so that you \
        need not explain again","from":"m1","to":"m4","redacted":["m2"],"includes_internal":false,"copy_expires":"2027-06-01",\
        "valid_until":"2026-12-01","contact":"room 2","notice":{"version":"1","language":"en","text":"we send a copy if you say yes"},\
        "understanding":"asked back","lawful_basis":"consent","expressed_by":"the young person","expressed_how":"in the chat",\
        "how_to_withdraw":"say so in the chat","withdrawal_explained":true,"may_be_counted":false}
        """

    private func teamKeyring() -> Result<AgeKeyring, any Error> {
        let text = vault.team.age.text()
        return Result { try AgeKeyring(identityFile: text.bytes) }
    }

    private func makeBundle() throws -> BundleContents {
        let id = try vault.seal(Self.lines)
        let act = ActID(random.bytes(16)) ?? .zero
        let recorder = ConsentRecorder(roster: vault.roster, now: TestVault.start)
        try vault.record([recorder.consent(ConsentForm(json: Array(Self.form.utf8)), in: vault.read(id), id: act).line], in: vault.read(id))
        let grant = try Grant(act, in: vault.read(id), roster: vault.roster, today: TestVault.today)
        let maker = CopyMaker(roster: vault.roster, sealer: vault.sealer, random: random, now: TestVault.start)
        let file = try maker.makeCopy(grant, by: vault.anna, as: vault.roster.holder(named: "anna")).file
        let archive = try decrypted(file)
        guard let contents = BundleContents(archive: archive) else { throw Finding("a bundle of our own is not read") }
        return contents
    }
}

/// Random bytes that a seed repeats exactly.
final class SeededRandom: RandomSource {
    private let lot: Mutex<Lot>

    init(seed: UInt64) {
        lot = Mutex(Lot(seed: seed))
    }

    /// Fills all of `bytes`.
    func fill(_ bytes: inout MutableRawSpan) {
        for offset in 0..<bytes.byteCount {
            bytes.setByte(lot.withLock { UInt8(truncatingIfNeeded: $0.next()) }, at: offset)
        }
    }
}

/// An input that is made of several pieces, each behind its length.
struct Pieces {
    private var reader: ByteReader

    init(_ input: [UInt8]) {
        reader = ByteReader(input)
    }

    var isEmpty: Bool { reader.remaining == 0 }

    /// The next byte; zero where there is none.
    mutating func byte() -> UInt8 { reader.integer(UInt8.self) ?? 0 }

    /// The next piece: `u16` length and as many bytes, or as many as there are.
    mutating func piece() -> [UInt8] {
        let length = Int(reader.integer(UInt16.self) ?? 0)
        return reader.take(min(length, reader.remaining)) ?? []
    }

    /// Everything that is left.
    mutating func rest() -> [UInt8] { reader.take(reader.remaining) ?? [] }

    /// A piece as it stands in an input.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var piece: [UInt8] = []
        piece.append(littleEndian: UInt16(clamping: bytes.count))
        return piece + bytes
    }
}
