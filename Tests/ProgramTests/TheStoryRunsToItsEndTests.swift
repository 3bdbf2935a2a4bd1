import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct TheStoryRunsToItsEndTests {
        static let tools = ["age", "minisign", "expect", "tar", "sha256sum", "shuf"]
        static let missing = tools.filter { tool in
            !["/usr/local/bin", "/usr/bin", "/bin"].contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
        }

        @Test(.enabled(if: missing.isEmpty, "a tool of the story is not installed: it was not told"), .timeLimit(.minutes(5)))
        func `without the real conversations, on the programs as they were built`() throws {
            let folder = "\(try Charity.shared.root)/story"
            for name in ["tmp", "data"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            }
            defer { try? FileManager.default.removeItem(atPath: folder) }
            // Tests/ProgramTests/TheStoryRunsToItsEndTests.swift lies three levels below the package.
            let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            let told = try RunningProgram(
                ["\(package)/Scripts/story", BuiltProgram.folder.path],
                environment: ["TMPDIR": "\(folder)/tmp", "VAULT_TEST_DATA": "\(folder)/data", "HOME": "\(folder)/tmp"]
            ).end(limit: 280)
            #expect(told.code == 0, "\(told.text.suffix(3000)) \(told.errors.suffix(2000))")
            #expect(told.text.contains("Done in ") && !told.text.contains("NOT REFUSED") && told.errors.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/tmp") == [])
        }
    }
}
