import Foundation
import Records
import Sealing
import SodiumIdentity
import TestVault
import Testing

@Suite("Every line that went in comes back, byte for byte")
struct EveryLineComesBackTests {
    @Test("of every real conversation", .enabled(if: TestData.isPresent, "\(TestData.absence)"), arguments: TestData.transcriptSets)
    func realConversations(set: String) throws {
        let vault = try TestVault()
        let conversations = try TestData.conversations(set)
        var tried = 0
        for lines in conversations {
            let id = try vault.seal(lines)
            let opened = try vault.read(id)
            #expect(opened.lines == lines)
            #expect(opened.remarks.isEmpty)
            tried += 1
        }
        #expect(tried == (set == "primock57.jsonl" ? 57 : 1701))
    }

    @Test("of every awkward text", .enabled(if: TestData.isPresent, "\(TestData.absence)"))
    func awkwardText() throws {
        let texts = try JSONDecoder().decode([String].self, from: Data(TestData.bytes("robustness/blns.json")))
        #expect(texts.count > 500)
        let lines = texts.enumerated().map { TestData.message($0.element, id: "\($0.offset)") }
        for line in lines { _ = try EventLine(line) }
        let vault = try TestVault()
        let id = try vault.seal(lines)
        let opened = try vault.read(id)
        #expect(opened.lines == lines)
        #expect(try opened.lines.map { try EventLine($0).text } == texts)
    }

    @Test("and what is not valid UTF-8 is refused, line by line", .enabled(if: TestData.isPresent, "\(TestData.absence)"))
    func invalidText() throws {
        let cases = try TestData.bytes("robustness/utf8tests.bin").split(separator: UInt8(ascii: "\n"))
        var counts = ["valid": 0, "invalid": 0]
        for line in cases {
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, let kind = String(validating: fields[1], as: UTF8.self), counts[kind] != nil else { continue }
            let message = TestData.message("#", id: "1")
            guard let place = message.firstIndex(of: UInt8(ascii: "#")) else { continue }
            let event = Array(message[..<place]) + Array(fields[2]) + Array(message[(place + 1)...])
            let hasControl = fields[2].contains { $0 < 0x20 }
            if kind == "valid" && !hasControl {
                _ = try EventLine(event)
            } else {
                #expect(throws: RecordsError.self) { try EventLine(event) }
            }
            counts[kind, default: 0] += 1
        }
        #expect((counts["valid"] ?? 0) > 10 && (counts["invalid"] ?? 0) > 30)
    }

    @Test("of a conversation that needs several parts")
    func severalParts() throws {
        let vault = try TestVault()
        let text = String(repeating: "a long story; ", count: 70_000)
        let lines = (0..<20).map { TestData.message(text + "\($0)", id: "\($0)") }
        let id = try vault.seal(lines)
        let parts = try vault.store.parts(of: id)
        #expect(parts.count == 2)
        for part in parts { #expect(try vault.fileSystem.status(part.path)?.sizeBytes ?? 0 <= Limits.partBytes) }
        let opened = try vault.read(id)
        #expect(opened.lines == lines)
        #expect(opened.remarks.isEmpty)
    }

    @Test("of a line of the greatest length, and no longer one")
    func greatestLine() throws {
        let frame = TestData.message("", id: "1")
        let longest = TestData.message(String(repeating: "x", count: Limits.lineBytes - frame.count), id: "1")
        #expect(longest.count == Limits.lineBytes)
        let vault = try TestVault()
        let id = try vault.seal([longest])
        #expect(try vault.read(id).lines == [longest])
        let tooLong = TestData.message(String(repeating: "x", count: Limits.lineBytes - frame.count + 1), id: "1")
        #expect { try EventLine(tooLong) } throws: { ($0 as? RecordsError)?.code == .tooLarge }
        #expect { try vault.seal([tooLong]) } throws: { ($0 as? SealingError)?.code == .tooLarge }
    }
}
