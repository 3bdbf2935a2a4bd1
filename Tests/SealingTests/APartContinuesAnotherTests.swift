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

@Suite("A part that was interrupted is continued by another")
struct APartContinuesAnotherTests {
    let vault: TestVault
    let conversation = SystemRandom().identifier(ConversationID.self)
    let expiry = RetentionPeriod.oneYear.expiry(from: TestVault.today)

    init() throws {
        vault = try TestVault()
    }

    private func begin(after predecessors: [Predecessor] = []) throws -> PartWriter {
        return try vault.beginPart(of: conversation, expiring: expiry, after: predecessors)
    }

    /// The unfinished part, as a writer that starts again finds it.
    private func found() throws -> (path: String, predecessor: Predecessor, bytes: [UInt8]) {
        guard let part = try vault.store.parts(of: conversation).first(where: \.isOpen) else { throw TestVaultError.notOnePart }
        let bytes = try vault.store.read(part)
        return (part.path, Predecessor(part: part.part, lengthFound: UInt64(bytes.count), digest: BLAKE2b.hash(bytes)), bytes)
    }

    private let lines = (1...4).map { TestData.message("message \($0)", id: "\($0)") }

    @Test("every acknowledged message is there, and the first part's end is proven by the second")
    func continued() throws {
        let first = try begin()
        try first.append(PartRecord(.line, lines[0]))
        try first.append(PartRecord(.line, lines[1]))
        var opened = try vault.read(conversation)
        #expect(opened.lines == Array(lines[0...1]))
        #expect(opened.remarks.count == 1)
        let second = try begin(after: [found().predecessor])
        try second.append(PartRecord(.line, lines[2]))
        try vault.close(second)
        opened = try vault.read(conversation)
        #expect(opened.lines == Array(lines[0...2]))
        #expect(opened.remarks.isEmpty)
    }

    @Test("a torn tail shows what came before it, at every length")
    func torn() throws {
        let first = try begin()
        try first.append(PartRecord(.line, lines[0]))
        let whole = first.lengthBytes
        try first.append(PartRecord(.line, lines[1]))
        let end = first.lengthBytes
        let (path, _, bytes) = try found()
        for length in whole..<end {
            // Cut there, or with zeros in the place of all that did not reach the disk.
            for tail in [[], [UInt8](repeating: 0, count: bytes.count - length)] {
                try vault.overwrite(path, with: Array(bytes[..<length]) + tail)
                let opened = try vault.read(conversation)
                #expect(opened.lines == [lines[0]])
                #expect(opened.remarks.count == 1)
            }
        }
    }

    @Test("cutting the first part's tail afterwards is detected")
    func cut() throws {
        let first = try begin()
        try first.append(PartRecord(.line, lines[0]))
        let whole = first.lengthBytes
        try first.append(PartRecord(.line, lines[1]))
        let (path, predecessor, bytes) = try found()
        let second = try begin(after: [predecessor])
        try vault.close(second)
        try vault.overwrite(path, with: Array(bytes[..<whole]))
        #expect { try vault.read(conversation) } throws: { ($0 as? OpeningError)?.code == .corrupt }
        try vault.fileSystem.remove(path)
        let opened = try vault.read(conversation)
        #expect(opened.remarks == [.partMissing(predecessor.part)])
    }

    @Test("a live part whose name was given to another file is abandoned")
    func replaced() throws {
        let first = try begin()
        try first.append(PartRecord(.line, lines[0]))
        let path = try found().path
        try vault.overwrite(path, with: [1, 2, 3])
        #expect(throws: SealingError.self) { try first.append(PartRecord(.line, lines[1])) }
        #expect { try first.append(PartRecord(.line, lines[1])) } throws: { ($0 as? SealingError)?.code == .abandoned }
    }
}
