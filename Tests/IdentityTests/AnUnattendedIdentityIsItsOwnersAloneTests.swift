import Records
import Roster
import Sodium
import System
import Testing
import UnattendedIdentity

@Suite("An unattended identity is its owner's alone")
struct AnUnattendedIdentityIsItsOwnersAloneTests {
    private let fileSystem = MemoryFileSystem()

    private func write(mode: UInt32? = nil) throws {
        let identity = try UnattendedIdentity.generate(name: "chat-service", role: .service, random: SystemRandom())
        try identity.write(to: "/service", fileSystem: fileSystem)
        guard let mode else { return }
        let bytes = try fileSystem.readFile("/service", limitBytes: 4096)
        try fileSystem.replaceDurably("/service", bytes.rawSpan, mode: mode)
    }

    private func refusal() -> String? {
        do {
            _ = try UnattendedIdentity(path: "/service", fileSystem: fileSystem)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("it comes back with its name and key, and its card is in its own hand")
    func comesBack() throws {
        try write()
        let again = try UnattendedIdentity(path: "/service", fileSystem: fileSystem)
        let card = try again.card()
        #expect(card.name == "chat-service" && card.role == .service && card.recordKey == nil)
        #expect(try UnverifiedCard(text: card.text, signature: card.signature).verified() == card)
        #expect(try fileSystem.status("/service")?.mode == 0o600)
    }

    @Test("a file that others may read is refused", arguments: [0o640, 0o604, 0o660, 0o644] as [UInt32])
    func exposed(mode: UInt32) throws {
        try write(mode: mode)
        #expect(refusal()?.contains("0600") == true)
    }

    @Test("a file that was changed is refused")
    func changed() throws {
        try write()
        let bytes = try fileSystem.readFile("/service", limitBytes: 4096)
        for index in bytes.indices {
            var other = bytes
            other[index] = 0
            try fileSystem.replaceDurably("/service", other.rawSpan, mode: 0o600)
            #expect(refusal() != nil, "byte \(index)")
        }
    }
}
