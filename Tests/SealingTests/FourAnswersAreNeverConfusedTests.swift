import Keeper
import Opening
import RecordStore
import Records
import Sodium
import System
import TestVault
import Testing

/// Erased, expired, missing and corrupt, and each pair of them at once: the one that is true is told.
@Suite("Erased, expired, missing and corrupt are four answers")
struct FourAnswersAreNeverConfusedTests {
    let vault: TestVault
    let id: ConversationID
    let day: Day

    init() throws {
        vault = try TestVault()
        id = try vault.seal([TestData.message("one", id: "1")])
        day = RetentionPeriod.oneYear.expiry(from: TestVault.today)
    }

    /// What is said of a conversation; nil where it opens.
    private func answer(_ id: ConversationID? = nil) -> OpeningError.Code? {
        do throws(OpeningError) {
            _ = try vault.read(id ?? self.id)
            return nil
        } catch {
            return error.code
        }
    }

    private func path(_ id: ConversationID? = nil) throws -> String { try vault.onlyPart(of: id ?? self.id).path }

    private func bytes(_ path: String) throws -> [UInt8] { try vault.fileSystem.readFile(path, limitBytes: Limits.partBytes) }

    private func change(_ path: String, at offset: Int) throws {
        var changed = try bytes(path)
        changed[offset] ^= 1
        try vault.overwrite(path, with: changed)
    }

    /// Rewrites the day in a part's header, and puts the file where such a part would lie.
    private func move(_ path: String, to other: Day) throws {
        var changed = try bytes(path)
        for index in 0..<4 { changed[12 + index] = UInt8(truncatingIfNeeded: other.number >> (8 * UInt32(index))) }
        try vault.fileSystem.createDirectories(vault.layout.records(expiring: other), mode: VaultLayout.directoryMode)
        let name = String(path.split(separator: "/").last ?? "")
        try vault.overwrite("\(vault.layout.records(expiring: other))/\(name)", with: changed)
        try vault.fileSystem.remove(path)
    }

    @Test("each by itself")
    func alone() throws {
        #expect(answer() == nil)
        #expect(answer(SystemRandom().identifier(ConversationID.self)) == .missing)
        let (changed, erased) = (try vault.seal([TestData.message("two", id: "1")]), try vault.seal([TestData.message("three", id: "1")]))
        try change(path(changed), at: 400)
        #expect(answer(changed) == .corrupt)
        try vault.leaves.erase(erased, day: day)
        #expect(answer(erased) == .erased)
        vault.leaves.advance(to: day.adding(days: 1))
        #expect(answer() == .expired)
        let messages = try [SystemRandom().identifier(ConversationID.self), changed, erased, id].map { id -> String in
            try #require(throws: OpeningError.self) { try vault.read(id) }.message
        }
        #expect(Set(messages).count >= 2 && messages.allSatisfy { !$0.contains("\n") })
    }

    @Test("erased and without files is erased, not missing")
    func erasedOrMissing() throws {
        let other = try vault.seal([TestData.message("two", id: "1")])
        try vault.leaves.erase(id, day: day)
        for id in [id, other] { try vault.fileSystem.remove(path(id)) }
        #expect(answer() == .erased && answer(other) == .missing)
    }

    @Test("erased and damaged is erased, not corrupt, wherever the damage is", arguments: [0, 8, 12, 20, 40, 50, 100, 170, 400])
    func erasedOrCorrupt(offset: Int) throws {
        let before = answer()
        try vault.leaves.erase(id, day: day)
        try change(path(), at: offset)
        // Of a file that names another version, or another person, nothing can be said but that.
        let expected: OpeningError.Code = offset == 8 ? .unsupportedVersion : offset == 50 ? .notYours : .erased
        #expect(before == nil && answer() == expected)
    }

    @Test("erased is told until the day is over, and then expired, for nothing is left that knows more")
    func erasedOrExpired() throws {
        try vault.leaves.erase(id, day: day)
        vault.leaves.advance(to: day)
        #expect(answer() == .erased)
        vault.leaves.advance(to: day.adding(days: 1))
        #expect(answer() == .expired)
        try vault.leaves.tearOff(before: day.adding(days: 1))
        #expect(answer() == .expired)
    }

    @Test("a record whose header was changed to a day that is over is corrupt, not expired; and to another day, not without a page")
    func expiredOrCorrupt() throws {
        let path = try path()
        for bit in 0..<8 {
            let original = try bytes(path)
            for offset in 12..<16 {
                var changed = original
                changed[offset] ^= 1 << UInt8(bit)
                try vault.overwrite(path, with: changed)
                #expect(answer() == .corrupt, "byte \(offset), bit \(bit)")
            }
            try vault.overwrite(path, with: original)
        }
        #expect(answer() == nil)
        // Damage behind a header that is whole cannot be seen without the key.
        try change(path, at: 400)
        #expect(answer() == .corrupt)
        vault.leaves.advance(to: day.adding(days: 1))
        #expect(answer() == .expired)
    }

