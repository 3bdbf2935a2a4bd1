import Opening
import Records
import Sodium
import SodiumIdentity
import System
import Tampering
import TestVault
import Testing

@Suite("A sealed part that was changed shows nothing")
struct EveryChangeIsRefusedTests {
    static let lines = [TestData.message("I only tell you this", id: "1")]

    let vault: TestVault
    let id: ConversationID
    let path: String
    let original: [UInt8]

    init() throws {
        vault = try TestVault()
        id = try vault.seal(Self.lines)
        path = try vault.onlyPart(of: id).path
        original = try vault.fileSystem.readFile(path, limitBytes: Limits.partBytes)
    }

    /// What opening says with these bytes in the part's place; nil where it opens.
    private func refusal(_ bytes: [UInt8]) throws -> OpeningError.Code? {
        try vault.overwrite(path, with: bytes)
        do {
            let opened = try vault.read(id)
            // Whatever is shown is what was sealed: all of it, or its beginning.
            #expect(Self.lines.starts(with: opened.lines) && opened.acts.isEmpty)
            return opened.remarks.isEmpty ? nil : .missing
        } catch {
            return error.code
        }
    }

    /// Where the lengths of the frames stand.
    private func frameLengthBytes() -> Set<Int> {
        var places: Set<Int> = []
        var position = (Int(original[10]) | Int(original[11]) << 8) + 24
        while position < original.count {
            places.formUnion(position..<(position + 4))
            position += 4 + (0..<4).reduce(0) { $0 | Int(original[position + $1]) << (8 * $1) }
        }
        return places
    }

    @Test("in any one bit, by cutting it anywhere, or by adding anything behind its end")
    func everyChange() throws {
        #expect(try refusal(original) == nil)
        let lengths = frameLengthBytes()
        try Tampering(of: original, called: "a sealed part").forEach { change, changed in
            let code = try refusal(changed)
            switch change {
            case .flip(byte: 8..<10, _): #expect(code == .unsupportedVersion, "\(change)")
            // The day leads to another page, the holder's id to another person, before anything can be authenticated. But the file lies in the
            // folder of its day.
            case .flip(byte: 12..<16, _): #expect(code == .corrupt, "\(change)")
            case .flip(byte: 48..<64, _): #expect(code == .notYours, "\(change)")
            // A frame that would go on behind the end of the file looks like one that a crash cut: the reader is told that the end is missing.
            case .flip(let byte, _) where lengths.contains(byte): #expect(code == .corrupt || code == .missing, "\(change)")
            // `.missing` stands for "opened, and says that its end is not proven".
            case .cut: #expect(code == .corrupt || code == .missing, "\(change)")
            default: #expect(code == .corrupt, "\(change)")
            }
        }
    }

    @Test("by giving it another conversation's place")
    func exchanged() throws {
        let other = try vault.seal([TestData.message("somebody else's words", id: "1")])
        let otherBytes = try vault.fileSystem.readFile(vault.onlyPart(of: other).path, limitBytes: Limits.partBytes)
        #expect(try refusal(otherBytes) == .corrupt)
    }
}
