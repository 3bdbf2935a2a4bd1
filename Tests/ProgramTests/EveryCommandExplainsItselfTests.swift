import Foundation
import ProgramRunner
import Records
import Testing

extension ProgramTests {
    @Suite struct EveryCommandExplainsItselfTests {
        @Test func `help is shown wherever it is asked for`() throws {
            for program in Charity.programs {
                for arguments in [["--help"], ["-h"], ["help"], []] {
                    let help = try program.run(arguments)
                    #expect(
                        help.code == 0 && help.errors.isEmpty && help.text.contains("OVERVIEW"), "\(program.name) \(arguments): \(help)")
                }
                for command in try CommandHelp.of(program).commands {
                    for arguments in [[command.commandName, "--help"], ["help", command.commandName]] {
                        let help = try program.run(arguments)
                        #expect(help.code == 0 && help.errors.isEmpty, "\(program.name) \(arguments): \(help)")
                        // Broken by whoever wrote it, not by the width of a terminal.
                        for line in help.lines where line.hasPrefix("  vault-") { #expect(line.count <= 80, "\(line)") }
                    }
                }
            }
        }

        @Test func `all programs are of one version, and say which`() throws {
            let versions = try Charity.programs.map { try $0.run(["--version"]) }
            #expect(versions.allSatisfy { $0.code == 0 && $0.errors.isEmpty && $0.lines == [ProductVersion.current] }, "\(versions)")
        }

        @Test func `every command says what it does, with what, and for example`() throws {
            var count = 0
            for program in Charity.programs {
                let root = try CommandHelp.of(program)
                #expect(root.abstract != nil && !root.examples.isEmpty, "\(program.name)")
                for command in root.commands {
                    let name = "\(program.name) \(command.commandName)"
                    #expect(command.abstract?.hasSuffix(".") == true && command.abstract?.contains("\n") == false, "\(name): no abstract")
                    #expect((command.discussion ?? "").count > 60, "\(name): no discussion")
                    #expect(command.examples.contains { $0.prefix(2) == [program.name, command.commandName] }, "\(name): no example")
                    for argument in command.arguments ?? [] where argument.shouldDisplay {
                        #expect(argument.abstract?.hasSuffix(".") == true, "\(name) \(argument.typed): no words of help")
                    }
                    #expect(command.arguments?.contains { $0.typed == ["--json"] } == true, "\(name): no --json")
                    count += 1
                }
            }
            #expect(count >= 34)
        }

        /// Each example of each help, of whichever program.
        @Test func `every example is a command line that is understood`() throws {
            let roots = Dictionary(uniqueKeysWithValues: try Charity.programs.map { ($0.name, try CommandHelp.of($0)) })
            var count = 0
            for root in roots.values {
                for example in ([root] + root.commands).flatMap(\.examples) {
                    let line = example.joined(separator: " ")
                    let command = roots[example[0]]?.commands.first { $0.commandName == example[1] }
                    let arguments = try #require(command?.arguments, "no such command: \(line)")
                    let typed = example.filter { $0.hasPrefix("-") && $0 != "-" }
                    for option in typed { #expect(arguments.contains { $0.typed.contains(option) }, "\(option) in: \(line)") }
                    for needed in arguments where !needed.isOptional && !needed.typed.isEmpty {
                        #expect(!typed.filter(needed.typed.contains).isEmpty, "\(needed.typed) is missing in: \(line)")
                    }
                    let values = arguments.filter { $0.kind == "option" }.flatMap(\.typed)
                    let positions = example.indices.dropFirst(2).filter { index in
                        !(example[index].hasPrefix("-") && example[index] != "-") && !values.contains(example[index - 1])
                    }
                    let positional = arguments.filter { $0.kind == "positional" && $0.shouldDisplay }
                    #expect(positions.isEmpty || !positional.isEmpty, "\(line)")
                    #expect(!positions.isEmpty || positional.allSatisfy(\.isOptional), "\(line)")
                    count += 1
                }
            }
            #expect(count >= 60)
        }

        @Test func `what wrong usage is, is said in one line`() throws {
            // What is missing is told before what is too much; here nothing is missing.
            let complete = [
                (Charity.worker, ["list", "--identity", "x"]), (Charity.team, ["list", "--identity", "x"]), (Charity.retention, ["status"]),
                (Charity.service, ["seal", "-", "--worker", "x", "--identity", "x"]), (Charity.admin, ["roster"]),
            ]
            for (program, arguments) in complete {
                let option = try program.run(arguments + ["--no-such-option"])
                #expect(option.isUsage && option.errors.contains("'--no-such-option'"), "\(option)")
                let argument = try program.run(arguments + ["superfluous"])
                #expect(argument.isUsage && (argument.errors.contains("'superfluous'")), "\(argument)")
                let value = try program.run(arguments + ["--vault"])
                #expect(value.isUsage && value.errors.contains("'--vault"), "\(value)")
                let empty = try program.run(arguments + ["--vault", ""])
                #expect(empty.isUsage && empty.errors.contains("--vault is empty"), "\(empty)")
                let command = try program.run(["no-such-command"])
                #expect(command.isUsage && command.errors.contains("'no-such-command'"), "\(command)")
            }
            for program in Charity.programs {
                for command in try CommandHelp.of(program).commands {
                    let outcome = try program.run([command.commandName, "--no-such-option"])
                    #expect(outcome.isUsage, "\(outcome)")
                    #expect(outcome.errors.contains("see '\(program.name) \(command.commandName) --help'"), "\(outcome)")
                    let json = try program.run([command.commandName, "--json", "--no-such-option"])
                    let failure = try Failure(json)
                    #expect(json.code == 64 && json.output.isEmpty && failure.code == "console.usage", "\(json)")
                }
            }
        }
    }

    /// What a program with `--json` says of its failure: the last line on standard error.
    struct Failure: Decodable {
        struct Content: Decodable {
            let code: String
            let message: String
        }
        private let error: Content
        var code: String { error.code }
        var message: String { error.message }

        init(_ outcome: Outcome) throws {
            self = try JSONDecoder().decode(Failure.self, from: Data((outcome.errorLines.last ?? "").utf8))
        }
    }
}
