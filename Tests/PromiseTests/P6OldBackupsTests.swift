import KeyCalendar
import Records
import Retention
import Sodium
import System
import TestVault
import Testing

/// For 400 days everything but the cell is copied every night, and every copy is kept. On the last day somebody has all of it, everybody's
/// identity, and the cell itself.
@Suite("P6: 400 nightly backups bring nothing back")
struct P6OldBackupsTests {
    private static let days = 400
    private let disk = MemoryFileSystem()
    private let vault: TestVault

    init() throws {
        vault = try TestVault(fileSystem: disk)
    }

    /// Every file that ever lay on the disk, the cell apart, by what is in it.
    private struct Backups {
        var calendars: Set<[UInt8]> = []
        var parts: Set<[UInt8]> = []
        private var seen: Set<String> = []

        /// Copies what is new: a calendar or a part never changes under its name.
        mutating func copy(_ disk: MemoryFileSystem, _ layout: VaultLayout) throws {
            for folder in [layout.calendar, "/cell"] {
                for name in try disk.list(folder) where name.hasSuffix(CalendarFile.suffix) && seen.insert("\(folder)/\(name)").inserted {
                    calendars.insert(try disk.readFile("\(folder)/\(name)", limitBytes: 1 << 20))
                }
            }
            for day in try disk.list(layout.records) {
                let folder = "\(layout.records)/\(day)"
                for name in try disk.list(folder) where name.hasSuffix(".transcript") && seen.insert(name).inserted {
                    parts.insert(try disk.readFile("\(folder)/\(name)", limitBytes: 1 << 20))
                }
            }
        }
    }

    /// What was sealed, and what became of it.
    private struct Sealed {
        let id: ConversationID
        let expiry: Day
        var until: Day
        var isErased = false
    }

    @Test("an attacker with all of them, all identities and today's cell opens exactly the unexpired records")
    func oldBackups() throws {
        var backups = Backups()
        var sealed: [Sealed] = []
        var values: [[UInt8]] = []
        for number in 0..<Self.days {
            let today = TestVault.today.adding(days: UInt32(number))
            vault.leaves.advance(to: today)
            try vault.leaves.tearOff(before: today)
            for name in ["anna", "ben"] {
                let id = try vault.seal([TestData.message("said on day \(number) to \(name)", id: "1")], for: name)
                let expiry = vault.expiry(from: today)
                sealed.append(Sealed(id: id, expiry: expiry, until: expiry))
            }
            // The files are there when they are copied, and go afterwards.
            try backups.copy(disk, vault.layout)
            _ = ExpiredRecords(fileSystem: disk, layout: vault.layout).remove(before: today, keeping: vault.leaves.kept)
            // Now and then one is erased early, and one is held beyond its day.
            if number % 31 == 7 {
                let index = number
                try vault.leaves.erase(sealed[index].id, day: sealed[index].expiry)
                sealed[index].isErased = true
            }
            if number % 43 == 11 {
                let until = sealed[number / 2].expiry.adding(days: number % 2 == 0 ? 3 : 300)
                try vault.leaves.hold(sealed[number / 2].id, day: sealed[number / 2].expiry, until: until)
                sealed[number / 2].until = until
            }
            try backups.copy(disk, vault.layout)
            values.append(try cellValue(of: disk))
        }
        let today = TestVault.today.adding(days: UInt32(Self.days - 1))
        let living = Set(sealed.filter { !$0.isErased && $0.until >= today }.map(\.id))
        let value = try cellValue(of: disk)
        let opened = try vault.opened(with: backups.calendars, parts: backups.parts, values: [value])
        #expect(opened == living)
        let gone = sealed.count - living.count
        print(
            "400 days: \(sealed.count) records, \(backups.calendars.count) calendars kept, \(living.count) records open, \(gone) are gone")
        #expect(gone > 60 && living.count > 700 && backups.parts.count == sealed.count && backups.calendars.count > Self.days)
        // The living read in the ordinary way, too, and the others do not.
        for record in sealed.suffix(20) + sealed.prefix(80) {
            let name: TestVault.Person = (sealed.firstIndex { $0.id == record.id } ?? 0) % 2 == 0 ? .anna : .ben
            #expect(((try? vault.read(record.id, as: name)) != nil) == living.contains(record.id))
        }
        try checkKeyGraph(backups, value, sealed, living)
        // It is the cell that must be forgotten: with the value of a night, that night's calendar opens its records again.
        let early = try vault.opened(with: backups.calendars, parts: backups.parts, values: [values[300]])
        #expect(!early.isSubset(of: living))
    }

    /// No path leads from what is left to a key that is gone: one calendar opens, and no node of it lies on the way to such a leaf.
    private func checkKeyGraph(_ backups: Backups, _ value: [UInt8], _ sealed: [Sealed], _ living: Set<ConversationID>) throws {
        let value = secret(value)
        var opening = 0
        for file in backups.calendars {
            guard let calendar = try? CalendarFile.open(file, under: value) else { continue }
            opening += 1
            for record in sealed {
                let leaf = calendar.leafBytes(of: record.id, on: record.expiry, today: Day(number: 0))
                #expect((leaf != nil) == living.contains(record.id))
            }
        }
        #expect(opening == 1)
    }
}
