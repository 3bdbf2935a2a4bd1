import KeyCalendar
import Ledger
import Records
import Sodium
import System
import TestVault
import Testing

/// The ledger stays for ever. What it says of a conversation is under the same promise.
extension P6ForgottenAfterAYearTests {
    /// What the thief looks for: acts whose every word they know, because they kept a copy of it.
    private static let acts = ConversationAct.allCases.map { LedgeredAct($0, text: Array("the act's exact line".utf8)) }

    /// The keeper tells of an act about a conversation.
    private func tell(_ act: LedgeredAct, of conversation: ConversationID, day: Day, in vault: TestVault) throws {
        let leaf = secret(try vault.leaf(of: conversation, expiring: day))
        try vault.ledger.append(act.event(leaf: leaf), at: TestVault.start)
    }

    /// The conversations that the thief can show to be in the ledger, with all calendars that ever were and the cell as it is.
    private func linked(_ conversations: [ConversationID: Day], marks: Set<LedgerMark>, disk: MemoryFileSystem) throws -> Set<
        ConversationID
    > {
        let cell = try CellDirectory("/cell", number: 1, in: disk).openCell()
        defer { try? cell.close() }
        let value = secret(copy(of: try #require(cell.slots().compactMap { $0 }.first).value))
        var linked: Set<ConversationID> = []
        for file in disk.everyContents {
            guard let calendar = try? CalendarFile.open(file, under: value) else { continue }
            for (conversation, day) in conversations {
                guard let bytes = calendar.leafBytes(of: conversation, on: day, today: Day(number: 0)) else { continue }
                let leaf = secret(bytes)
                for act in Self.acts where act.mark(salt: act.salt(leaf: leaf)).map(marks.contains) == true { linked.insert(conversation) }
            }
        }
        return linked
    }

    @Test(
        "what the ledger says of a conversation is noise afterwards to somebody who kept everything but the cell, and the ledger verifies")
    func marks() throws {
        let disk = MemoryFileSystem()
        let vault = try TestVault(fileSystem: disk)
        let start = Day(year: 2026, month: 3, day: 1)
        let over = vault.expiry(from: start)
        let conversations = [
            try vault.seal([TestData.message("in spring", id: "1")], start: start): over,
            try vault.seal([TestData.message("in spring, erased early", id: "1")], start: start): over,
            try vault.seal([TestData.message("today", id: "1")]): vault.expiry(from: nil),
        ]
        let spring = conversations.filter { $0.value == over }.keys.sorted()
        let today = Set(conversations.keys).subtracting(spring)
        for (conversation, day) in conversations { try tell(Self.acts[0], of: conversation, day: day, in: vault) }
        func reading() throws -> LedgerReading {
            try LedgerReading.read(fileSystem: disk, layout: vault.layout, vault: vault.roster.vault, keys: [vault.keeper.publicKey])
        }
        let before = try reading()
        let marks = Set(before.entries.compactMap(\.event.mark))
        #expect(marks.count == 3)
        // With a copy of the cell the thief finds all three: the leaf is all that hides them.
        #expect(try linked(conversations, marks: marks, disk: disk) == Set(conversations.keys))
        for conversation in conversations.keys {
            #expect(
                !disk.everyContents.contains {
                    occurs(Array(Self.acts[0].kind.rawValue.utf8), in: $0) && occurs(conversation.bytes, in: $0)
                })
        }
        try vault.leaves.erase(spring[0], day: over)
        #expect(try linked(conversations, marks: marks, disk: disk) == today.union([spring[1]]))
        try vault.leaves.tearOff(before: over.adding(days: 1))
        #expect(try linked(conversations, marks: marks, disk: disk) == today)
        #expect(try reading().entries == before.entries && reading().uncovered == 0)
    }
}
