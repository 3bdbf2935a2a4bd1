import Foundation
import Glibc
import Sodium
import Synchronization
import System
import Testing

/// What is asked at a real terminal.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: PseudoTerminal.program), "script(1) gives the terminal"))
struct TerminalTests {
    private struct Answer: Sendable {
        var text = ""
        var error: HostError?
    }

    private static func secret(_ terminal: PseudoTerminal, room: Int = 100) -> Answer {
        do throws(HostError) {
            var secret = SecretBytes(zeros: room)
            var bytes = secret.mutableBytes
            let length = try Terminal.readSecretLine(prompt: "Passphrase: ", terminal: terminal.path, into: &bytes)
            return Answer(text: String(decoding: bytes.bytes.array[..<length], as: UTF8.self))
        } catch {
            return Answer(error: error)
        }
    }

    /// Types only once the question stands there: before, the terminal still echoes.
    private static func typing(_ text: String, at terminal: PseudoTerminal) throws -> RunningThread {
        try Threads.start(name: "typist") {
            if terminal.shows("Passphrase: ") { terminal.type(text) }
        }
    }

    @Test func `a secret is read and not shown, and the echo comes back`() throws {
        let terminal = try PseudoTerminal()
        let typist = try Self.typing("open sesame\n", at: terminal)
        #expect(Self.secret(terminal).text == "open sesame")
        typist.join()
        #expect(try terminal.echoes)
        terminal.type("visible\n")
        #expect(terminal.shows("visible"))
        #expect(!terminal.screen.contains("sesame"))
    }

    @Test func `two lines pasted at once answer two questions`() throws {
        let terminal = try PseudoTerminal()
        let typist = try Self.typing("first\nsecond\n", at: terminal)
        #expect(Self.secret(terminal).text == "first")
        #expect(Self.secret(terminal).text == "second")
        typist.join()
    }

    @Test func `an answer that does not fit is refused, and its rest is thrown away`() throws {
        let terminal = try PseudoTerminal()
        let typist = try Self.typing("much too long\n", at: terminal)
        #expect(Self.secret(terminal, room: 4).error?.code == .tooLong)
        typist.join()
        #expect(try terminal.echoes)
        let second = try Threads.start(name: "typist") { if terminal.shows("Again: ") { terminal.type("fine\n") } }
        #expect(try Terminal.readLine(prompt: "Again: ", terminal: terminal.path) == "fine")
        second.join()
    }

    @Test func `the end of input is no answer`() throws {
        let terminal = try PseudoTerminal()
        let typist = try Self.typing("\u{4}", at: terminal)
        #expect(Self.secret(terminal).error?.code == .endOfInput)
        typist.join()
        #expect(try terminal.echoes)
    }

    @Test func `a signal ends the question with the terminal put right, and still arrives`() throws {
        let terminal = try PseudoTerminal()
        let outcome = Mutex<(answer: Answer, signal: Signal?)>((Answer(), nil))
        try Threads.start(name: "asker") {
            let watcher = SignalWatcher()
            raise(SIGTERM)
            let answer = Self.secret(terminal)
            let signal = watcher.next(timeoutMilliseconds: 0)
            outcome.withLock { $0 = (answer, signal) }
        }.join()
        #expect(outcome.withLock { $0.answer.error?.code } == .interrupted)
        #expect(outcome.withLock { $0.signal } == .terminate)
        #expect(try terminal.echoes)
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT]) func `a program that dies of a signal leaves the terminal right`(signal: Int32)
        async throws
    {
        let terminal = try PseudoTerminal()
        let typist = try Self.typing("half an answer", at: terminal)
        await #expect(processExitsWith: .signal(signal)) { [path = terminal.path as String, signal = signal as Int32] in
            try Threads.start(name: "killer") {
                usleep(300_000)
                kill(getpid(), signal)
            }
            var secret = SecretBytes(zeros: 100)
            var bytes = secret.mutableBytes
            _ = try Terminal.readSecretLine(prompt: "Passphrase: ", terminal: path, into: &bytes)
        }
        typist.join()
        #expect(try terminal.echoes)
        #expect(!terminal.screen.contains("half"))
    }

    @Test func `a line is read with echo`() throws {
        let terminal = try PseudoTerminal()
        let typist = try Threads.start(name: "typist") { if terminal.shows("Name: ") { terminal.type("Änne\n") } }
        #expect(try Terminal.readLine(prompt: "Name: ", terminal: terminal.path) == "Änne")
        typist.join()
        #expect(terminal.shows("Änne"))
    }

    @Test(arguments: ["/dev/null", "/nowhere/tty"]) func `without a terminal nothing is asked`(path: String) {
        let error = #expect(throws: HostError.self) { try Terminal.readLine(prompt: "Name: ", terminal: path) }
        #expect(error?.code == .noTerminal)
    }
}
