import Identity
import Keeper
import KeyCalendar
import Opening
import PartKeys
import ProgramRunner
import Records
import Sealing
import Sodium
import SodiumIdentity
import SodiumOpen
import System
import TestVault
import Testing

/// What the two daemons could do that touch every conversation: the service that writes them, and the keeper of the calendar.
extension P1ConfidentialTests {
    @Test("the service that wrote it cannot read it back, with its signing key, every file and every leaf")
    func serviceAfterwards() throws {
        let part = try vault.steal(id)
        let seed = vault.service.seed()
        let own = copy(of: seed)
        #expect(try content(ofAnyBoxIn: part, withSecretKey: own) == 0)
        let windows = part.tryWindows(of: own + part.file)
        #expect(windows.tried > 1000 && windows.opened == 0)
        // It is nowhere on the disk either: not the person's half, not the leaf, not the two together.
        let secret = try #require(annaSecret(of: part))
        for wanted in [secret, part.leaf] {
            #expect(!disk.everyContents.contains { occurs(wanted, in: $0) })
        }
        try disk.writeDurably("/vault/open/left-behind", (own + secret).rawSpan, mode: 0o600)
        #expect(disk.everyContents.contains { occurs(secret, in: $0) })
    }

    /// How many of a part's boxes a secret key opens.
    private func content(ofAnyBoxIn part: StolenPart, withSecretKey bytes: [UInt8]) throws -> Int {
        let pair = try BoxKeyPair(secretKey: SecretBytes(copying: bytes.rawSpan))
        return ([part.header.holder?.box ?? []] + part.header.leadPairs.map(\.box)).count { pair.content(of: $0) != nil }
    }

    @Test(
        "while it writes, its memory has neither half of the key, nor the key",
        .enabled(if: ProcessMemory().isReadable, "the memory of this process cannot be read, or is a sanitizer's"))
    func memoryOfTheService() throws {
        let conversation = SystemRandom().identifier(ConversationID.self)
        let expiry = RetentionPeriod.oneYear.expiry(from: TestVault.today)
        let writer = try vault.beginPart(of: conversation, expiring: expiry, after: [])
        try writer.append(PartRecord(.line, TestData.message("the writer still writes", id: "1")))
        let part = try vault.store.read(vault.onlyPart(of: conversation))
        for trace in try traces(of: part) {
            #expect(try ProcessMemory().count(of: trace).total == 0)
        }
        try writer.append(PartRecord(.line, TestData.message("and still", id: "2")))
        try vault.close(writer)
        for trace in try traces(of: part) {
            #expect(try ProcessMemory().count(of: trace).total == 0)
        }
        // A secret that is in memory is found, once for each place where it lies.
        let held = SecretBytes.random(32, from: SystemRandom())
        let trace = ProcessMemory.Trace(of: held.bytes)
        let count = try ProcessMemory().count(of: trace)
        #expect(count.guarded >= 1)
        #expect(held.count == 32)
    }

    /// What to look for: the person's half, the leaf, and the key of the stream; all of them are wiped again when this returns.
    private func traces(of file: [UInt8]) throws -> [ProcessMemory.Trace] {
        let header = try PartHeader.decode(file).header
        let batch = try vault.leaves.leaf(LeafName(expiry: header.expiry, conversation: header.conversation), for: .reading)
        guard let leaf = batch.leaf(at: 0), let holder = header.holder else { throw TestVaultError.noLeaf }
        return try vault.with(.anna) { (owner: borrowing PersonalIdentity) throws -> [ProcessMemory.Trace] in
            let secret = try SealedBox.open(holder.box.rawSpan, publicKey: owner.record.publicKey, secretKey: owner.record.secretKey)
            let keys = PartKeys(leaf: leaf, secret: secret, header: header.encoded)
            return [
                ProcessMemory.Trace(of: secret.bytes), ProcessMemory.Trace(of: leaf.bytes), ProcessMemory.Trace(of: keys.streamKey.bytes),
            ]
        }
    }

    @Test("every part has a half of its own: who learns one opens one")
    func halvesDiffer() throws {
        let first = try vault.steal(id)
        let opened = try vault.read(id)
        try vault.append([PartRecord(.line, TestData.message("more", id: "2"))], to: opened)
        var halves: [[UInt8]] = []
        for stored in try vault.store.parts(of: id) {
            let part = try StolenPart(vault.store.read(stored), leaf: first.leaf)
            halves.append(try #require(annaSecret(of: part)))
            #expect(halves.count { part.isOpened(by: $0) } == 1)
        }
        #expect(Set(halves).count == 2)
    }

    @Test("the keeper, with its cell, every calendar and every leaf, has one half and no other")
    func keeper() throws {
        let part = try vault.steal(id)
        let cell = try CellDirectory("/cell", number: 1, in: disk).openCell()
        let slot = try #require(cell.slots().compactMap { $0 }.first)
        let file = try disk.readFile("\(vault.layout.calendar)/\(CalendarFile.name(under: slot.value))", limitBytes: Limits.calendarBytes)
        let calendar = try CalendarFile.open(file, under: slot.value)
        #expect(calendar.leafBytes(of: id, on: part.header.expiry, today: TestVault.today) == part.leaf)
        // Everything that it has, and everything that lies on the disk with it, taken for the half that it has not.
        let value = copy(of: slot.value)
        #expect(try content(ofAnyBoxIn: part, withSecretKey: value) == 0)
        #expect(try content(ofAnyBoxIn: part, withSecretKey: part.leaf) == 0)
        let zeros = [UInt8](repeating: 0, count: 32)
        let windows = part.tryWindows(of: value + part.leaf + zeros + part.file)
        #expect(windows.tried > 1000 && windows.opened == 0)
    }
}
