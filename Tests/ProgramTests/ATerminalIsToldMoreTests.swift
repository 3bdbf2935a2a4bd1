import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    /// What is for a terminal alone: how far long work has come, and colour.
    @Suite(
        .enabled(if: FileManager.default.isExecutableFile(atPath: TerminalProgram.tool), "script(1) is not there: no terminal was tried"))
    struct ATerminalIsToldMoreTests {
        let charity: Charity

        init() throws { charity = try .shared }

        /// Begins a control sequence (ECMA-48).
        private static let escape = "\u{1B}["
        private static let eraseLine = "\r\u{1B}[K"

        private func conversation(_ name: String) -> String {
            [Event(conversation: name).line, Event.end(name)].map { $0 + "\n" }.joined()
        }

        /// Has three conversations typed, the last two late enough for progress to be told.
        private func sealed(_ environment: [String: String]) throws -> String {
            let copy = try charity.copy("terminal")
            let terminal = try TerminalProgram(Charity.service, charity.sealing(at: copy.place), environment: environment)
            terminal.type(conversation("a"))
            for name in ["b", "c"] {
                usleep(700_000)
                terminal.type(conversation(name))
            }
            usleep(300_000)
            terminal.type("\u{04}")
            #expect(terminal.shows("3 conversations sealed for anna"), "\(terminal.screen)")
            terminal.wait()
            return terminal.screen
        }

        @Test func `how far it has come is one line that is erased at the end`() throws {
            let screen = try sealed(["TERM": "xterm"])
            let shown = try #require(screen.range(of: "\(Self.eraseLine)sealed: "), "\(screen)")
            let told = try #require(screen.range(of: "3 conversations sealed"))
            let last = try #require(screen.range(of: "sealed: ", options: .backwards, range: shown.lowerBound..<told.lowerBound))
            #expect(screen[last.upperBound..<told.lowerBound].contains(Self.eraseLine), "\(screen)")
        }

        @Test(arguments: [["TERM": "dumb"], [:]]) func `a terminal that cannot erase a line is shown none`(
            environment: [String: String]
        ) throws {
            let screen = try sealed(environment)
            #expect(!screen.contains("sealed: ") && !screen.contains(Self.escape), "\(screen)")
        }

        @Test func `a pipe and a file are told neither`() throws {
            let copy = try charity.copy("pipe")
            let input = ["a", "b", "c"].map { conversation($0) }
            // Fed as slowly as the terminal above.
            let feed = "for line in \"$@\"; do printf '%s' \"$line\"; sleep 0.7; done"
            let sealing = ([Charity.service.path] + charity.sealing(at: copy.place)).map { "'\($0)'" }.joined(separator: " ")
            let outcome = try RunningProgram(["sh", "-c", "{ \(feed); } | \(sealing)", "sh"] + input, environment: ["TERM": "xterm"]).end()
            #expect(outcome.code == 0 && outcome.lines.count == 3, "\(outcome)")
            #expect(outcome.errors == "3 conversations sealed for anna\n", "\(outcome)")
            let failed = try Charity.worker.run(["list", "--identity", "/nowhere"], environment: ["TERM": "xterm"])
            #expect(failed.isRefusal && !failed.errors.contains(Self.escape))
        }

        @Test(arguments: [
            (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": "1"], false), (["TERM": "xterm", "NO_COLOR": ""], true),
            (["TERM": "dumb"], false),
        ]) func `an error is coloured where that is wanted`(environment: [String: String], isColoured: Bool) throws {
            for arguments in [["list", "--identity", "/nowhere"], ["list", "--no-such-option"]] {
                let terminal = try TerminalProgram(Charity.worker, arguments, environment: environment)
                #expect(terminal.shows("--identity"), "\(terminal.screen)")
                terminal.wait()
                let screen = terminal.screen
                #expect(screen.contains("Error:") && screen.contains("\(Self.escape)1;31mError:") == isColoured, "\(screen)")
                #expect(screen.contains(Self.escape) == isColoured, "\(screen)")
            }
        }
    }
}
