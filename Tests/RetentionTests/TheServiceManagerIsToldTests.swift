import Foundation
import Glibc
import Keeper
import ProgramRunner
import Records
import Retention
import Sodium
import Synchronization
import System
import Testing

/// `vault-retention run` under a service manager: what it is told and when, and that the watchdog hears of a keeper that answers, and of no other.
@Suite(.enabled(if: RetentionProgram.isBuilt, "the program was not built beside the tests: it was not run"))
final class TheServiceManagerIsToldTests {
    private let place: ProgramGround
    private var directory: String { place.directory }
    private var ground: Ground { place.ground }
    private var program: RetentionProgram { place.program }

    init() throws {
        place = try ProgramGround("manager")
        try #require(try program.initialise().code == 0)
    }

    private var client: KeeperClient { KeeperClient(socket: program.socket, vault: ground.roster.vault) }

    private static func microseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }

    @Test(arguments: [false, true]) func `it hears that the keeper is ready, alive, reloading, and at last stopping`(isAbstract: Bool)
        throws
    {
        let manager = try NotifySocket((isAbstract ? "@" : "") + "\(directory)/notify")
        let keeper = try program.start(
            environment: ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "1500000"], ["--log-format", "journal"])
        let ready = try #require(manager.next())
        #expect(ready.hasPrefix("READY=1\nSTATUS=everything that expired before \(ground.today) is destroyed; nothing is overdue"))
        #expect(try client.today() == ground.today, "ready is who answers")
        for _ in 0..<3 { #expect(manager.next(beginning: "WATCHDOG=1") == "WATCHDOG=1") }
        let before = Self.microseconds()
        keeper.signal(SIGHUP)
        let reloading = try #require(manager.next(beginning: "RELOADING=1"))
        let since = try #require(reloading.split(separator: "\n").last?.split(separator: "=").last.flatMap { Int($0) })
        #expect(reloading.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") && (before...Self.microseconds()).contains(since), "\(reloading)")
        // Between the two nothing comes but how things are, and that it is alive.
        while let next = manager.next(), next != "READY=1" { #expect(next.hasPrefix("STATUS=") || next == "WATCHDOG=1", "\(next)") }
        keeper.signal(SIGTERM)
        #expect(manager.next(beginning: "STOPPING=1") == "STOPPING=1")
        let end = keeper.end()
        #expect(end.code == 0 && manager.drain().allSatisfy { $0.hasPrefix("STATUS=") }, "it is not alive or ready again")
        #expect(end.errorLines.allSatisfy { $0.hasPrefix("<") && $0.dropFirst(2).hasPrefix(">") }, "\(end.errors)")
        #expect(end.errors.contains("<5>reload: nothing has changed") && end.errors.contains("<5>stopped: "), "\(end.errors)")
    }

    @Test func `who cannot answer never says that it is ready`() throws {
        let manager = try NotifySocket("\(directory)/notify")
        let first = try program.start()
        let second = try program.run(program.runArguments, environment: ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "1500000"])
        #expect(second.isRefusal && manager.drain() == [], "\(second.errors)")
        first.signal(SIGTERM)
        first.end()
    }

    @Test func `a manager that is not there, or does not want to be told, keeps nobody from anything`() throws {
        for environment in [["NOTIFY_SOCKET": "\(directory)/nothing"], ["NOTIFY_SOCKET": "vsock:1:2"], ["NOTIFY_SOCKET": ""]] {
            let keeper = try program.start(environment: environment)
            #expect(try client.today() == ground.today)
            keeper.signal(SIGTERM)
            #expect(keeper.end().code == 0)
        }
    }

    @Test func `another process's watchdog is not meant`() throws {
        let other = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"]))
        #expect(other.watchdogMilliseconds == nil)
        let own = try #require(
            ServiceManager(environment: ["NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "\(getpid())"]))
        #expect(own.watchdogMilliseconds == 2000)
        #expect(ServiceManager(environment: [:]) == nil && ServiceManager(environment: ["WATCHDOG_USEC": "1"]) == nil)
        let manager = try NotifySocket("@\(directory)/own")
        let told = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": manager.name]))
        #expect(told.tell(.status("two\nREADY=1"), .alive))
        #expect(manager.next() == "STATUS=two READY=1\nWATCHDOG=1", "a line of status is no assignment of its own")
    }

    /// Each first `fdatasync` of a thread takes five seconds, as on a device that hangs: meanwhile nobody is answered.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace"), "strace is not there"))
    func `the watchdog hears nothing while nobody is answered`() throws {
        let manager = try NotifySocket("\(directory)/notify")
        let slow = [
            "strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=5000000:when=1",
        ]
        let keeper = try program.start(environment: ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "1500000"], prefix: slow)
        #expect(manager.next(beginning: "WATCHDOG=1") != nil, "\(keeper.errors)")
        let client = client
        let page = ground.today.adding(days: 30)
        let asking = try Threads.start(name: "asking") { try? client.preparePages([page]) }
        func silences() -> Int { keeper.errors.components(separatedBy: "the watchdog is not fed").count - 1 }
        try #require(keeper.wait { _ in silences() >= 1 }, "\(keeper.errors)")
        _ = manager.drain()
        try #require(keeper.wait { _ in silences() >= 3 }, "\(keeper.errors)")
        #expect(!manager.drain().contains { $0.contains("WATCHDOG") }, "the watchdog was fed by a keeper that answers nobody")
        asking.join()
        #expect(manager.next(beginning: "WATCHDOG=1") != nil, "it answers again")
        keeper.signal(SIGTERM)
        keeper.end()
    }

    /// The file of who may ask what lies on a device on which each opening takes six seconds.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace"), "strace is not there"))
    func `while a reload waits for a device the watchdog is fed, and signals are heard`() throws {
        let manager = try NotifySocket("\(directory)/notify")
        let list = "\(directory)/keeper.allow"
        try DiskFileSystem().replaceDurably(list, Array("1000:seal\n".utf8).rawSpan, mode: 0o644)
        let slow = [
            "strace", "-D", "-f", "-qq", "-o", "/dev/null", "-P", list, "-e", "trace=openat", "-e", "inject=openat:delay_enter=6000000",
        ]
        let keeper = try program.start(
            environment: ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "1500000"], ["--allow-file", list], prefix: slow)
        #expect(manager.next(beginning: "WATCHDOG=1") != nil, "\(keeper.errors)")
        keeper.signal(SIGHUP)
        #expect(manager.next(beginning: "RELOADING=1") != nil)
        var beats = 0
        while let next = manager.next(), next != "READY=1" { beats += next == "WATCHDOG=1" ? 1 : 0 }
        #expect(beats > 0, "\(keeper.errors)")
        // And to the next it does not listen at all, for it ends.
        keeper.signal(SIGHUP)
        #expect(manager.next(beginning: "RELOADING=1") != nil)
        keeper.signal(SIGTERM)
        let stopping = manager.next { $0 == "STOPPING=1" || $0 == "READY=1" }
        #expect(stopping == "STOPPING=1", "it ends without waiting for the reload")
        #expect(keeper.end().code == 0)
    }

    @Test func `a pulse is an answer, not a listener`() throws {
        let random = StallingRandom()
        let memory = try Ground()
        try memory.initialise()
        let keeper = try RetentionKeeper(opening: memory.place(on: memory.fileSystem, random: random), key: memory.keeperKey)
        let door = try Door(keeper)
        let pulse = KeeperPulse(socket: door.socket, patienceMilliseconds: 2_000)
        #expect(pulse.beats() && pulse.beats())
        random.isStalled.store(true, ordering: .releasing)
        let page = memory.today.adding(days: 30)
        let drawing = try Threads.start(name: "drawing") { _ = try? keeper.drawPages([page]) }
        while !random.isWaiting.load(ordering: .acquiring) { OwnProcess.pause(milliseconds: 1) }
        #expect(!pulse.beats() && !pulse.beats(), "somebody listens, and nobody answers")
        random.isStalled.store(false, ordering: .releasing)
        drawing.join()
        #expect(pulse.beats())
        #expect(!KeeperPulse(socket: "\(directory)/nothing", patienceMilliseconds: 300).beats())
    }

    @Test func `a house that is full is not a silent one`() throws {
        let memory = try Ground()
        var limits = KeeperServer.Limits()
        limits.connectionsOfOneUser = 3
        let door = try Door(memory.newKeeper(), limits: limits)
        let pulse = KeeperPulse(socket: door.socket, patienceMilliseconds: 5_000)
        #expect(pulse.beats())
        // Until the pulse's fresh connection has left.
        while door.server.connectionCount > 1 { OwnProcess.pause(milliseconds: 1) }
        let clients = try (0..<2).map { _ in
            let client = door.client()
            _ = try client.today()
            return client
        }
        #expect(pulse.beats(), "whoever fills the house cannot have the keeper killed")
        for client in clients { #expect(try client.today() == memory.today) }
    }
}

/// Draws random bytes, unless it is told to hang: then the calendar's door stays shut.
final class StallingRandom: RandomSource {
    let isStalled = Atomic(false)
    let isWaiting = Atomic(false)

    func fill(_ bytes: inout MutableRawSpan) {
        while isStalled.load(ordering: .acquiring) {
            isWaiting.store(true, ordering: .releasing)
            OwnProcess.pause(milliseconds: 1)
        }
        SystemRandom().fill(&bytes)
    }
}
