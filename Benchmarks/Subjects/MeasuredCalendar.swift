import KeyCalendar
import Records
import Retention
import Sealing
import Sodium
import System

/// A key calendar with its cell on a disk, and a day's folder with as many record files as are wanted.
public final class MeasuredCalendar {
    private let store: CalendarStore
    private let layout: VaultLayout
    private let random = SystemRandom()
    private static let firstDay = Day(number: 20_000)
    private static let pageCount: UInt32 = 380
    /// How many conversations can be erased, at most.
    public static let erasures = 200
    private var next = firstDay
    private var erasable: [(ConversationID, Day)] = []

    /// A calendar of a year's pages below an empty `directory`.
    public init(below directory: String) throws {
        let files = DiskFileSystem()
        layout = VaultLayout(root: "\(directory)/vault")
        for path in layout.directories { try files.createDirectories(path, mode: VaultLayout.directoryMode) }
        let place = StorePlace(
            vault: VaultID.zero, cells: ["\(directory)/cell"], layout: layout, fileSystem: files, random: random, observer: Silent())
        store = try CalendarStore.create(
            place, pagesFor: (0..<Self.pageCount).map { Self.firstDay.adding(days: $0) }, today: Self.firstDay,
            now: TimeMark(boot: .zero, seconds: 0), keeper: SigningKey(seed: .random(SigningKey.seedBytes, from: random)))
    }

    /// Puts `count` empty record files into the folder of the day that is torn off next.
    public func fill(_ count: Int) throws {
        try fill(count, on: next)
    }

    /// Puts `count` empty record files into the folders of all days, as many into each.
    public func fillYear(_ count: Int) throws {
        let days = Int(Self.pageCount)
        for day in 0..<days { try fill(count / days + (day < count % days ? 1 : 0), on: Self.firstDay.adding(days: UInt32(day))) }
    }

    private func fill(_ count: Int, on day: Day) throws {
        let files = DiskFileSystem()
        try files.createDirectories(layout.records(expiring: day), mode: VaultLayout.directoryMode)
        for _ in 0..<count {
            let conversation = random.identifier(ConversationID.self)
            try files.create(layout.part(random.identifier(PartID.self), of: conversation, expiring: day), mode: VaultLayout.fileMode)
                .close()
            if erasable.count < Self.erasures { erasable.append((conversation, day)) }
        }
    }

    /// Tears off one day: the keys of all its records are destroyed when this returns.
    public func tearOff() throws {
        next = next.adding(days: 1)
        _ = try store.tearOff(
            before: next, today: next, now: TimeMark(boot: .zero, seconds: UInt64(next.number) * 86_400), authority: authority)
    }

    /// Erases one of the conversations that files were made for: its key is destroyed and its file gone when this returns.
    public func erase() throws {
        let (conversation, day) = erasable.removeLast()
        _ = try store.erase(conversation, day: day, authority: authority)
        let removed = ExpiredRecords(fileSystem: DiskFileSystem(), layout: layout).removeErased(from: day) {
            $0.intersection([conversation])
        }
        precondition(removed.files == 1 && removed.left == 0)
    }

    /// How many days can still be torn off.
    public var daysLeft: Int { Int(Self.firstDay.adding(days: 370).number) - Int(next.number) }

    private var authority: Authority {
        Authority(approvals: [], spends: SpentRequest(random.identifier(RequestID.self), until: next))
    }

    private final class Silent: ActObserver {
        func recordIntent(_ act: RecordedAct) throws(KeyCalendarError) {}
        func recordDone(_ act: RecordedAct) throws(KeyCalendarError) {}
    }
}
