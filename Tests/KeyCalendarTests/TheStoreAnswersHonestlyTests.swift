import KeyCalendar
import Records
import Sodium
import System
import Testing

@Suite struct TheStoreAnswersHonestlyTests {
    private func store(cells: [String] = Sample.oneCell, observer: any ActObserver = TestObserver()) throws -> CalendarStore {
        try Sample.create(Sample.place(Sample.emptyDisk(), cells: cells, observer: observer))
    }

    @Test func aLeafIsTheOneOfItsPage() throws {
        let store = try store()
        let (one, two) = (Sample.conversation(1), Sample.conversation(2))
        #expect(store.answer(1, one).isLeaf && store.answer(1, one) == store.answer(1, one))
        #expect(store.answer(1, one) != store.answer(2, one) && store.answer(1, one) != store.answer(1, two))
    }

    @Test func aDayMayBeUsedOnItsLastDay() throws {
        let store = try store()
        #expect(store.answer(2, today: Sample.day(2)).isLeaf)
    }

    @Test func overdueMeansUnreadableAtOnce() throws {
        let store = try store()
        #expect(store.answer(2, today: Sample.day(3)) == .expired)
        #expect(store.answer(-1) == .expired)
        #expect(store.hasPage(for: Sample.day(2)))
    }

    @Test func noPageIsNotExpired() throws {
        let store = try store()
        #expect(store.answer(5) == .noPage)
        #expect(store.answer(400) == .noPage)
    }

    @Test func aClockThatWentBackBringsNothingBack() throws {
        let store = try store()
        #expect(try store.tearOff(before: Sample.day(3), today: Sample.day(3), now: Sample.mark(days: 3)) == .done(serial: 2))
        #expect(store.answer(2, today: Sample.day(0)) == .expired)
        #expect(store.answer(3, today: Sample.day(0)).isLeaf)
        #expect(try store.tearOff(before: Sample.day(1), today: Sample.day(1), now: Sample.mark(days: 4)) == .alreadyDone)
        #expect(store.highWater == Sample.day(3))
        #expect(code { _ = try store.ensurePages([Sample.day(2)], today: Sample.day(0)) } == .outOfBounds)
    }

    @Test func pagesAreDrawnOnceAndTogether() throws {
        let observer = TestObserver()
        let store = try store(observer: observer)
        let before = store.answer(1)
        #expect(try store.ensurePages(Sample.days(0..<8) + [Sample.day(365)], today: Sample.today) == .done(serial: 2))
        #expect(try store.ensurePages(Sample.days(2..<8), today: Sample.today) == .alreadyDone)
        #expect(try store.ensurePages([], today: Sample.today) == .alreadyDone)
        #expect(store.answer(1) == before && store.answer(7).isLeaf && store.answer(365).isLeaf)
        let status = store.status()
        #expect(status.serial == 2 && status.pages == 9 && status.firstPage == Sample.day(0) && status.lastPage == Sample.day(365))
        #expect(observer.done.map(\.serial) == [1, 2] && observer.done.map(\.act.name) == [.create, .draw])
        #expect(observer.intents.map(\.act) == observer.done.map(\.act) && observer.intents.map(\.serial) == [1, 2])
    }

    @Test func pagesOutsideOfTheBoundsAreRefused() throws {
        let store = try store()
        let last = Sample.today.adding(days: CalendarLimits.daysAhead)
        #expect(code { _ = try store.ensurePages([Sample.day(-1)], today: Sample.today) } == .outOfBounds)
        #expect(code { _ = try store.ensurePages([Sample.day(1)], today: Sample.day(2)) } == .outOfBounds)
        #expect(code { _ = try store.ensurePages([last.adding(days: 1)], today: Sample.today) } == .outOfBounds)
        #expect(code { _ = try store.ensurePages(Sample.days(0..<4097), today: Sample.today) } == .outOfBounds)
        #expect(store.serial == 1)
        #expect(try store.ensurePages([last], today: Sample.today) == .done(serial: 2))
        #expect(try store.ensurePages(Sample.days(0..<4096), today: Sample.today) == .done(serial: 3))
        #expect(store.status().pages == 4097)
    }

