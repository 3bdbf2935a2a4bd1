import Identity
import Opening
import Records
import RecordStore
import Roster
import Sealing
import Sodium
import System
import TestVault
import Testing

@Suite("A live conversation loses nothing that was acknowledged")
struct ALiveConversationLosesNothingTests {
    let disk = MemoryFileSystem()
    let vault: TestVault
    let expiry = RetentionPeriod.oneYear.expiry(from: TestVault.today)
    /// Of lengths around a sector's, and one that takes more than is reserved at a time.
    let lines = [10, 300, 420, 505, 1_000, 20_000, 40].enumerated().map { index, length in
        TestData.message(String(repeating: "x", count: length), id: "\(index)")
    }

    init() throws {
        vault = try TestVault(fileSystem: disk)
    }

    /// What became of a conversation.
    private struct Told {
        let id: ConversationID
        var acknowledged: [[UInt8]] = []
        var isClosed = false
    }

    /// Writes a live conversation through `fileSystem` until it stops, after `predecessors`.
    private func write(
        _ told: inout Told, lines: [[UInt8]], after predecessors: [Predecessor] = [], through fileSystem: any FileSystem
    ) {
        do {
            let writer = try vault.beginPart(of: told.id, expiring: expiry, after: predecessors, through: fileSystem)
            for line in lines {
                try writer.append(PartRecord(.line, line))
                told.acknowledged.append(line)
            }
            try vault.close(writer)
            told.isClosed = true
        } catch {}
    }

    /// The unfinished parts, as a writer that starts again finds them.
    private func found(_ id: ConversationID) throws -> [Predecessor] {
        try vault.store.parts(of: id).map { part in
            let bytes = try vault.store.read(part)
            return Predecessor(part: part.part, lengthFound: UInt64(bytes.count), digest: BLAKE2b.hash(bytes))
        }
    }

    @Test("wherever the machine stops, whatever of the last write arrives, and the conversation goes on")
    func crashing() throws {
        let counting = FaultyFileSystem(disk)
        var whole = Told(id: SystemRandom().identifier(ConversationID.self))
        write(&whole, lines: lines, through: counting)
        #expect(whole.isClosed)
        var states = 0
        var torn = 0
        for number in 0..<counting.operationCount {
            for moment in FaultyFileSystem.Moment.allCases {
                let policies = (0..<6).map { MemoryFileSystem.CrashPolicy.seeded(UInt64(number * 6 + $0)) }
                for policy in [.nothingUnsynced, .everything] + policies {
                    var told = Told(id: SystemRandom().identifier(ConversationID.self))
                    write(&told, lines: lines, through: FaultyFileSystem(disk, fault: .crashes(moment), at: number))
                    disk.crash(policy)
                    states += 1
                    vault.sealer.removeLeftovers()
                    let predecessors = try found(told.id)
                    guard !predecessors.isEmpty else {
                        #expect(told.acknowledged.isEmpty)
                        continue
                    }
                    let opened = try vault.read(told.id)
                    // One that was on its way may have arrived, too.
                    #expect(opened.lines.starts(with: told.acknowledged) && lines.starts(with: opened.lines))
                    #expect(!told.isClosed || opened.remarks.isEmpty)
                    if !opened.remarks.isEmpty { torn += 1 }
                    var continued = Told(id: told.id)
                    write(&continued, lines: [lines[0]], after: predecessors, through: disk)
                    let both = try vault.read(told.id)
                    #expect(both.lines == opened.lines + [lines[0]])
                    #expect(both.remarks.isEmpty)
                }
            }
        }
        print("crash states of a live conversation: \(states), of them \(torn) without an end")
        #expect(torn > 100)
    }

    @Test("no length field lies across a sector's border, and the reserve is gone when it is closed")
    func layout() throws {
        let id = SystemRandom().identifier(ConversationID.self)
        let writer = try vault.beginPart(of: id, expiring: expiry, after: [])
        for index in 0..<600 {
            let before = writer.lengthBytes
            try writer.append(PartRecord(.line, TestData.message(String(repeating: "y", count: index), id: "\(index)")))
            #expect(before % 512 <= 508)
        }
        let reserved = try vault.store.read(vault.store.parts(of: id)[0]).count
        #expect(reserved > writer.lengthBytes && reserved <= writer.lengthBytes + (16 << 10) + 2_000)
        try vault.close(writer)
        #expect(try vault.store.read(vault.store.parts(of: id)[0]).count == writer.lengthBytes)
        #expect(try vault.read(id).lines.count == 600)
    }

    @Test("a part is filled to its greatest length, and no further")
    func full() throws {
        let id = SystemRandom().identifier(ConversationID.self)
        let writer = try vault.beginPart(of: id, expiring: expiry, after: [])
        let line = [UInt8](repeating: 0x61, count: 500_000)
        var count = 0
        while writer.hasRoom(forRecordOf: line.count) {
            try writer.append(PartRecord(.line, line))
            count += 1
        }
        #expect(try vault.store.read(vault.store.parts(of: id)[0]).count <= Limits.partBytes)
        try vault.close(writer)
        #expect(count > 30)
        #expect(try vault.read(id).lines.count == count)
    }
}
