import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct EveryCommandExplainsItselfTests {
        /// The commands that a program's help names.
        private func commands(_ help: Outcome) throws -> [String] {
            let start = try #require(help.lines.firstIndex(of: "SUBCOMMANDS:"))
            return help.lines[(start + 1)...].filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
                .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "See" }
        }

        @Test func `every program and every command has help with an example`() throws {
            var count = 0
            for program in Charity.programs {
                for arguments in [["--help"], ["-h"], ["help"], []] {
                    let help = try program.run(arguments)
                    #expect(
                        help.code == 0 && help.errors.isEmpty && help.text.contains("OVERVIEW"), "\(program.name) \(arguments): \(help)")
                    #expect(help.text.contains(program.name))
                }
                for command in try commands(program.run(["--help"])) {
                    for arguments in [[command, "--help"], ["help", command]] {
                        let help = try program.run(arguments)
                        #expect(help.code == 0 && help.errors.isEmpty, "\(program.name) \(arguments): \(help)")
                        let overview = help.text.components(separatedBy: "\nUSAGE: ").first ?? ""
                        let isCalled = overview.contains("\(program.name) \(command)") || overview.contains("Example: \(command)")
                        #expect(isCalled, "\(program.name) \(command): no example")
                    }
                    count += 1
                }
            }
            #expect(count >= 24)
        }
    }
}
