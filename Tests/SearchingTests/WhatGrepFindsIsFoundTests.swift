import Foundation
import ProgramRunner
import Records
import Searching
import TestVault
import Testing

@Suite("What grep finds in the plaintext is found, and nothing else", .enabled(if: TestData.isPresent, "\(TestData.absence)"))
struct WhatGrepFindsIsFoundTests {
    private static let words = [
        "birthday", "wardrobe", "pain", "the", "HOSPITAL", "doctor", "ear", "don't", "can't", "xyzzy", "mother", "insulin", "fifty-five",
        "Mg", "e",
        "twenty one", "is it", "any other", "you.", "?",
    ]

    /// The texts of a set of conversations, one a line, so that grep can search them.
    private static func plaintext(_ set: String) throws -> (texts: [String], lines: [[UInt8]]) {
        let lines = try TestData.lines(set)
        let texts = try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            let text = (object?["body"] as? [String: Any])?["text"] as? String ?? ""
            return text.replacingOccurrences(of: "\n", with: " ").replacingOccurrences(of: "\u{2019}", with: "'")
        }
        return (texts, lines)
    }

    @Test("for words and phrases, in every message", arguments: TestData.transcriptSets)
    func grep(set: String) throws {
        let (texts, lines) = try Self.plaintext(set)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("plain-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(texts.map { $0 + "\n" }.joined().utf8).write(to: folder)
        var total = 0
        for word in Self.words {
            let grep = try RunningProgram(["grep", "-n", "-i", "-F", "-e", word, folder.path], environment: ["LC_ALL": "C.UTF-8"]).end()
            try #require(grep.code < 2, "\(grep)")
            let expected = grep.lines.compactMap { $0.split(separator: ":").first.flatMap { Int($0) } }
            let search = try SearchWords([word], asPhrases: true)
            let found = lines.enumerated().compactMap { index, line in
                search.passages(in: [line], context: 0).first.map { _ in index + 1 }
            }
            #expect(found == expected, "\(word)")
            total += expected.count
        }
        #expect(total > 5000)
    }

    @Test(
        "several words are found where grep finds each of them",
        arguments: [["pain", "back"], ["you", "MOTHER"], ["do", "any", "other"]])
    func several(words: [String]) throws {
        let (texts, lines) = try Self.plaintext("mts-dialog.jsonl")
        let expected = texts.indices.filter { index in words.allSatisfy { texts[index].lowercased().contains($0.lowercased()) } }
        let search = try SearchWords([words.joined(separator: " ")], asPhrases: false)
        let found = lines.indices.filter { !search.passages(in: [lines[$0]], context: 0).isEmpty }
        #expect(found == expected && expected.count > 20)
    }
}
