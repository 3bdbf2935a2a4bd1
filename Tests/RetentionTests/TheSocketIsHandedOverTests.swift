import Foundation
import Glibc
import Keeper
import ProgramRunner
import Records
import Retention
import System
import Testing

/// A socket that whoever starts the keeper made for it, as systemd's socket units do: LISTEN_FDS and LISTEN_PID, from descriptor 3 on.
@Suite(.enabled(if: RetentionProgram.isBuilt, "the program was not built beside the tests: it was not run"))
final class TheSocketIsHandedOverTests {
    static let python = "/usr/bin/python3"
    static let activate = "/usr/bin/systemd-socket-activate"
    /// Holds a socket and starts the program again whenever it ends well, as a manager does; `count` descriptors are handed over.
    static let launcher = """
        import os, socket, sys
        path, count, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
        held = []
        for number in range(count):
            if kind == "file":
                held.append(os.open("/dev/null", os.O_RDONLY))
                continue
            made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM if kind == "datagram" else socket.SOCK_STREAM)
            made.bind("\\0" + path if kind == "abstract" else path + ("" if number == 0 else str(number)))
            if kind not in ("datagram", "deaf"):
                made.listen(16)
            held.append(os.dup(made.fileno()))
        while True:
            child = os.fork()
            if child == 0:
                copies = [os.dup(number) for number in held]
                for place, number in enumerate(copies):
                    os.dup2(number, 3 + place)
                os.environ["LISTEN_PID"] = str(os.getpid() + (1 if kind == "other" else 0))
                os.environ["LISTEN_FDS"] = str(count)
                os.execv(sys.argv[4], sys.argv[4:])
            print(child, flush=True)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if status != 0:
                sys.exit(status)
        """
    private let place: ProgramGround
    private var directory: String { place.directory }
    private var ground: Ground { place.ground }
    private var program: RetentionProgram { place.program }

    init() throws {
        // A path at which nobody ever listens: what is handed over counts.
        place = try ProgramGround("handed", socket: "unused")
        try #require(try program.initialise().code == 0)
        try Data(Self.launcher.utf8).write(to: URL(fileURLWithPath: "\(directory)/launcher.py"))
    }

    private var socket: String { "\(directory)/handed" }

    private func launch(_ count: Int = 1, _ kind: String = "stream") throws -> RunningProgram {
        let built = BuiltProgram("vault-retention").path
        return try RunningProgram([Self.python, "\(directory)/launcher.py", socket, "\(count)", kind, built] + program.runArguments)
    }

    /// The process ids of the keepers that were started, in order.
    private func children(_ manager: RunningProgram) -> [Int32] {
        String(decoding: manager.output, as: UTF8.self).split(separator: "\n").compactMap { Int32($0) }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "python3 is not there"))
    func `it is used, outlives the keeper, and who waits there is answered by the next one`() throws {
        let manager = try launch()
        func waitForReady(_ number: Int) -> Bool {
            manager.wait { String(decoding: $0.output, as: UTF8.self).components(separatedBy: "ready: ").count > number }
        }
        try #require(waitForReady(1), "\(manager.errors)")
        let client = KeeperClient(socket: socket, vault: ground.roster.vault)
        for round in 1...4 {
            #expect(try client.today() == ground.today)
            #expect(!FileManager.default.fileExists(atPath: program.socket) && FileManager.default.fileExists(atPath: socket))
            let first = try #require(children(manager).last)
            // Somebody is being answered when it stops; somebody asks in the very moment in which nobody listens.
            kill(first, round.isMultiple(of: 2) ? SIGTERM : SIGINT)
            let waiting = try LocalSocketConnection.connect(path: socket)
            waiting.setTimeouts(sendMilliseconds: 30_000, receiveMilliseconds: 30_000)
            // The one that was stopping may have let it in and sent it away; then it asks again, as clients do.
            let isAsked = (try? waiting.write(KeeperRequest.today.encoded.rawSpan)) != nil
            let isAnswered = isAsked && (try? KeeperWire.readFrame(from: waiting)) ?? nil != nil
            try #require(waitForReady(round + 1), "\(manager.errors)")
            if !isAnswered { #expect(try KeeperClient(socket: socket, vault: nil).today() == ground.today) }
        }
        #expect(Set(children(manager)).count == 5)
        let last = try #require(children(manager).last)
        manager.signal(SIGKILL)
        kill(last, SIGTERM)
        manager.end()
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "python3 is not there"))
    func `who connects while no keeper runs waits for the next`() throws {
        let manager = try launch()
        try #require(manager.wait { String(decoding: $0.output, as: UTF8.self).contains("ready: ") }, "\(manager.errors)")
        let first = try #require(children(manager).last)
        // The manager is stopped, so that nobody is started; the keeper ends; nobody listens but the kernel.
        manager.signal(SIGSTOP)
        kill(first, SIGTERM)
        while kill(first, 0) == 0, try String(contentsOfFile: "/proc/\(first)/stat", encoding: .utf8).contains(") Z ") == false {
            usleep(2_000)
        }
        let waiting = try LocalSocketConnection.connect(path: socket)
        waiting.setTimeouts(sendMilliseconds: 60_000, receiveMilliseconds: 60_000)
        try waiting.write(KeeperRequest.today.encoded.rawSpan)
        manager.signal(SIGCONT)
        var answer: UInt8?
        if let frame = try KeeperWire.readFrame(from: waiting) { answer = frame.bytes.array[1] }
        #expect(answer == KeeperAnswer.today.rawValue)
        let last = try #require(children(manager).last)
        #expect(last != first)
        manager.signal(SIGKILL)
        kill(last, SIGTERM)
        manager.end()
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: python), "python3 is not there"),
        arguments: [(2, "stream", "more than one"), (1, "file", "not a Unix stream socket"), (1, "datagram", "not a Unix stream socket")]
            + [(1, "deaf", "not a Unix stream socket"), (1, "abstract", "not a Unix stream socket")])
    func `anything else that is handed over is refused in one line`(count: Int, kind: String, words: String) throws {
        let outcome = try launch(count, kind).end()
        #expect(outcome.code == 1 && outcome.errorLines.count == 1 && outcome.errors.contains(words), "\(outcome)")
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "python3 is not there"))
    func `what was meant for another process is left alone`() throws {
        let manager = try launch(1, "other")
        try #require(manager.wait { String(decoding: $0.output, as: UTF8.self).contains("ready: ") }, "\(manager.errors)")
        #expect(try KeeperClient(socket: program.socket, vault: nil).today() == ground.today)
        let child = try #require(children(manager).last)
        manager.signal(SIGKILL)
        kill(child, SIGTERM)
        manager.end()
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: activate), "systemd-socket-activate is not there"))
    func `systemd's own tool hands it over`() throws {
        let keeper = try BuiltProgram("vault-retention").start(
            program.runArguments, prefix: [Self.activate, "--listen", socket], environment: [:])
        // Its file is there before anybody may connect.
        try #require(keeper.wait { $0.errors.contains("Listening on") }, "\(keeper.errors)")
        // The first who connects has it started, and is answered.
        #expect(try KeeperClient(socket: socket, vault: ground.roster.vault).today() == ground.today)
        #expect(keeper.wait { String(decoding: $0.output, as: UTF8.self) == "ready: the keeper answers at \(self.socket)\n" })
        keeper.signal(SIGTERM)
        #expect(keeper.end().code == 0)
        #expect(FileManager.default.fileExists(atPath: socket), "it was not the keeper's to remove")
    }
}