    @Test("where one of two parts was made to look expired, the record is corrupt")
    func oneOfTwo() throws {
        try vault.append([PartRecord(.line, TestData.message("more", id: "2"))], to: vault.read(id))
        let parts = try vault.store.parts(of: id)
        #expect(parts.count == 2 && answer() == nil)
        try move(parts[1].path, to: Day(number: TestVault.today.number - 5))
        #expect(answer() == .corrupt)
        try vault.leaves.erase(id, day: day)
        #expect(answer() == .erased)
    }

    @Test("what the keeper removes while it is read is expired or missing, never corrupt", arguments: [1, 2])
    func removedMeanwhile(parts count: Int) throws {
        if count == 2 { try vault.append([PartRecord(.line, TestData.message("more", id: "2"))], to: vault.read(id)) }
        let parts = try vault.store.parts(of: id)
        #expect(parts.count == count)
        try vault.leaves.tearOff(before: day.adding(days: 1))
        let fileSystem = vault.fileSystem
        for removed in 0...count {
            let leaves = LeavesAfter(vault.leaves) {
                for part in parts.prefix(removed) { try? fileSystem.removeIfPresent(part.path) }
            }
            let reader = ConversationReader(store: vault.store, leaves: leaves, roster: vault.roster)
            let told = #expect(throws: OpeningError.self) { try vault.with(.anna) { owner in try reader.open(id, reader: owner.record) } }
            #expect(told?.code == (removed < count ? .expired : .missing), "\(removed) of \(count)")
        }
        // Found before, and gone when it is opened.
        let late = #expect(throws: OpeningError.self) {
            try vault.with(.anna) { owner in try vault.reader.open(id, parts: parts, reader: owner.record) }
        }
        #expect(late?.code == .missing)
    }

    @Test("of a record all of which was rewritten and moved, what its files say is told: they are all there is")
    func allOfIt() throws {
        try move(path(), to: Day(number: TestVault.today.number - 5))
        #expect(answer() == .expired)
        try vault.leaves.erase(id, day: day)
        #expect(answer() == .erased)
    }

    @Test("a file without a byte in it is corrupt, and one of two that is missing is reported")
    func missingOrCorrupt() throws {
        try vault.append([PartRecord(.line, TestData.message("more", id: "2"))], to: vault.read(id))
        let opened = try vault.read(id)
        let first = try #require(opened.parts.first?.header.part)
        try vault.fileSystem.remove(vault.layout.part(first, of: id, expiring: day))
        #expect(try vault.read(id).remarks.contains(.partMissing(first)))
        let last = try path()
        try vault.overwrite(last, with: [])
        #expect(answer() == .corrupt)
        try vault.fileSystem.remove(last)
        #expect(answer() == .missing)
    }

    @Test("expired and removed is missing: without a file nobody knows its day")
    func expiredOrMissing() throws {
        try vault.leaves.tearOff(before: day.adding(days: 1))
        #expect(answer() == .expired)
        try vault.fileSystem.remove(path())
        let refusal = try #require(throws: OpeningError.self) { try vault.read(id) }
        #expect(refusal.code == .missing && refusal.message.contains("if its day is over, it expired"))
    }

    @Test("held beyond its day it opens; when the hold is over it is expired; released, too")
    func held() throws {
        let other = try vault.seal([TestData.message("two", id: "1")])
        for id in [id, other] { try vault.leaves.hold(id, day: day, until: day.adding(days: 30)) }
        #expect(throws: (any Error).self) { try vault.leaves.erase(id, day: day) }
        try vault.leaves.tearOff(before: day.adding(days: 20))
        #expect(answer() == nil && answer(other) == nil)
        try vault.leaves.release(other, day: day)
        #expect(answer() == nil && answer(other) == .expired)
        vault.leaves.advance(to: day.adding(days: 30))
        #expect(answer() == nil)
        vault.leaves.advance(to: day.adding(days: 31))
        #expect(answer() == .expired)
    }

    @Test("nothing more is sealed into what was erased, and what is held gets nothing added after its day")
    func sealing() throws {
        let opened = try vault.read(id)
        let more = [PartRecord(.line, TestData.message("more", id: "2"))]
        try vault.leaves.erase(id, day: day)
        #expect { try vault.append(more, to: opened) } throws: { "\($0)".contains("erased") }
        #expect(try vault.store.parts(of: id).count == 1)
    }
}

/// A calendar that is asked after something else has happened.
private struct LeavesAfter: LeafSource {
    let base: CalendarLeaves
    let happening: @Sendable () -> Void

    init(_ base: CalendarLeaves, _ happening: @escaping @Sendable () -> Void) {
        (self.base, self.happening) = (base, happening)
    }

    func leaves(_ names: [LeafName], for purpose: LeafPurpose) throws(KeeperError) -> LeafBatch {
        happening()
        return try base.leaves(names, for: purpose)
    }

    func today() throws(KeeperError) -> Day { try base.today() }
    func preparePages(_ days: [Day]) throws(KeeperError) { try base.preparePages(days) }
    func isErased(_ conversation: ConversationID) throws(KeeperError) -> Bool { try base.isErased(conversation) }
}