    @Test func tornOffPagesAreGoneAndTheOthersStay() throws {
        let store = try store()
        let kept = store.answer(3)
        #expect(try store.tearOff(before: Sample.day(3), today: Sample.day(3), now: Sample.mark(days: 3)) == .done(serial: 2))
        #expect(store.answer(3) == kept)
        let status = store.status()
        #expect(status.pages == 2 && status.firstPage == Sample.day(3) && status.highWater == Sample.day(3))
    }

    @Test func timeThatNobodySawPassNeedsTheLeads() throws {
        let store = try store()
        let mark = Sample.mark(days: 0)
        #expect(code { _ = try store.tearOff(before: Sample.day(8), today: Sample.day(8), now: mark) } == .beyondTimeBudget)
        #expect(store.serial == 1 && store.answer(0).isLeaf)
        #expect(try store.tearOff(before: Sample.day(7), today: Sample.day(9), now: mark) == .done(serial: 2))
        #expect(code { _ = try store.tearOff(before: Sample.day(8), today: Sample.day(9), now: mark) } == .beyondTimeBudget)
        let authority = Sample.authority(1)
        #expect(try store.tearOff(before: Sample.day(8), today: Sample.day(9), now: mark, authority: authority) == .done(serial: 3))
        #expect(store.isSpent(authority.spends.request) && store.status().budgetDays == 0)
    }

