import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    /// What `make man` and `make completions` write, made of the programs that were built for the tests.
    @Suite struct ManualAndCompletionsAreSoundTests {
        let charity: Charity
        private static let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

        init() throws { charity = try .shared }

        private func isThere(_ tool: String) -> Bool {
            FileManager.default.isExecutableFile(atPath: tool)
        }

        private func make(_ script: String) throws -> String {
            let folder = "\(charity.root)/\(script)"
            let made = try RunningProgram(
                ["\(Self.package)/Scripts/\(script)", BuiltProgram.folder.path, folder], environment: ["SOURCE_DATE_EPOCH": "1700000000"]
            ).end()
            try #require(made.code == 0 && made.errors.isEmpty, "\(made)")
            return folder
        }

        @Test func `there is a page for every command, and mandoc finds nothing wrong with any`() throws {
            let folder = try make("manual")
            defer { try? FileManager.default.removeItem(atPath: folder) }
            var expected: Set<String> = []
            for program in Charity.programs {
                expected.insert("\(program.name).1")
                for command in try CommandHelp.of(program).commands {
                    let name = "\(program.name)-\(command.commandName).1"
                    expected.insert(name)
                    let page = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "SEE ALSO"] {
                        #expect(page.contains("\n.Sh \(section)\n"), "\(name): \(section)")
                    }
                    for argument in command.arguments ?? [] where argument.shouldDisplay {
                        for name in argument.typed { #expect(page.contains("Fl \(name.dropFirst())"), "\(name)") }
                    }
                }
            }
            #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder)) == expected)
            guard isThere("/usr/bin/mandoc") else { return }
            let lint = try RunningProgram(["mandoc", "-Tlint", "-Wwarning"] + expected.map { "\(folder)/\($0)" }).end()
            #expect(lint.code == 0 && lint.output.isEmpty, "\(lint)")
        }

        @Test(arguments: [
            ("/usr/bin/bash", ["-n"], "bash-completion/completions/", ""), ("/usr/bin/zsh", ["-n"], "zsh/site-functions/_", ""),
            ("/usr/bin/fish", ["--no-execute"], "fish/vendor_completions.d/", ".fish"),
        ]) func `each shell can parse its completions, which name every command`(
            shell: String, check: [String], folder: String, ending: String
        ) throws {
            let made = try make("completions")
            defer { try? FileManager.default.removeItem(atPath: made) }
            for program in Charity.programs {
                let file = "\(made)/\(folder)\(program.name)\(ending)"
                let text = try String(contentsOfFile: file, encoding: .utf8)
                for command in try CommandHelp.of(program).commands { #expect(text.contains(command.commandName), "\(file)") }
                guard isThere(shell) else { continue }
                let checked = try RunningProgram([shell] + check + [file]).end()
                #expect(checked.code == 0 && checked.errors.isEmpty, "\(checked)")
            }
        }
    }
}
