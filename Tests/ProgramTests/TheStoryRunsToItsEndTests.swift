import Foundation
import ProgramRunner
import TestVault
import Testing

extension ProgramTests {
    @Suite struct TheStoryRunsToItsEndTests {
        static let tools = ["age", "minisign", "expect", "tar", "sha256sum", "shuf"]
        static let missing = tools.filter { tool in
            !["/usr/local/bin", "/usr/bin", "/bin"].contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
        }

        @Test(.enabled(if: missing.isEmpty, "a tool of the story is not installed: it was not told"), .timeLimit(.minutes(10)))
        func `in any year, with real conversations as far as they are there, on the programs as they were built`() throws {
            let folder = "\(try Charity.shared.root)/story"
            for name in ["tmp", "data/transcripts"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            }
            defer { try? FileManager.default.removeItem(atPath: folder) }
            if TestData.isPresent {
                // Of one set some, of another year; the other set is not there.
                let lines = try TestData.conversations("primock57.jsonl").prefix(2).flatMap { $0 }
                let old = lines.map {
                    String(decoding: $0, as: UTF8.self).replacingOccurrences(of: "\"at\":\"2026-", with: "\"at\":\"2019-")
                }
                #expect(old.contains { $0.contains("\"at\":\"2019-") })
                try old.lines.write(to: URL(fileURLWithPath: "\(folder)/data/transcripts/primock57.jsonl"))
            }
            // Tests/ProgramTests/TheStoryRunsToItsEndTests.swift lies three levels below the package.
            let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            let told = try RunningProgram(
                ["\(package)/Scripts/story", BuiltProgram.folder.path],
                environment: ["TMPDIR": "\(folder)/tmp", "VAULT_TEST_DATA": "\(folder)/data", "HOME": "\(folder)/tmp"]
            ).end(limit: 560)
            #expect(told.code == 0, "\(told.text.suffix(3000)) \(told.errors.suffix(2000))")
            #expect(told.text.contains("Done in ") && !told.text.contains("NOT REFUSED") && told.errors.isEmpty)
            #expect(told.text.contains("Not all real conversations are beside the project"))
            #expect(told.text.contains("2 real conversations of the public collection primock57") == TestData.isPresent)
            // Every line is indented, a chapter, or the end: nothing that a program printed stands bare in it.
            let bare = told.lines.filter { !$0.isEmpty && !$0.hasPrefix("   ") && $0.firstMatch(of: /\(\d+\.\d s\)$/) == nil }
            #expect(bare.count == 2 && bare[0].hasPrefix("A promise") && bare[1].hasPrefix("Done in"), "\(bare)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/tmp") == [])
        }
    }
}
