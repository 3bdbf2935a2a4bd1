import Foundation
import Glibc
import ProgramRunner
import Testing

/// A system call of a thread: the N-th of its name.
struct SystemCall: Hashable, CustomStringConvertible {
    let name: String
    let number: Int

    var description: String { "\(name) \(number)" }
}

/// What happens at a system call instead of it.
struct Strike: CustomStringConvertible {
    enum Fault: String, CaseIterable {
        /// The program is killed.
        case kill = "signal=KILL"
        /// The call fails once; the device has no room.
        case noSpace = "error=ENOSPC"
        /// The call fails once; the device has an error.
        case inputOutput = "error=EIO"
        /// From this one on every call of this name fails; the device stays full.
        case staysFull = "error=ENOSPC, and ever after"
    }

    let call: SystemCall
    let fault: Fault

    /// As strace understands it.
    var injection: String {
        let fault = fault.rawValue.split(separator: ",")[0]
        return "inject=\(call.name):\(fault):when=\(call.number)\(self.fault == .staysFull ? "+" : "")"
    }

    var description: String { "\(fault) at \(call)" }

    /// The calls that change files.
    static let changing: Set<String> = [
        "write", "pwrite64", "fsync", "fdatasync", "openat", "rename", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "ftruncate",
        "link", "fchmod",
    ]

    /// A kill at each call, and each error at each that changes files.
    static func all(at calls: [SystemCall]) -> [Strike] {
        calls.flatMap { call in
            Fault.allCases.filter { $0 == .kill || changing.contains(call.name) }.map { Strike(call: call, fault: $0) }
        }
    }
}

/// strace(1), attached to all threads of a keeper that waits for questions: from then on each thread's calls are counted, a new thread's from one.
final class Tracer {
    private let program: RunningProgram
    private let file: String

    /// Attaches; with a strike the calls of that name alone are looked at.
    init(to keeper: RunningProgram, writing file: String, _ strike: Strike? = nil) throws {
        self.file = file
        // Its own threads at work would be struck, not those that answer.
        try #require(keeper.wait { Self.isWaiting($0.id) }, "the keeper does not come to rest")
        let wanted = strike.map { ["-e", "trace=\($0.call.name)", "-e", $0.injection] } ?? []
        program = try RunningProgram(["strace", "-f", "-o", file] + wanted + ["-p", "\(keeper.id)"])
        try #require(program.wait { _ in Self.isTraced(keeper.id) }, "\(program.errors)")
    }

    /// Waits until the keeper is gone and all is written.
    func end() { program.end() }

    deinit {
        program.signal(SIGKILL)
        try? FileManager.default.removeItem(atPath: file)
    }

    /// Whether something was done to a call.
    var hasInjected: Bool { ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").contains("(INJECTED)") }

    /// The calls of the thread that did an act, from its question to its answer.
    func callsOfAct() throws -> [SystemCall] {
        var threads: [Substring: [Substring]] = [:]
        let text = try String(contentsOfFile: file, encoding: .utf8)
        for line in text.split(separator: "\n") {
            let pieces = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard pieces.count == 2, let name = pieces[1].drop(while: { $0 == " " }).split(separator: "(").first,
                name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
            else { continue }
            threads[pieces[0], default: []].append(name)
        }
        let thread = try #require(threads.values.max { $0.count { $0 == "pwrite64" } < $1.count { $0 == "pwrite64" } })
        var counts: [Substring: Int] = [:]
        let calls = thread.map { name in
            counts[name, default: 0] += 1
            return SystemCall(name: String(name), number: counts[name] ?? 0)
        }
        let question = try #require(calls.firstIndex { $0.name == "recvfrom" })
        let answer = try #require(calls.lastIndex { $0.name == "sendto" })
        return Array(calls[question...answer])
    }

    /// Whether the keeper's first thread waits for a signal, and one other for whoever knocks.
    private static func isWaiting(_ id: Int32) -> Bool {
        func atRest() -> Bool {
            let threads = threads(id)
            return threads.count == 2 && threads.allSatisfy { status(id, $0).contains("State:\tS") }
        }
        guard atRest() else { return false }
        usleep(5_000)
        return atRest()
    }

    private static func isTraced(_ id: Int32) -> Bool {
        let threads = threads(id)
        return !threads.isEmpty && threads.allSatisfy { !status(id, $0).contains("TracerPid:\t0\n") }
    }

    private static func threads(_ id: Int32) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
    }

    private static func status(_ id: Int32, _ thread: String) -> String {
        (try? String(contentsOfFile: "/proc/\(id)/task/\(thread)/status", encoding: .utf8)) ?? "TracerPid:\t0\n"
    }

    /// Whether a process may be looked at here at all.
    static let isPermitted: Bool = {
        // A keeper gave up being looked at by its like: it takes CAP_SYS_PTRACE, which a container's root may not have.
        let capabilities = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?.split(separator: "\n")
            .first { $0.hasPrefix("CapEff:") }.flatMap { UInt64($0.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) }
        guard let capabilities, capabilities >> 19 & 1 == 1 else { return false }
        guard ProgramTests.canTrace, let sleeper = try? RunningProgram(["sleep", "20"]) else { return false }
        defer {
            sleeper.signal(SIGKILL)
            sleeper.end()
        }
        guard let tracer = try? RunningProgram(["strace", "-f", "-o", "/dev/null", "-p", "\(sleeper.id)"]) else { return false }
        return tracer.wait(limit: 10) { _ in isTraced(sleeper.id) }
    }()
}
