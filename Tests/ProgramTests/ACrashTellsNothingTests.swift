import Foundation
import Glibc
import ProgramRunner
import Testing

extension ProgramTests {
    /// A program that crashes while it holds secrets says nothing of what was in its memory, or in its registers.
    @Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: TerminalProgram.tool), "script(1) is not there"))
    struct ACrashTellsNothingTests {
        // Not SIGABRT: whoever starts a program from a thread that blocks it hands that on.
        static let crashes = [SIGSEGV, SIGILL, SIGBUS, SIGTRAP]

        @Test(arguments: crashes) func `while it waits for a passphrase again`(signal: Int32) throws {
            let program = try TerminalProgram(
                Charity.team, ["identity", "somebody", "--out", "\(try Charity.shared.root)/crash-identity"])
            try #require(program.asks("New passphrase: "), "\(program.screen)")
            program.type("a passphrase that nobody may see\n")
            try #require(program.asks("The same again: "), "\(program.screen)")
            let before = program.screen
            #expect(kill(try #require(program.id), signal) == 0)
            program.wait()
            let told = program.screen.dropFirst(before.count)
            // script(1) itself tells on its last line how the program ended.
            let lines = told.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("Script done") }
            #expect(lines.isEmpty, "signal \(signal): \(told)")
        }

        @Test(arguments: crashes) func `while it keeps the calendar`(signal: Int32) throws {
            let copy = try Charity.shared.copy("crash-\(signal)")
            let before = copy.keeper.errors
            copy.keeper.signal(signal)
            let end = copy.keeper.end()
            #expect(end.code == -signal)
            #expect(end.errors == before)
        }
    }
}