    @Test func aDayAfterTheClocksNeedsTheLeads() throws {
        let store = try store()
        let late = Sample.mark(days: 100)
        #expect(code { _ = try store.tearOff(before: Sample.day(2), today: Sample.day(1), now: late) } == .beyondTimeBudget)
        #expect(
            try store.tearOff(before: Sample.day(2), today: Sample.day(1), now: late, authority: Sample.authority(1)) == .done(serial: 2))
    }

    @Test func aRequestIsUsedOnce() throws {
        let store = try store()
        let authority = Sample.authority(1)
        #expect(try store.erase(Sample.conversation(1), day: Sample.day(1), authority: authority) == .done(serial: 2))
        // The same order again is done already; another act with the same request is refused.
        #expect(try store.erase(Sample.conversation(1), day: Sample.day(1), authority: authority) == .alreadyDone)
        #expect(code { _ = try store.erase(Sample.conversation(2), day: Sample.day(1), authority: authority) } == .requestSpent)
        #expect(store.serial == 2 && store.answer(1, Sample.conversation(2)).isLeaf)
        #expect(try store.spend([SpentRequest(Sample.request(2), until: Sample.day(9))], approvals: []) == .done(serial: 3))
        #expect(try store.spend([SpentRequest(Sample.request(2), until: Sample.day(9))], approvals: []) == .alreadyDone)
        #expect(store.isSpent(Sample.request(2)) && !store.isSpent(Sample.request(3)))
        #expect(code { _ = try store.spend([SpentRequest(Sample.request(4), until: Sample.day(-1))], approvals: []) } == .outOfBounds)
    }

    @Test func aSpentRequestIsForgottenWhenItsApprovalsHaveExpired() throws {
        let store = try store()
        _ = try store.spend([SpentRequest(Sample.request(2), until: Sample.day(2))], approvals: [])
        _ = try store.tearOff(before: Sample.day(2), today: Sample.day(2), now: Sample.mark(days: 2))
        #expect(store.isSpent(Sample.request(2)))
        _ = try store.tearOff(before: Sample.day(3), today: Sample.day(3), now: Sample.mark(days: 3))
        #expect(!store.isSpent(Sample.request(2)))
    }

    @Test func erasedIsNotExpiredAndErasesOneAlone() throws {
        let store = try store()
        let other = store.answer(1, Sample.conversation(2))
        _ = try store.erase(Sample.conversation(1), day: Sample.day(1), authority: Sample.authority(1))
        #expect(store.answer(1, Sample.conversation(1)) == .erased)
        #expect(store.answer(1, Sample.conversation(2)) == other)
        #expect(store.answer(2, Sample.conversation(1)).isLeaf)
        #expect(store.status().puncturedPages == 1)
        #expect(code { _ = try store.erase(Sample.conversation(1), day: Sample.day(99), authority: Sample.authority(2)) } == .noPage)
        #expect(try store.erase(Sample.conversation(1), day: Sample.day(-5), authority: Sample.authority(2)) == .alreadyDone)
    }

    @Test func aKeptLeafOutlivesItsPageAndBlocksItsErasure() throws {
        let store = try store()
        let (kept, other) = (Sample.conversation(1), Sample.conversation(2))
        let before = store.answer(1, kept)
        let hold = try CalendarAct(.hold, [.keep(kept, day: Sample.day(1), until: Sample.day(4), .held)])
        #expect(try store.perform(hold) == .done(serial: 2))
        #expect(try store.perform(hold) == .alreadyDone)
        #expect(code { _ = try store.erase(kept, day: Sample.day(1), authority: Sample.authority(1)) } == .held)
        _ = try store.tearOff(before: Sample.day(3), today: Sample.day(3), now: Sample.mark(days: 3))
        #expect(store.answer(1, kept, today: Sample.day(3)) == before && store.answer(1, other, today: Sample.day(3)) == .expired)
        #expect(store.answer(1, kept, today: Sample.day(4)) == before)
        #expect(store.answer(1, kept, today: Sample.day(5)) == .expired)
        // Kept on for another reason after its page is gone, and let go.
        let longer = try CalendarAct(.hold, [.keep(kept, day: Sample.day(1), until: Sample.day(9), .disclosure)])
        #expect(try store.perform(longer) == .done(serial: 4))
        #expect(store.answer(1, kept, today: Sample.day(9)) == before)
        let release = try CalendarAct(.release, [.release(kept, day: Sample.day(1), .disclosure)])
        #expect(try store.perform(release) == .done(serial: 5))
        #expect(store.answer(1, kept, today: Sample.day(9)) == .expired && store.answer(1, kept, today: Sample.day(4)) == before)
        _ = try store.tearOff(before: Sample.day(5), today: Sample.day(5), now: Sample.mark(days: 5))
        #expect(store.answer(1, kept) == .expired && store.status().keptLeaves == 0)
    }

    /// Two ids of one path have one key: who may choose an id must not have somebody else's conversation erased, or what was erased kept.
    @Test func aKeyThatIsKeptUnderAnotherIdIsNotErased() throws {
        let store = try store()
        let mine = Sample.conversation(1)
        let bytes: [UInt8] = Array(mine.bytes[..<8]) + [UInt8](repeating: 9, count: 8)
        let theirs = try #require(ConversationID(bytes))
        _ = try store.change(.hold, [.keep(mine, day: Sample.day(1), until: Sample.day(4), .held)], authority: Sample.authority(1))
        #expect(code { _ = try store.erase(theirs, day: Sample.day(1), authority: Sample.authority(2)) } == .held)
        #expect(store.serial == 2 && store.answer(1, mine).isLeaf && store.answer(1, mine) == store.answer(1, theirs))
    }

    @Test func whatWasErasedIsToldAsLongAsItsPageIsThere() throws {
        let store = try store()
        let (gone, other) = (Sample.conversation(1), Sample.conversation(2))
        #expect(!store.isErased(gone, today: Sample.today) && store.puncturedDays.isEmpty)
        _ = try store.erase(gone, day: Sample.day(2), authority: Sample.authority(1))
        #expect(
            store.isErased(gone, day: Sample.day(2)) && store.isErased(gone, today: Sample.today) && store.puncturedDays == [Sample.day(2)])
        #expect(!store.isErased(gone, day: Sample.day(1)) && !store.isErased(other, today: Sample.today))
        #expect(store.isErased(gone, today: Sample.day(2)) && !store.isErased(gone, today: Sample.day(3)))
        // Erased is told until the day is over, and then expired, of whichever way it went.
        #expect(store.answer(2, gone, today: Sample.day(2)) == .erased && store.answer(2, gone, today: Sample.day(3)) == .expired)
        _ = try store.tearOff(before: Sample.day(3), today: Sample.day(3), now: Sample.mark(days: 3))
        #expect(!store.isErased(gone, today: Sample.today) && store.answer(2, gone) == .expired && store.answer(2, other) == .expired)
    }

    @Test func severalConversationsAreErasedTogetherOrNotAtAll() throws {
        let store = try store()
        let all = (0..<31).map { Sample.conversation(UInt8($0)) }
        let changes = all.map { CalendarChange.puncture($0, day: Sample.day(1)) }
        let kept = CalendarChange.keep(all[30], day: Sample.day(1), until: Sample.day(9), .held)
        _ = try store.change(.hold, [kept], authority: Sample.authority(1))
        #expect(code { _ = try store.change(.erase, changes, authority: Sample.authority(2)) } == .held)
        #expect(all.allSatisfy { store.answer(1, $0).isLeaf } && store.serial == 2 && !store.isSpent(Sample.request(2)))
        #expect(try store.change(.erase, Array(changes.dropLast()), authority: Sample.authority(2)) == .done(serial: 3))
        #expect(all.dropLast().allSatisfy { store.answer(1, $0) == .erased } && store.answer(1, all[30]).isLeaf)
        #expect(store.answer(1, Sample.conversation(40)).isLeaf)
    }

    @Test func anActThatCannotBeDoneLeavesNoTrace() throws {
        let disk = try Sample.emptyDisk()
        let observer = TestObserver()
        let store = try Sample.create(Sample.place(disk, observer: observer))
        let names = try disk.list("/cells/one")
        let missing = try CalendarAct(.hold, [.keep(Sample.conversation(1), day: Sample.day(77), until: Sample.day(99), .held)])
        #expect(code { _ = try store.perform(missing) } == .noPage)
        #expect(code { _ = try store.perform(CalendarAct(.create, [.addPages([Sample.day(9)])])) } == .exists)
        #expect(try disk.list("/cells/one") == names && observer.intents.count == 1)
    }

    @Test func oneCellStandsAsAWarning() throws {
        #expect(try store().status().warnings.contains { $0.contains("one cell only") })
        #expect(try !store(cells: Sample.twoCells).status().warnings.contains { $0.contains("one cell only") })
    }

    @Test func whatCannotBeRecordedIsNotDone() throws {
        let disk = try Sample.emptyDisk()
        let observer = TestObserver()
        let place = Sample.place(disk, observer: observer)
        let store = try Sample.create(place)
        observer.failure = KeyCalendarError(.notRecorded, "the ledger is full; make room, then run the act again")
        #expect(code { _ = try store.ensurePages([Sample.day(9)], today: Sample.today) } == .notRecorded)
        #expect(store.status().unfinished == .draw)
        #expect(code { _ = try store.ensurePages([Sample.day(9)], today: Sample.today) } == .notRecorded)
        observer.failure = nil
        #expect(try store.ensurePages([Sample.day(9)], today: Sample.today) == .alreadyDone)
        #expect(store.status().unfinished == nil && observer.lastDone == 2 && store.answer(9).isLeaf)
        #expect(try !disk.list("/cells/one").contains("intent"))
    }

    @Test func aFullLedgerKeepsNobodyFromReading() throws {
        let disk = try Sample.emptyDisk()
        let observer = TestObserver()
        let leaf: Answer
        do {
            let store = try Sample.create(Sample.place(disk, observer: observer))
            leaf = store.answer(1)
            observer.failure = KeyCalendarError(.notRecorded, "the ledger is full; make room, then run the act again")
            #expect(code { _ = try store.ensurePages([Sample.day(9)], today: Sample.today) } == .notRecorded)
        }
        let store = try Sample.open(Sample.place(disk, observer: observer), lastDone: observer.lastDone)
        #expect(store.answer(1) == leaf && store.answer(9).isLeaf)
        #expect(store.status().unfinished == .draw)
        #expect(store.status().warnings.contains { $0.contains("the ledger is full") })
        #expect(code { _ = try store.ensurePages([Sample.day(10)], today: Sample.today) } == .notRecorded)
        observer.failure = nil
        #expect(try store.ensurePages([Sample.day(10)], today: Sample.today) == .done(serial: 3))
        #expect(observer.done.map(\.serial) == [1, 2, 3] && store.status().unfinished == nil)
    }

    @Test func aCellDirectoryThatOthersMayReadStandsAsAWarning() throws {
        let disk = try Sample.emptyDisk()
        _ = try Sample.create(Sample.place(disk))
        var image = try Image(of: disk)
        image.directories["/cells/one"] = 0o750
        let warnings = try Sample.open(Sample.place(try image.disk())).status().warnings
        #expect(warnings.contains { $0.contains("open to other users") })
    }

    @Test func anEarlierCalendarThatACellOpensIsKeptToBeTriedAgain() throws {
        let disk = try Sample.emptyDisk()
        let observer = TestObserver()
        let store = try Sample.create(Sample.place(disk, cells: Sample.twoCells, observer: observer))
        let folder = Sample.layout.calendar
        let copy = "\(folder)/00000000000000000000000000000000.calendar"
        // When the act is in every cell, and before what is old is removed: the new calendar again, as if it were an old one.
        let before = try disk.list(folder)
        observer.whenDone = { _ in
            for name in ((try? disk.list(folder)) ?? []) where !before.contains(name) {
                try? disk.copyDurably(from: "\(folder)/\(name)", to: copy, mode: 0o660, limitBytes: 1 << 20)
            }
        }
        _ = try store.tearOff(before: Sample.day(2), today: Sample.day(2), now: Sample.mark(days: 2))
        observer.whenDone = { _ in }
        let trial = store.trial()
        #expect(try disk.status(copy) != nil && trial.earlierTried == 1 && trial.earlierOpened == 1)
        #expect(trial.cellsReadBack == 2 && trial.keysSought == 1 && trial.keysFound == 0)
        // It is tried again by itself, and as long as it opens it is said, and no act waits for it.
        try store.attend()
        #expect(try disk.status(copy) != nil && Self.tellsOfEarlier(store))
        // The next change draws another value, which does not open it.
        _ = try store.ensurePages([Sample.day(9)], today: Sample.day(2))
        #expect(try disk.status(copy) == nil && store.trial().earlierTried == 0 && !Self.tellsOfEarlier(store))
    }

    @Test func anOldValueThatSurvivesIsDestroyedWithoutAnotherAct() throws {
        let disk = try Sample.emptyDisk()
        let observer = TestObserver()
        let store = try Sample.create(Sample.place(disk, cells: Sample.twoCells, observer: observer))
        let path = "\(Sample.twoCells[1])/cell"
        let before = try disk.readFile(path, limitBytes: CellFile.sizeBytes)
        let old = try CellState(disk, Sample.twoCells[1]).values
        // When the act is in every cell, and before what is old is removed: something writes the old slot back.
        observer.whenDone = { _ in
            guard let file = try? disk.open(path, for: .updating) else { return }
            try? file.write(Array(before.prefix(CellSlot.sizeBytes)).rawSpan, at: 0)
            try? file.synchronize()
        }
        _ = try store.tearOff(before: Sample.day(2), today: Sample.day(2), now: Sample.mark(days: 2))
        observer.whenDone = { _ in }
        #expect(try CellState(disk, Sample.twoCells[1]).values.contains(old[0]) && store.trial().earlierOpened == 1)
        #expect(Self.tellsOfEarlier(store) && store.status().unfinished == nil)
        let calendars = try Image(of: disk).calendars
        #expect(calendars.count == 2)
        // As the keeper does by itself twice a minute.
        try store.attend()
        #expect(try CellState(disk, Sample.twoCells[1]).values == CellState(disk, Sample.twoCells[0]).values)
        #expect(try Image(of: disk).calendars.count == 1 && store.trial().earlierTried == 0 && !Self.tellsOfEarlier(store))
        #expect(store.serial == 2 && observer.done.map(\.serial) == [1, 2])
    }

    private static func tellsOfEarlier(_ store: CalendarStore) -> Bool {
        store.status().warnings.contains { $0.hasPrefix("1 earlier calendar(s) still open") }
    }
}
