import KeyCalendar
import Records
import Sodium
import System
import Testing

@Suite struct ACellIsNeverUsedWronglyTests {
    private func disk(cells: [String] = Sample.oneCell, acts: Int = 0) throws -> MemoryFileSystem {
        let disk = try Sample.emptyDisk()
        let store = try Sample.create(Sample.place(disk, cells: cells))
        for number in 0..<acts { _ = try store.ensurePages([Sample.day(10 + number)], today: Sample.today) }
        return disk
    }

    private func files(_ disk: MemoryFileSystem) throws -> [String: [UInt8]] { try Image(of: disk).files }

    /// The code with which opening is refused, having changed nothing.
    private func refusal(_ disk: MemoryFileSystem, _ place: StorePlace, lastDone: UInt64 = 0) throws -> KeyCalendarError.Code? {
        let before = try files(disk)
        let found = code { _ = try Sample.open(place, lastDone: lastDone) }
        #expect(try files(disk) == before, "opening was refused and changed something")
        return found
    }

    private func overwrite(_ disk: MemoryFileSystem, _ path: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try disk.readFile(path, limitBytes: 1 << 20)
        let mode = try disk.status(path)?.mode ?? 0
        change(&bytes)
        try disk.replaceDurably(path, bytes.rawSpan, mode: mode)
    }

    @Test func theDirectoryIsLaidOutAsSpecified() throws {
        let disk = try disk()
        let status = try #require(try disk.status("/cells/one"))
        #expect(status.mode & 0o777 == 0o700)
        let names = try disk.list("/cells/one")
        #expect(names.filter { !CalendarFile.isName($0) } == ["CACHEDIR.TAG", "cell", "lock"])
        #expect(names.filter { CalendarFile.isName($0) } == (try disk.list("/vault/calendar")))
        let tag = try disk.readFile("/cells/one/CACHEDIR.TAG", limitBytes: 1000)
        #expect(tag.starts(with: Array("Signature: 8a477f597d28d172789f06886806bc55\n".utf8)))
        #expect(try disk.status("/cells/one/cell")?.sizeBytes == 8192)
        #expect(try disk.status("/cells/one/cell")?.mode == 0o600)
    }

    @Test func twoKeepersAtOnceAreRefused() throws {
        let disk = try Sample.emptyDisk()
        let place = Sample.place(disk, cells: Sample.twoCells)
        let store = try Sample.create(place)
        #expect(try refusal(disk, place) == .busy)
        #expect(try refusal(disk, Sample.place(disk, cells: ["/cells/two"])) == .busy)
        #expect(code { _ = try Sample.create(place) } == .busy)
        #expect(store.serial == 1)
    }

    @Test func theLockIsGivenBack() throws {
        let disk = try disk()
        for _ in 0..<3 { _ = try Sample.open(Sample.place(disk)) }
    }

