import KeyCalendar
import Records
import Sealing
import Sodium
import System

/// A key calendar with its cell on a disk, and a day's folder with as many record files as are wanted.
public final class MeasuredCalendar {
    private let store: CalendarStore
    private let layout: VaultLayout
    private let random = SystemRandom()
    private static let firstDay = Day(number: 20_000)
    private var next = firstDay

    /// A calendar of a year's pages below an empty `directory`.
    public init(below directory: String) throws {
        let files = DiskFileSystem()
        layout = VaultLayout(root: "\(directory)/vault")
        for path in layout.directories { try files.createDirectories(path, mode: VaultLayout.directoryMode) }
        let place = StorePlace(
            vault: VaultID.zero, cells: ["\(directory)/cell"], layout: layout, fileSystem: files, random: random, observer: Silent())
        store = try CalendarStore.create(
            place, pagesFor: (0..<380).map { Self.firstDay.adding(days: $0) }, today: Self.firstDay,
            now: TimeMark(boot: .zero, seconds: 0), keeper: SigningKey(seed: .random(SigningKey.seedBytes, from: random)))
    }

    /// Puts `count` empty record files into the folder of the day that is torn off next.
    public func fill(_ count: Int) throws {
        let files = DiskFileSystem()
        try files.createDirectories(layout.records(expiring: next), mode: VaultLayout.directoryMode)
        for _ in 0..<count {
            let path = layout.part(random.identifier(PartID.self), of: random.identifier(ConversationID.self), expiring: next)
            try files.create(path, mode: VaultLayout.fileMode).close()
        }
    }

    /// Tears off one day: the keys of all its records are destroyed when this returns.
    public func tearOff() throws {
        next = next.adding(days: 1)
        _ = try store.tearOff(before: next, today: next, now: TimeMark(boot: .zero, seconds: UInt64(next.number) * 86_400), authority: authority)
    }

    /// Erases one conversation of the last page.
    public func erase() throws {
        _ = try store.erase(
            random.identifier(ConversationID.self), day: Self.firstDay.adding(days: 379), authority: authority)
    }

    /// How many days can still be torn off.
    public var daysLeft: Int { Int(Self.firstDay.adding(days: 370).number) - Int(next.number) }

    private var authority: Authority {
        Authority(approvals: [], spends: SpentRequest(random.identifier(RequestID.self), until: next))
    }

    private final class Silent: ActObserver {
        func recordIntent(_ act: RecordedAct) throws(KeyCalendarError) {}
        func recordDone(_ act: RecordedAct) throws(KeyCalendarError) {}
        func removeExpired(before day: Day, keeping kept: Set<ConversationID>) throws(KeyCalendarError) {}
    }
}
