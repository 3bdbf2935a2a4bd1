import Opening
import RecordStore
import Records
import Roster
import Sealing
import Sodium
import System
import TestVault
import Testing

/// Whatever others do between two steps of a reader, it reads what is there, and says nothing that is not so.
@Suite struct OthersWriteAndRemoveMeanwhileTests {
    private static let expiry = RetentionPeriod.oneYear.expiry(from: TestVault.today)
    private static let line = TestData.message("one", id: "1")

    /// Has something happen before each operation of `work` in turn, in a vault of its own, until all were tried.
    private func beforeEachOperation(
        prepare: (TestVault) throws -> (id: ConversationID, event: @Sendable () throws -> Void),
        work: (ConversationReader, RecordStore, ConversationID, TestVault) throws -> Void
    ) throws {
        for number in 0... {
            let vault = try TestVault()
            // So that there are several folders.
            for days in UInt32(1)..<4 { _ = try vault.seal([Self.line], start: Day(number: TestVault.today.number - days)) }
            let (id, event) = try prepare(vault)
            let fileSystem = EventfulFileSystem(vault.fileSystem, before: number) {
                do { try event() } catch { Issue.record(error) }
            }
            let store = RecordStore(fileSystem: fileSystem, layout: vault.layout)
            try work(ConversationReader(store: store, leaves: vault.leaves, roster: vault.roster), store, id, vault)
            if !fileSystem.hasHappened { return #expect(number > 5) }
        }
    }

    /// A live conversation, and what closes it.
    private func live(in vault: TestVault) throws -> (id: ConversationID, event: @Sendable () throws -> Void) {
        let id = SystemRandom().identifier(ConversationID.self)
        let writer = try vault.beginPart(of: id, expiring: Self.expiry, after: [])
        try writer.append(PartRecord(.line, Self.line))
        let (disk, layout) = (vault.fileSystem, vault.layout)
        let open = try vault.onlyPart(of: id)
        return (
            id,
            {
                // What its writer does with the file; the writer itself belongs to another thread.
                try disk.createDirectories(layout.records(expiring: Self.expiry), mode: VaultLayout.directoryMode)
                try disk.link(open.path, to: layout.part(open.part, of: id, expiring: Self.expiry))
                try disk.remove(open.path)
            }
        )
    }

    /// A conversation that stays, and what removes the folder of others.
    private func removal(in vault: TestVault) throws -> (id: ConversationID, event: @Sendable () throws -> Void) {
        let id = try vault.seal([Self.line])
        let over = try vault.onlyPart(of: vault.seal([Self.line], start: Day(number: TestVault.today.number - 100)))
        let disk = vault.fileSystem
        return (
            id,
            {
                try disk.remove(over.path)
                try disk.removeDirectory(DiskFileSystem.parent(of: over.path))
            }
        )
    }

    @Test func `a conversation that is closed while it is looked for opens`() throws {
        try beforeEachOperation(prepare: live) { reader, _, id, vault in
            let lines = try reader.open(id, reader: vault.anna.record).lines
            #expect(lines == [Self.line])
        }
    }

    @Test func `one that is closed while others are listed is listed`() throws {
        try beforeEachOperation(prepare: live) { reader, _, id, vault in
            let (found, unreadable) = try reader.conversations(of: Card.id(of: vault.annaKey.bytes))
            let parts = found.first { $0.id == id }?.parts ?? []
            #expect(parts.count == 1 && unreadable == 0)
        }
    }

    @Test func `a part whose place is known is found while it is closed`() throws {
        try beforeEachOperation(prepare: live) { reader, store, id, _ in
            let part = try #require(reader.parts(of: id).first)
            let found = try #require(try store.part(part.part, of: id, expiring: Self.expiry))
            let file = try #require(try reader.find(found, of: id))
            #expect(file.header.part == part.part && !store.isGone(part) && !store.isGone(found))
        }
    }

    @Test func `a day that is removed meanwhile keeps nobody from reading another`() throws {
        try beforeEachOperation(prepare: removal) { reader, _, id, vault in
            let lines = try reader.open(id, reader: vault.anna.record).lines
            #expect(lines == [Self.line])
        }
    }

    @Test func `a day that is removed while others are listed is no unreadable part`() throws {
        try beforeEachOperation(prepare: removal) { reader, _, id, vault in
            let (found, unreadable) = try reader.conversations(of: Card.id(of: vault.annaKey.bytes))
            #expect(found.contains { $0.id == id } && unreadable == 0)
        }
    }
}