    @Test func creatingNeverGoesOverAnything() throws {
        let disk = try disk()
        let before = try files(disk)
        #expect(code { _ = try Sample.create(Sample.place(disk)) } == .exists)
        #expect(code { _ = try Sample.create(Sample.place(disk, cells: Sample.twoCells)) } == .exists)
        #expect(code { _ = try Sample.create(Sample.place(disk, cells: ["/cells/two"])) } == .exists)
        try disk.createDirectory("/cells/open", mode: 0o755)
        #expect(code { _ = try Sample.create(Sample.place(disk, cells: ["/cells/open"])) } == .exists)
        try disk.createDirectory("/cells/full", mode: 0o700)
        try disk.writeDurably("/cells/full/photo.jpg", [1].rawSpan, mode: 0o600)
        #expect(code { _ = try Sample.create(Sample.place(disk, cells: ["/cells/full"])) } == .exists)
        for (path, bytes) in before { #expect(try disk.readFile(path, limitBytes: 1 << 20) == bytes) }
    }

    @Test func placesThatBackupsCopyAreRefused() throws {
        let disk = try Sample.emptyDisk()
        for cells in [["/vault"], ["/vault/cell"], ["/vault/"], ["/cells/one", "/cells/one"], ["/cells/one", "/cells/one/"], []] {
            #expect(code { _ = try Sample.create(Sample.place(disk, cells: cells)) } == .outOfBounds, "\(cells)")
        }
        #expect(try disk.list("/cells").isEmpty)
    }

    @Test func aMissingCellIsSaidToBeMissing() throws {
        let disk = try disk()
        #expect(try refusal(disk, Sample.place(disk, cells: ["/cells/none"])) == .cellMissing)
        try disk.remove("/cells/one/cell")
        #expect(try refusal(disk, Sample.place(disk)) == .cellMissing)
    }

    @Test func anotherVaultsCellIsRefused() throws {
        let disk = try disk()
        #expect(try refusal(disk, Sample.place(disk, vault: Sample.otherVault)) == .cellFromAnotherVault)
    }

    @Test func aCellThatCannotBeReadIsLeftAsItIs() throws {
        let disk = try disk(cells: Sample.twoCells)
        try overwrite(disk, "/cells/two/cell") { bytes in
            for slot in 0..<2 { bytes[slot * 4096 + 30] ^= 1 }
        }
        #expect(try refusal(disk, Sample.place(disk, cells: Sample.twoCells)) == .noValidSlot)
        // The other cell alone still opens everything.
        #expect(try Sample.open(Sample.place(disk)).answer(1).isLeaf)
        for count in [0, 4096, 8191, 8193] {
            let disk = try self.disk()
            try overwrite(disk, "/cells/one/cell") { bytes in
                bytes = Array((bytes + [0]).prefix(count))
            }
            #expect(try refusal(disk, Sample.place(disk)) == .noValidSlot)
        }
    }

    @Test func aMissingCalendarIsNamed() throws {
        let disk = try disk()
        let name = try #require(try disk.list("/vault/calendar").first)
        try disk.remove("/vault/calendar/\(name)")
        // The copy beside the cell serves, and is put back.
        #expect(try Sample.open(Sample.place(disk)).answer(1).isLeaf)
        #expect(try disk.list("/vault/calendar") == [name])
        try disk.remove("/vault/calendar/\(name)")
        try disk.remove("/cells/one/\(name)")
        #expect(try refusal(disk, Sample.place(disk)) == .calendarMissing)
        #expect(throws: KeyCalendarError.self) { _ = try Sample.open(Sample.place(disk)) }
        do { _ = try Sample.open(Sample.place(disk)) } catch { #expect("\(error)".contains(name)) }
    }

    @Test func aDamagedCalendarIsReplacedByItsCopyOrRefused() throws {
        let disk = try disk()
        let name = try #require(try disk.list("/vault/calendar").first)
        try overwrite(disk, "/vault/calendar/\(name)") { $0[60] ^= 1 }
        #expect(try Sample.open(Sample.place(disk)).answer(1).isLeaf)
        #expect(
            try disk.readFile("/vault/calendar/\(name)", limitBytes: 1 << 20) == disk.readFile("/cells/one/\(name)", limitBytes: 1 << 20))
        try overwrite(disk, "/vault/calendar/\(name)") { $0[60] ^= 1 }
        try overwrite(disk, "/cells/one/\(name)") { $0[61] ^= 1 }
        #expect(try refusal(disk, Sample.place(disk)) == .corrupt)
    }

    @Test func aCellBehindTheLedgerIsRefused() throws {
        let disk = try disk(acts: 2)
        #expect(try refusal(disk, Sample.place(disk), lastDone: 4) == .behindLedger)
        #expect(try Sample.open(Sample.place(disk), lastDone: 3).serial == 3)
    }

    @Test func anOldImageOfACellOpensNothing() throws {
        let disk = try Sample.emptyDisk()
        let store = try Sample.create(Sample.place(disk))
        let old = try Image(of: disk)
        _ = try store.tearOff(before: Sample.day(2), today: Sample.day(2), now: Sample.mark(days: 2))
        // The cell restored from a backup with today's calendars: what it opened is gone.
        let restored = try old.disk()
        for name in try restored.list("/vault/calendar") { try restored.remove("/vault/calendar/\(name)") }
        for name in try restored.list("/cells/one") where CalendarFile.isName(name) { try restored.remove("/cells/one/\(name)") }
        #expect(try refusal(restored, Sample.place(restored)) == .calendarMissing)
        // A whole backup is refused by the ledger.
        let whole = try old.disk()
        #expect(try refusal(whole, Sample.place(whole), lastDone: 2) == .behindLedger)
    }

    @Test func aCellThatWasAwayCatchesUp() throws {
        let disk = try disk(cells: Sample.twoCells)
        let leaf = try withStore(Sample.place(disk)) { alone in
            _ = try alone.tearOff(before: Sample.day(2), today: Sample.day(2), now: Sample.mark(days: 2))
            _ = try alone.ensurePages([Sample.day(8)], today: Sample.day(2))
            return alone.answer(8)
        }
        let both = try Sample.open(Sample.place(disk, cells: Sample.twoCells), lastDone: 3)
        #expect(both.serial == 3 && both.answer(8) == leaf && both.answer(1) == .expired)
        #expect(try CellState(disk, Sample.twoCells[1]).serials == [3])
        #expect(try CellState(disk, Sample.twoCells[0]).values == CellState(disk, Sample.twoCells[1]).values)
    }

    @Test(arguments: [false, true]) func aNewerValueThatOpensNothingIsDestroyedAndTheActBegunAgain(_ hasIntent: Bool) throws {
        let disk = try disk()
        let cell = try CellDirectory("/cells/one", number: 1, in: disk).openCell()
        let stray = [UInt8](repeating: 0x77, count: 32)
        try cell.write(CellSlot(vault: Sample.vault, serial: 2, value: secret(stray)), to: 1, random: SystemRandom())
        if hasIntent {
            let act = try CalendarAct(.draw, [.addPages([Sample.day(9)])])
            let text = try Intent(vault: Sample.vault, serial: 2, act: act).signed(by: Sample.keeper())
            try disk.writeDurably("/cells/one/intent", text.rawSpan, mode: 0o600)
        }
        let store = try Sample.open(Sample.place(disk))
        #expect(store.answer(1).isLeaf && store.answer(9).isLeaf == hasIntent && store.serial == (hasIntent ? 2 : 1))
        #expect(try !Image(of: disk).holds(stray))
        #expect(try CellState(disk, "/cells/one").serials == [store.serial])
    }

    @Test func aSlotAndACalendarThatDisagreeAreRefused() throws {
        let disk = try disk()
        let value = try CellState(disk, "/cells/one").values[0]
        let cell = try CellDirectory("/cells/one", number: 1, in: disk).openCell()
        for index in 0..<2 {
            try cell.write(CellSlot(vault: Sample.vault, serial: 9, value: secret(value)), to: index, random: SystemRandom())
        }
        #expect(try refusal(disk, Sample.place(disk)) == .corrupt)
    }

    @Test func whatIsLeftOfTheMakingOfACellIsDestroyed() throws {
        let disk = try disk()
        let act = try CalendarAct(.create, [.addPages([])])
        let text = try Intent(vault: Sample.vault, serial: 1, act: act).signed(by: Sample.keeper())
        try disk.writeDurably("/cells/one/intent", text.rawSpan, mode: 0o600)
        let leftover = try disk.readFile("/cells/one/cell", limitBytes: 8192)
        try disk.writeDurably("/cells/one/cell.new", leftover.rawSpan, mode: 0o600)
        let identity = try disk.status("/cells/one/cell")?.identity
        #expect(try Sample.open(Sample.place(disk)).answer(1).isLeaf)
        #expect(try disk.status("/cells/one/cell.new") == nil)
        #expect(try disk.status("/cells/one/cell")?.identity == identity)
    }

    @Test func aValueWhoseCalendarIsElsewhereIsNeverDestroyed() throws {
        let disk = try disk(cells: Sample.twoCells)
        _ = try withStore(Sample.place(disk)) { try $0.ensurePages([Sample.day(8)], today: Sample.today) }
        // The first cell is ahead; its calendar is lost, and so is the ledger's word for it. The second cell opens an older one.
        let name = try #require(try disk.list("/vault/calendar").first)
        try disk.remove("/vault/calendar/\(name)")
        let lost = try disk.readFile("/cells/one/\(name)", limitBytes: 1 << 20)
        try disk.remove("/cells/one/\(name)")
        #expect(try refusal(disk, Sample.place(disk, cells: Sample.twoCells)) == .calendarMissing)
        // Found again it opens, and the second cell catches up.
        try disk.writeDurably("/vault/calendar/\(name)", lost.rawSpan, mode: 0o660)
        let both = try Sample.open(Sample.place(disk, cells: Sample.twoCells))
        #expect(both.serial == 2 && both.answer(8).isLeaf)
    }

    @Test func cellsThatWereChangedApartAreRefused() throws {
        let disk = try disk(cells: Sample.twoCells)
        for (number, cell) in Sample.twoCells.enumerated() {
            _ = try withStore(Sample.place(disk, cells: [cell])) { alone in
                try alone.ensurePages([Sample.day(10 + number)], today: Sample.today)
            }
        }
        #expect(try refusal(disk, Sample.place(disk, cells: Sample.twoCells)) == .cellsDiffer)
        // Each alone is whole.
        #expect(try Sample.open(Sample.place(disk, cells: ["/cells/one"])).answer(10).isLeaf)
    }

    @Test func somethingElseThatChangesACellIsNoticed() throws {
        let disk = try disk(cells: Sample.twoCells)
        let store = try Sample.open(Sample.place(disk, cells: Sample.twoCells))
        let cell = try CellDirectory("/cells/two", number: 2, in: disk).openCell()
        let slot = CellSlot(vault: Sample.vault, serial: 9, value: secret([UInt8](repeating: 1, count: 32)))
        for index in 0..<2 { try cell.write(slot, to: index, random: SystemRandom()) }
        #expect(code { _ = try store.ensurePages([Sample.day(9)], today: Sample.today) } == .cellsDiffer)
        #expect(store.answer(1).isLeaf)
    }

    @Test(arguments: [0, 40, 200, 10_000]) func anIntentThatDoesNotVerifyStopsTheStart(_ place: Int) throws {
        let disk = try disk()
        let act = try CalendarAct(.draw, [.addPages([Sample.day(9)])])
        var text = try Intent(vault: Sample.vault, serial: 2, act: act).signed(by: Sample.keeper(place == 10_000 ? 6 : 5))
        if place < text.count { text[place] ^= 1 }
        try disk.writeDurably("/cells/one/intent", text.rawSpan, mode: 0o600)
        #expect(try refusal(disk, Sample.place(disk)) == .corrupt)
    }

    @Test func anIntentOfALaterActStopsTheStart() throws {
        let disk = try disk()
        let act = try CalendarAct(.draw, [.addPages([Sample.day(9)])])
        let text = try Intent(vault: Sample.vault, serial: 3, act: act).signed(by: Sample.keeper())
        try disk.writeDurably("/cells/one/intent", text.rawSpan, mode: 0o600)
        #expect(try refusal(disk, Sample.place(disk)) == .behindLedger)
    }

    private func withStore<R>(_ place: StorePlace, _ body: (CalendarStore) throws -> R) throws -> R {
        try body(Sample.open(place))
    }
}
