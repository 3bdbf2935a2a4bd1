import Keeper
import KeyCalendar
import Opening
import Records
import RecordStore
import Retention
import Sodium
import System
import TestVault
import Testing

/// A hold is the one thing that outlives the year, by name and until its day; and what is erased early is as gone as what is old.
extension P6ForgottenAfterAYearTests {
    private func files(of id: ConversationID) throws -> [RecordStore.StoredPart] { try vault.store.parts(of: id) }

    /// What the keeper does after a sweep.
    private func removeExpired() {
        _ = ExpiredRecords(fileSystem: disk, layout: vault.layout).remove(before: lastDay.adding(days: 1), keeping: vault.leaves.kept)
    }

    private func code(_ id: ConversationID) -> OpeningError.Code? {
        do throws(OpeningError) {
            _ = try vault.read(id)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("a record that is held stays openable after its day was torn off, with its files; nothing else of that day does")
    func held() throws {
        let before = try vault.read(early[1])
        try vault.leaves.hold(early[1], day: lastDay, until: lastDay.adding(days: 90))
        try vault.leaves.tearOff(before: lastDay.adding(days: 1))
        removeExpired()
        #expect(try files(of: early[1]).count == 2 && files(of: early[0]).isEmpty)
        #expect(try vault.read(early[1]).lines == before.lines && before.lines.count == 2)
        let loot = try loot()
        #expect(try opened(with: loot.copies, values: loot.values) == Set([early[1]] + late))
        // The hold is over, the page is long gone: so is the record, for the thief as well.
        vault.leaves.advance(to: lastDay.adding(days: 91))
        #expect(code(early[1]) == .expired)
        try vault.leaves.tearOff(before: lastDay.adding(days: 91))
        removeExpired()
        #expect(try files(of: early[1]).isEmpty)
        let later = try self.loot()
        #expect(try opened(with: loot.copies + later.copies, values: later.values).isDisjoint(with: early))
    }

    @Test("a record that is held cannot be erased, by anybody; released after its day it is gone at once, whatever was kept")
    func released() throws {
        try vault.leaves.hold(early[0], day: lastDay, until: lastDay.adding(days: 90))
        #expect { try vault.leaves.erase(early[0], day: lastDay) } throws: { ($0 as? KeyCalendarError)?.code == .held }
        try vault.leaves.tearOff(before: lastDay.adding(days: 1))
        let held = try loot()
        #expect(try opened(with: held.copies, values: held.values) == Set([early[0]] + late))
        try vault.leaves.release(early[0], day: lastDay)
        removeExpired()
        #expect(try code(early[0]) == .missing && files(of: early[0]).isEmpty)
        let loot = try loot()
        #expect(try opened(with: held.copies + loot.copies, values: loot.values) == Set(late))
        for value in held.values { #expect(!disk.everyContents.contains { occurs(value, in: $0) }) }
    }

    @Test(
        "what is erased opens with nothing that anybody kept: all calendars there ever were, all files, all identities, the cell of today")
    func erased() throws {
        let held = early[1]
        try vault.leaves.hold(held, day: lastDay, until: lastDay.adding(days: 90))
        let before = try loot()
        #expect(try opened(with: before.copies, values: before.values).isSuperset(of: early))
        try vault.leaves.erase(early[0], day: lastDay)
        try vault.leaves.erase(late[1], day: vault.expiry(from: TestVault.today))
        // Files that were away, in a copy, come back: they change nothing.
        let loot = try loot()
        #expect(try opened(with: before.copies + loot.copies, values: loot.values) == Set([held, late[0]]))
        for value in before.values + values { #expect(!disk.everyContents.contains { occurs(value, in: $0) }) }
        #expect(code(early[0]) == .erased && code(late[1]) == .erased && code(held) == nil && code(late[0]) == nil)
        // Who had kept an old value of the cell would open it: it is the cell that must be forgotten.
        #expect(try opened(with: before.copies, values: before.values).contains(early[0]))
        // Nothing is sealed to it any more, and its day brings nothing back.
        #expect(try vault.leaves.leaf(LeafName(expiry: lastDay, conversation: early[0]), for: .sealing).states == [.erased])
        try vault.leaves.preparePages([lastDay])
        #expect(code(early[0]) == .erased)
    }

    @Test("no path leads from what is left to a key that is gone: not in the calendar's nodes, not in its kept leaves")
    func noPathInTheKeyGraph() throws {
        let gone = early[0]
        let name = LeafName(expiry: lastDay, conversation: gone)
        let leaf = try vault.leaves.leaf(name, for: .reading)
        guard let key = leaf.leaf(at: 0) else { throw TestVaultError.noLeaf }
        let bytes = copy(of: key)
        try vault.leaves.hold(early[1], day: lastDay, until: lastDay.adding(days: 90))
        try vault.leaves.erase(gone, day: lastDay)
        let value = secret(try #require(loot().values.first))
        let file = try #require(
            loot().copies.flatMap { $0 }.filter { $0.key.hasSuffix(CalendarFile.suffix) }.map(\.value).first {
                (try? CalendarFile.open($0, under: value)) != nil
            })
        let calendar = try CalendarFile.open(file, under: value)
        let found = calendar.leafBytes(of: gone, on: lastDay, today: Day(number: 0))
        #expect(found == nil)
        // Not under another id of the same path either.
        let rivals: [UInt8] = Array(gone.bytes[..<8]) + [UInt8](repeating: 1, count: 8)
        let rival = try #require(ConversationID(rivals))
        let other = calendar.leafBytes(of: rival, on: lastDay, today: Day(number: 0))
        #expect(other == nil)
        #expect(!disk.everyContents.contains { occurs(bytes, in: $0) })
    }

    private func code(_ id: ConversationID, as person: TestVault.Person) -> OpeningError.Code? {
        do throws(OpeningError) {
            _ = try vault.read(id, as: person)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("a record that was handed over is erased, held and expired for its new holder as for the old, and its handover goes with it")
    func handedOverThenErasedOrHeld() throws {
        let (gone, kept) = (late[0], late[1])
        for id in [gone, kept] { try vault.handOver(id, byLeads: .lena, .luis, to: .ben) }
        #expect(code(gone, as: .ben) == nil && code(kept, as: .ben) == nil)
        let handover = try #require(vault.handoverPaths(of: gone).first)
        let day = try vault.read(gone).expiry
        let before = try loot()
        try vault.leaves.erase(gone, day: day)
        for person in [TestVault.Person.anna, .ben] { #expect(code(gone, as: person) == .erased) }
        // A handover that is damaged as well makes no other answer of it.
        try vault.overwrite(handover, with: Array("{}\n".utf8))
        #expect(code(gone, as: .ben) == .erased)
        let removal = ExpiredRecords(fileSystem: disk, layout: vault.layout).removeErased(from: day) { _ in [gone] }
        #expect(
            try removal == .init(files: 2, left: 0, conversations: 1) && vault.handoverPaths(of: gone).isEmpty && files(of: gone).isEmpty)
        for person in [TestVault.Person.anna, .ben] { #expect(code(gone, as: person) == .erased) }
        // The other one, held, is read by its new holder beyond its day, and its handover stays until the hold is over.
        let own = try vault.read(kept).expiry
        try vault.leaves.hold(kept, day: own, until: own.adding(days: 30))
        try vault.leaves.tearOff(before: own.adding(days: 1))
        func sweepFiles() {
            _ = ExpiredRecords(fileSystem: disk, layout: vault.layout).remove(before: vault.leaves.day, keeping: vault.leaves.kept)
        }
        sweepFiles()
        #expect(try code(kept, as: .ben) == nil && vault.handoverPaths(of: kept).count == 1)
        try vault.leaves.release(kept, day: own)
        #expect(code(kept, as: .ben) == .expired)
        sweepFiles()
        #expect(try code(kept, as: .ben) == .missing && vault.handoverPaths(of: kept).isEmpty)
        let loot = try loot()
        #expect(try opened(with: before.copies + loot.copies, values: loot.values).isDisjoint(with: [gone, kept]))
    }
}
