import Identity
import Keeper
import KeyCalendar
import Opening
import Records
import Roster
import Sealing
import Sodium
import System
import TestVault
import Testing

/// The thief copied the whole disk again and again, all but the cell, and has everybody's identity. After the day is torn off they get the
/// cell as it is then, and all the calendars that ever were.
@Suite("P6: the record is deleted after one year")
struct P6ForgottenAfterAYearTests {
    let disk = MemoryFileSystem()
    let vault: TestVault
    /// Conversations whose year ends on the first day of March, in three vaults' worth of ways; and others that have longer.
    let early: [ConversationID]
    let late: [ConversationID]
    /// Everything but the cell, at each moment.
    private let copies: [[String: [UInt8]]]
    /// The cell's value at each of those moments: what the thief did not get.
    let values: [[UInt8]]

    private static let earlyStart = Day(year: 2026, month: 3, day: 1)
    private static let lateStart = Day(year: 2026, month: 3, day: 2)

    init() throws {
        let vault = try TestVault(fileSystem: disk)
        var (early, late): ([ConversationID], [ConversationID]) = ([], [])
        var moments = [try Moment(of: disk)]
        early.append(try vault.seal([TestData.message("in spring", id: "1")], start: Self.earlyStart))
        moments.append(try Moment(of: disk))
        late.append(try vault.seal([TestData.message("a day later", id: "1")], start: Self.lateStart))
        late.append(try vault.seal([TestData.message("today", id: "1")]))
        moments.append(try Moment(of: disk))
        early.append(try vault.seal([TestData.message("in spring as well", id: "1")], start: Self.earlyStart))
        let opened = try vault.read(early[1])
        try vault.append([PartRecord(.line, TestData.message("more of it, months later", id: "2"))], to: opened)
        let erased = try vault.seal([TestData.message("erased", id: "1")], start: Self.earlyStart)
        try vault.leaves.erase(erased, day: vault.expiry(from: Self.earlyStart))
        moments.append(try Moment(of: disk))
        self.vault = vault
        self.early = early
        self.late = late
        copies = moments.map(\.copy)
        values = moments.map(\.value)
    }

    /// What the thief copied at one moment, and the one thing that they did not get.
    private struct Moment {
        let copy: [String: [UInt8]]
        let value: [UInt8]

        init(of disk: MemoryFileSystem) throws {
            copy = try everythingButTheCell(of: disk)
            value = try cellValue(of: disk)
        }
    }

    private static func everythingButTheCell(of disk: MemoryFileSystem) throws -> [String: [UInt8]] {
        try disk.everything(below: "/").filter { $0.key != "/cell/cell" }
    }

    /// The day after which the early conversations must be gone.
    var lastDay: Day { vault.expiry(from: Self.earlyStart) }

    /// Every conversation that all these copies, these cell values and everybody's identity together open, whatever day it is.
    func opened(with copies: [[String: [UInt8]]], values: [[UInt8]]) throws -> Set<ConversationID> {
        let files = copies.flatMap { $0 }
        return try vault.opened(
            with: Set(files.filter { $0.key.hasSuffix(CalendarFile.suffix) }.map(\.value)),
            parts: Set(files.filter { $0.key.hasSuffix(".transcript") }.map(\.value)), values: values)
    }

    /// All that the thief has once the day is torn off: the copies, what lies on the disk now, and the cell as it is now.
    func loot() throws -> (copies: [[String: [UInt8]]], values: [[UInt8]]) {
        (copies + [try disk.everything(below: "/")], [try cellValue(of: disk)])
    }

    @Test("before the day is torn off the thief with the cell opens everything, and without a cell nothing")
    func control() throws {
        let loot = try loot()
        #expect(try opened(with: loot.copies, values: loot.values) == Set(early + late))
        #expect(try opened(with: loot.copies, values: [SystemRandom().bytes(32)]).isEmpty)
        // Who had kept the cell's old value would open it afterwards too: it is the cell that must be forgotten.
        try vault.leaves.tearOff(before: lastDay.adding(days: 1))
        #expect(try opened(with: self.loot().copies, values: values).isSuperset(of: early))
    }

