import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    /// A pipe whose reader goes, a device that is full, a stream that is closed.
    @Suite struct StandardOutputMayEndTests {
        let charity: Charity
        let copy: Charity.Copy

        init() throws {
            charity = try .shared
            copy = try charity.copy("output-\(UInt16.random(in: .min ... .max))")
            _ = try charity.seal([Event().line].lines, at: copy.place)
        }

        /// Runs a program in a shell, which does with its standard output what `behind` says; the last line of standard error is its exit code.
        private func run(_ program: BuiltProgram, _ arguments: [String], _ behind: String) throws -> (code: String?, errors: [String]) {
            let command = ([program.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
            let outcome = try RunningProgram(["sh", "-c", "{ sleep 0.3; \(command); echo $? >&2; } \(behind)"]).end()
            return (outcome.errorLines.last, outcome.errorLines.dropLast())
        }

        private var commands: [(BuiltProgram, [String])] {
            [
                (Charity.worker, ["list"] + charity.credentials("anna") + copy.place.arguments),
                (Charity.admin, ["roster", "--vault", copy.place.vault]),
                (Charity.admin, ["ledger", "--json", "--vault", copy.place.vault]),
                (Charity.retention, ["status", "--json"] + copy.place.arguments), (Charity.worker, ["--help"]),
            ]
        }

        @Test func `whoever has read enough is told nothing`() throws {
            for (program, arguments) in commands {
                // The reader has gone before anything is written.
                let (code, errors) = try run(program, arguments, "| true")
                #expect(code == "1" && !errors.contains { $0.contains("rror") }, "\(arguments): \(errors)")
            }
        }

        @Test(arguments: [">/dev/full", ">&-"]) func `a result that cannot be written is a failure, and is told`(redirection: String) throws
        {
            for (program, arguments) in commands {
                let (code, errors) = try run(program, arguments, redirection)
                #expect(code == "1" && errors.last?.contains("cannot write to standard output") == true, "\(arguments): \(errors)")
            }
        }
    }
}
