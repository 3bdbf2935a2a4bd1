import KeyCalendar
import Records
import Sodium
import Synchronization
import System
import Testing

/// Random bytes that a seed repeats exactly, and a list of everything that was drawn.
final class RecordingRandom: RandomSource {
    private struct State {
        var dice: SplitMix
        var drawn: [[UInt8]] = []
    }

    private let state: Mutex<State>

    init(seed: UInt64) {
        state = Mutex(State(dice: SplitMix(seed: seed)))
    }

    var drawn: [[UInt8]] { state.withLock { $0.drawn } }

    /// Everything of a key's length: pages and cell values.
    var keys: [[UInt8]] { drawn.filter { $0.count == 32 } }

    func fill(_ bytes: inout MutableRawSpan) {
        // In one go, for a slot's filling is long and tests are not optimised.
        for offset in stride(from: 0, to: bytes.byteCount - bytes.byteCount % 8, by: 8) {
            bytes.storeLittleEndian(next(), at: offset)
        }
        for offset in (bytes.byteCount - bytes.byteCount % 8)..<bytes.byteCount {
            bytes.storeLittleEndian(UInt8(truncatingIfNeeded: next()), at: offset)
        }
        let fresh = bytes.bytes.array
        state.withLock { $0.drawn.append(fresh) }
    }

    private func next() -> UInt64 { state.withLock { $0.dice.next() } }
}

/// Remembers what it was told, and looks at the disk when an act is reported as done.
final class TestObserver: ActObserver {
    private(set) var intents: [RecordedAct] = []
    private(set) var done: [RecordedAct] = []
    var failure: KeyCalendarError?
    /// Acts that were carried out while something was away.
    private(set) var incomplete: [RecordedAct] = []
    /// Up to which act everything has caught up.
    private(set) var caughtUp: UInt64 = 0
    /// How many cells were written down that there are.
    var cells = 0
    /// Called with the serial number of what is recorded as done.
    var whenDone: (UInt64) -> Void = { _ in }

    var lastDone: UInt64 { max(done.last?.serial ?? 0, caughtUp) }
    /// The last act that was recorded as done or incomplete.
    var lastCarriedOut: UInt64 { max(lastDone, incomplete.last?.serial ?? 0) }

    func recordIntent(_ act: RecordedAct) throws(KeyCalendarError) { intents.append(act) }

    func recordDone(_ act: RecordedAct) throws(KeyCalendarError) {
        if let failure { throw failure }
        whenDone(act.serial)
        done.append(act)
    }

    func recordIncomplete(_ act: RecordedAct) throws(KeyCalendarError) {
        if let failure { throw failure }
        #expect(!act.away.isEmpty)
        incomplete.append(act)
    }

    func recordCaughtUp(to serial: UInt64, cells: [CellStatus]) throws(KeyCalendarError) {
        if let failure { throw failure }
        whenDone(serial)
        caughtUp = serial
    }
}

enum Sample {
    static let vault = VaultID(repeatElement(7, count: 16)) ?? .zero
    static let otherVault = VaultID(repeatElement(8, count: 16)) ?? .zero
    static let boot = BootID(repeatElement(1, count: 16)) ?? .zero
    static let today = Day(number: 20_000)
    static let layout = VaultLayout(root: "/vault")
    static let oneCell = ["/cells/one"]
    static let twoCells = ["/cells/one", "/cells/two"]

    static func day(_ number: Int) -> Day { Day(number: UInt32(Int(today.number) + number)) }

    static func days(_ range: Range<Int>) -> [Day] { range.map { day($0) } }

    static func conversation(_ byte: UInt8) -> ConversationID {
        ConversationID((0..<16).map { UInt8(truncatingIfNeeded: Int(byte) &* 37 &+ $0 &* 91) }) ?? .zero
    }

    static func request(_ byte: UInt8) -> RequestID { RequestID(repeatElement(byte, count: 16)) ?? .zero }

    static func mark(days: UInt64, boot: BootID = boot) -> TimeMark { TimeMark(boot: boot, seconds: days * 86_400) }

    static func keeper(_ byte: UInt8 = 5) throws -> SigningKey {
        let seed = [UInt8](repeating: byte, count: 32)
        return try SigningKey(seed: SecretBytes(copying: seed.rawSpan))
    }

    static func authority(_ byte: UInt8, until: Day = day(30)) -> Authority {
        Authority(approvals: [[UInt8](repeating: byte, count: 32)], spends: SpentRequest(request(byte), until: until))
    }

    /// A file system with an empty vault and a place for cells.
    static func emptyDisk() throws -> MemoryFileSystem {
        let disk = MemoryFileSystem()
        for directory in layout.directories + ["/cells"] {
            try disk.createDirectories(directory, mode: VaultLayout.directoryMode)
        }
        return disk
    }

    static func place(
        _ fileSystem: any FileSystem,
        cells: [String] = oneCell,
        vault: VaultID = vault,
        random: any RandomSource = SystemRandom(),
        observer: any ActObserver = TestObserver(), knownCells: Int = 0, replicas: [String] = [],
        replicaPatienceMilliseconds: Int = PatientFileSystem.patienceMilliseconds
    ) -> StorePlace {
        StorePlace(
            vault: vault, cells: cells, layout: layout, fileSystem: fileSystem, random: random, observer: observer, knownCells: knownCells,
            replicas: replicas, replicaPatienceMilliseconds: replicaPatienceMilliseconds)
    }

    static func create(_ place: StorePlace, pages: Range<Int> = 0..<5) throws -> CalendarStore {
        try CalendarStore.create(place, pagesFor: days(pages), today: today, now: mark(days: 0), keeper: keeper())
    }

    static func open(_ place: StorePlace, lastDone: UInt64 = 0, lastCarriedOut: UInt64 = 0) throws -> CalendarStore {
        try CalendarStore.open(place, keeper: keeper(), lastDone: lastDone, lastCarriedOut: lastCarriedOut)
    }
}

/// A leaf's bytes or the word that stands instead of one, so that answers can be compared.
enum Answer: Equatable {
    case leaf([UInt8])
    case noPage, expired, erased

    init(_ answer: consuming LeafAnswer) {
        switch answer {
        case .leaf(let leaf): self = .leaf(Answer.array(leaf))
        case .noPage: self = .noPage
        case .expired: self = .expired
        case .erased: self = .erased
        }
    }

    private static func array(_ secret: borrowing SecretBytes) -> [UInt8] { secret.bytes.array }

    var isLeaf: Bool { if case .leaf = self { true } else { false } }
}

extension CalendarStore {
    /// The answer for the day that is `number` days after the first.
    func answer(_ number: Int, _ conversation: ConversationID = Sample.conversation(1), today: Day = Sample.today) -> Answer {
        Answer(leaf(day: Sample.day(number), conversation: conversation, today: today))
    }
}

/// The code of the calendar error that `body` throws; nil where it throws none.
func code(_ body: () throws -> Void) -> KeyCalendarError.Code? {
    do {
        try body()
        return nil
    } catch let error as KeyCalendarError {
        return error.code
    } catch {
        return nil
    }
}
