import Foundation
import Glibc

/// A program at a terminal of its own, with a keyboard and a screen that a test holds, by way of script(1).
package final class TerminalProgram {
    /// What has to be there.
    package static let tool = "/usr/bin/script"

    private let process = Process()
    private let keyboard = Pipe()
    private let directory: URL

    /// Starts a program; `environment` is added to the little that there is.
    package init(_ program: BuiltProgram, _ arguments: [String], environment: [String: String] = [:]) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("terminal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let command = ([program.path] + arguments).map { "'\($0.replacingOccurrences(of: "'", with: "'\\''"))'" }.joined(separator: " ")
        process.executableURL = URL(fileURLWithPath: Self.tool)
        // The shell that script starts becomes the program, and keeps its number.
        process.arguments = [
            "-qefc", "echo $$ >'\(directory.appendingPathComponent("id").path)'; exec \(command)",
            directory.appendingPathComponent("screen").path,
        ]
        process.environment = ["PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"].merging(environment) { _, given in given }
            .merging(Sanitizer.environment) { given, _ in given }
        process.standardInput = keyboard
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        end()
        try? FileManager.default.removeItem(at: directory)
    }

    /// The program's process id; nil before it runs.
    package var id: Int32? {
        let text = try? String(contentsOf: directory.appendingPathComponent("id"), encoding: .utf8)
        return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// Everything that was shown.
    package var screen: String {
        String(decoding: (try? Data(contentsOf: directory.appendingPathComponent("screen"))) ?? Data(), as: UTF8.self)
    }

    /// Types something.
    package func type(_ text: String) {
        keyboard.fileHandleForWriting.write(Data(text.utf8))
    }

    /// Waits until `text` stands on the screen and the program sleeps: it waits for an answer. False after a minute, or where it ends before.
    package func asks(_ text: String) -> Bool {
        let deadline = Date() + 60
        while Date() < deadline, process.isRunning {
            if screen.contains(text), let id, Self.isAsleep(id) { return true }
            usleep(10_000)
        }
        return false
    }

    /// Waits until `text` stands on the screen. False after a minute, or where it ends before.
    package func shows(_ text: String) -> Bool {
        let deadline = Date() + 60
        while Date() < deadline {
            if screen.contains(text) { return true }
            guard process.isRunning else { return screen.contains(text) }
            usleep(10_000)
        }
        return false
    }

    /// Waits for its end, a minute at most.
    package func wait() {
        let deadline = Date() + 60
        while process.isRunning, Date() < deadline { usleep(10_000) }
    }

    /// Ends it, if it still runs.
    package func end() {
        guard process.isRunning else { return }
        if let id { kill(id, SIGKILL) }
        process.waitUntilExit()
    }

    /// Whether every thread of a process waits.
    private static func isAsleep(_ id: Int32) -> Bool {
        guard let threads = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task"), !threads.isEmpty else { return false }
        return threads.allSatisfy { thread in
            let status = (try? String(contentsOfFile: "/proc/\(id)/task/\(thread)/stat", encoding: .utf8)) ?? ""
            // The name, in brackets, may hold anything; the state follows it.
            return status.split(separator: ")").last?.split(separator: " ").first == "S"
        }
    }
}
