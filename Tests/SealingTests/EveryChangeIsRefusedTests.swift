import Opening
import Records
import Sodium
import SodiumIdentity
import System
import TestVault
import Testing

@Suite("A sealed part that was changed shows nothing")
struct EveryChangeIsRefusedTests {
    let vault: TestVault
    let id: ConversationID
    let path: String
    let original: [UInt8]

    init() throws {
        vault = try TestVault()
        id = try vault.seal([TestData.message("I only tell you this", id: "1")])
        path = try vault.onlyPart(of: id).path
        original = try vault.fileSystem.readFile(path, limitBytes: Limits.partBytes)
    }

    /// What opening says with these bytes in the part's place; nil where it opens.
    private func refusal(_ bytes: [UInt8]) throws -> OpeningError.Code? {
        try vault.overwrite(path, with: bytes)
        do {
            let opened = try vault.read(id)
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

    @Test("in any one bit")
    func everyBit() throws {
        #expect(try refusal(original) == nil)
        var tried = 0
        let lengths = frameLengthBytes()
        for index in original.indices {
            for bit in 0..<8 {
                var changed = original
                changed[index] ^= 1 << UInt8(bit)
                let code = try refusal(changed)
                switch index {
                case 8..<10: #expect(code == .unsupportedVersion)
                // The day leads to another page, the holder's id to another person, before anything can be authenticated. But the file lies in
                // the folder of its day.
                case 12..<16: #expect(code == .corrupt, "byte \(index) bit \(bit)")
                case 48..<64: #expect(code == .notYours, "byte \(index) bit \(bit)")
                // A frame that would go on behind the end of the file looks like one that a crash cut: the reader is told that the end is missing.
                case _ where lengths.contains(index): #expect(code == .corrupt || code == .missing, "byte \(index) bit \(bit)")
                default: #expect(code == .corrupt, "byte \(index) bit \(bit)")
                }
                tried += 1
            }
        }
        print("bits changed: \(tried)")
        #expect(tried == original.count * 8)
    }

    @Test("by cutting it anywhere, unless it is said that the end is not proven")
    func everyTruncation() throws {
        for length in 0..<original.count {
            let code = try refusal(Array(original[..<length]))
            // `.missing` stands for "opened, and says that its end is not proven".
            #expect(code == .corrupt || code == .missing, "\(length) bytes")
        }
    }

    @Test("by adding anything behind its end")
    func appended() throws {
        for tail in [[0], [1], [UInt8](repeating: 0, count: 4096), Array(original.suffix(300))] {
            #expect(try refusal(original + tail) == .corrupt)
        }
    }

    @Test("by giving it another conversation's place")
    func exchanged() throws {
        let other = try vault.seal([TestData.message("somebody else's words", id: "1")])
        let otherBytes = try vault.fileSystem.readFile(vault.onlyPart(of: other).path, limitBytes: Limits.partBytes)
        #expect(try refusal(otherBytes) == .corrupt)
    }
}
