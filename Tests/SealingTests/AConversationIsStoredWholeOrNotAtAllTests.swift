import Identity
import Keeper
import Opening
import Records
import Roster
import Sealing
import Sodium
import SodiumIdentity
import System
import TestVault
import Testing

@Suite("A conversation is stored whole or not at all")
struct AConversationIsStoredWholeOrNotAtAllTests {
    /// Seals one conversation into `vault` through `faulty`.
    private func seal(in vault: TestVault, through faulty: FaultyFileSystem) throws -> ConversationID {
        try vault.seal([TestData.message("please do not lose this", id: "1")], through: faulty)
    }

    @Test("whatever file operation fails", arguments: [FileError.Code.noSpace, .inputOutput, .permissionDenied])
    func failing(code: FileError.Code) throws {
        let vault = try TestVault()
        let counting = FaultyFileSystem(vault.fileSystem)
        _ = try seal(in: vault, through: counting)
        let before = try vault.store.parts()
        var failures = 0
        for number in 0..<counting.operationCount {
            do {
                _ = try seal(in: vault, through: FaultyFileSystem(vault.fileSystem, fault: .fails(code), at: number))
            } catch {
                failures += 1
                // What was begun may only be left where removing it is what failed.
                for part in try vault.store.parts() where !before.contains(part) && !part.isOpen {
                    #expect(throws: Never.self) { try vault.read(part.conversation) }
                }
            }
        }
        #expect(failures > 5)
    }

    @Test("wherever the machine stops, and what was acknowledged is there")
    func crashing() throws {
        let disk = MemoryFileSystem()
        let vault = try TestVault(fileSystem: disk)
        let counting = FaultyFileSystem(disk)
        _ = try seal(in: vault, through: counting)
        var acknowledged: Set<ConversationID> = []
        var states = 0
        for number in 0..<counting.operationCount {
            for moment in FaultyFileSystem.Moment.allCases {
                for policy in [MemoryFileSystem.CrashPolicy.nothingUnsynced, .everything, .seeded(UInt64(number))] {
                    let faulty = FaultyFileSystem(disk, fault: .crashes(moment), at: number)
                    if let id = try? seal(in: vault, through: faulty) { acknowledged.insert(id) }
                    disk.crash(policy)
                    states += 1
                    for id in acknowledged { _ = try vault.read(id) }
                    for part in try vault.store.parts() where !part.isOpen {
                        let opened = try vault.read(part.conversation)
                        #expect(opened.remarks.isEmpty)
                    }
                }
            }
        }
        print("crash states: \(states)")
        #expect(states > 50)
    }

    @Test("and not at all when it is over its year, or was erased")
    func overAge() throws {
        let vault = try TestVault()
        let line = TestData.message("long ago", id: "1")
        let tooOld = Day(year: 2025, month: 11, day: 22)
        #expect { try vault.seal([line], start: tooOld) } throws: { ($0 as? SealingError)?.code == .overAge }
        // A day younger is stored, on its last day.
        let young = try vault.seal([line], start: Day(year: 2025, month: 11, day: 23))
        #expect(try vault.read(young).expiry == TestVault.today)
        let id = try vault.seal([line])
        let opened = try vault.read(id)
        try vault.leaves.erase(id, day: opened.expiry)
        #expect { try vault.append([PartRecord(.line, line)], to: opened) } throws: { ($0 as? SealingError)?.code == .erased }
        #expect { try vault.read(id) } throws: { ($0 as? OpeningError)?.code == .erased }
    }

    @Test("a start in the future counts as today")
    func future() throws {
        let vault = try TestVault()
        let id = try vault.seal([TestData.message("hello", id: "1")], start: Day(year: 2030, month: 1, day: 1))
        #expect(try vault.read(id).expiry == Day(year: 2027, month: 11, day: 23))
    }
}