    @Test("after the day is torn off nothing brings its records back, and those of other days stay")
    func tornOff() throws {
        let calendarsBefore = try loot().copies.flatMap { $0 }.count { $0.key.hasSuffix(CalendarFile.suffix) }
        try vault.leaves.tearOff(before: lastDay.adding(days: 1))
        let loot = try loot()
        #expect(loot.copies.flatMap { $0 }.count { $0.key.hasSuffix(CalendarFile.suffix) } >= calendarsBefore)
        #expect(try opened(with: loot.copies, values: loot.values) == Set(late))
        for id in early {
            #expect { try vault.read(id) } throws: { ($0 as? OpeningError)?.code == .expired }
        }
        for id in late { #expect(try vault.read(id).lines.count == 1) }
        // Of all calendars that ever were, the cell opens the one that is in force, which has no page for the day.
        let value = secret(loot.values[0])
        let calendars = Set(loot.copies.flatMap { $0 }.filter { $0.key.hasSuffix(CalendarFile.suffix) }.map(\.value))
        var (tried, opened) = (0, 0)
        for file in calendars {
            tried += 1
            guard let calendar = try? CalendarFile.open(file, under: value) else { continue }
            opened += 1
            let days = calendar.pages.map(\.day)
            #expect(!days.contains(lastDay) && days.count >= 2)
        }
        #expect(opened == 1 && tried >= 5)
    }

    @Test("no byte of the old cell values is left on the disk, of none of them")
    func rawSearch() throws {
        let last = try cellValue(of: disk)
        #expect(values.last == last && Set(values).count >= 3)
        // It is there before: in the cell, and nowhere else.
        #expect(disk.everyContents.contains { occurs(last, in: $0) })
        #expect(try !Self.everythingButTheCell(of: disk).values.contains { occurs(last, in: $0) })
        try vault.leaves.tearOff(before: lastDay.adding(days: 1))
        let now = try cellValue(of: disk)
        #expect(disk.everyContents.contains { occurs(now, in: $0) })
        for value in values {
            #expect(value != now)
            #expect(!disk.everyContents.contains { occurs(value, in: $0) })
            // Not half of it either.
            for half in [Array(value.prefix(16)), Array(value.suffix(16))] {
                #expect(!disk.everyContents.contains { occurs(half, in: $0) })
            }
        }
    }

    @Test("a power cut right afterwards brings nothing back, whatever the disk makes of it")
    func powerCut() throws {
        try vault.leaves.tearOff(before: lastDay.adding(days: 1))
        for policy in [MemoryFileSystem.CrashPolicy.nothingUnsynced, .everything, .seeded(1), .seeded(2)] {
            disk.crash(policy)
            for value in values { #expect(!disk.everyContents.contains { occurs(value, in: $0) }) }
            let loot = try loot()
            #expect(try opened(with: loot.copies, values: loot.values) == Set(late))
        }
    }

    @Test("a keeper that is started on any backup, with the cell of today, hands out nothing of the day")
    func restoredBackups() throws {
        try vault.leaves.tearOff(before: lastDay.adding(days: 1))
        let cell = try disk.everything(below: "/cell")
        var (started, refused) = (0, 0)
        for backup in copies {
            for keepsCopyBesideCell in [true, false] {
                let restored = MemoryFileSystem()
                let besideCell = cell.filter { keepsCopyBesideCell || !$0.key.hasSuffix(CalendarFile.suffix) }
                for (path, bytes) in backup.filter({ !$0.key.hasPrefix("/cell/") }).merging(besideCell, uniquingKeysWith: { $1 }) {
                    try restored.createDirectories(MemoryFileSystem.parent(of: path), mode: path.hasPrefix("/cell") ? 0o700 : 0o770)
                    try restored.writeDurably(path, bytes.rawSpan, mode: 0o600)
                }
                let place = StorePlace(
                    vault: vault.roster.vault, cells: ["/cell"], layout: vault.layout, fileSystem: restored, random: SystemRandom(),
                    observer: Silence())
                let seed = SecretBytes.random(SigningKey.seedBytes, from: SystemRandom())
                do {
                    let store = try CalendarStore.open(place, keeper: SigningKey(seed: seed), lastDone: 0)
                    started += 1
                    #expect(early.allSatisfy { Self.isExpired($0, on: lastDay, in: store) })
                    #expect(late.suffix(1).allSatisfy { !Self.isExpired($0, on: vault.expiry(from: TestVault.today), in: store) })
                } catch let error as KeyCalendarError {
                    #expect(error.code == .calendarMissing)
                    refused += 1
                }
            }
        }
        #expect(started == copies.count && refused == copies.count)
    }

    private static func isExpired(_ id: ConversationID, on day: Day, in store: CalendarStore) -> Bool {
        switch store.leaf(day: day, conversation: id, today: TestVault.today) {
        case .expired: true
        default: false
        }
    }

    private final class Silence: ActObserver {
        func recordIntent(_ act: RecordedAct) throws(KeyCalendarError) {}
        func recordDone(_ act: RecordedAct) throws(KeyCalendarError) {}
    }

    @Test("overdue is refused at once, though nothing was swept")
    func overdue() throws {
        vault.leaves.advance(to: lastDay)
        for id in early { #expect(throws: Never.self) { try vault.read(id) } }
        vault.leaves.advance(to: lastDay.adding(days: 1))
        for id in early {
            #expect { try vault.read(id) } throws: { ($0 as? OpeningError)?.code == .expired }
            for purpose in [LeafPurpose.reading, .sealing] {
                #expect(try vault.leaves.leaf(LeafName(expiry: lastDay, conversation: id), for: purpose).states == [.expired])
            }
        }
        #expect { try vault.seal([TestData.message("too late", id: "1")], start: Self.earlyStart) } throws: {
            ($0 as? SealingError)?.code == .overAge
        }
        for id in late { #expect(throws: Never.self) { try vault.read(id) } }
    }

    @Test("a clock that is set back afterwards opens nothing again")
    func clockSetBack() throws {
        try vault.leaves.tearOff(before: lastDay.adding(days: 1))
        vault.leaves.advance(to: TestVault.today)
        for id in early {
            #expect { try vault.read(id) } throws: { ($0 as? OpeningError)?.code == .expired }
        }
        #expect(throws: SealingError.self) { try vault.seal([TestData.message("again", id: "1")], start: Self.earlyStart) }
    }

    @Test("a conversation that is erased before its day is as lost as one whose day is over, and its neighbours are not")
    func erasedEarly() throws {
        let before = try loot()
        #expect(try opened(with: before.copies, values: before.values).contains(early[1]))
        try vault.leaves.erase(early[1], day: lastDay)
        let loot = try loot()
        #expect(try opened(with: loot.copies, values: loot.values) == Set([early[0]] + late))
        #expect { try vault.read(early[1]) } throws: { ($0 as? OpeningError)?.code == .erased }
        #expect(throws: Never.self) { try vault.read(early[0]) }
    }
}

extension TestVault {
    /// The last day on which a record that starts on `start` may be opened.
    func expiry(from start: Day?) -> Day {
        RetentionPeriod.oneYear.expiry(from: start ?? Self.today)
    }
}
