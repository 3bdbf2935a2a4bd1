package import Foundation
import Glibc

/// A program that runs. Its streams go to files, so that nobody waits for anybody; it is killed when nobody holds this any more.
package final class RunningProgram: Sendable {
    private let process = Process()
    private let directory: URL
    private let streams: [FileHandle]

    /// Starts a command, which is found as a shell would find it; see `BuiltProgram.run`.
    package init(
        _ command: [String], input: Data = Data(), environment: [String: String] = [:], directory workingDirectory: String? = nil
    ) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try input.write(to: directory.appendingPathComponent("in"))
        for name in ["out", "err"] { try Data().write(to: directory.appendingPathComponent(name)) }
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["--"] + command
        process.environment = environment.merging(["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"]) { given, _ in given }
            .merging(Sanitizer.environment) { given, _ in given }
        if let workingDirectory { process.currentDirectoryURL = URL(fileURLWithPath: workingDirectory) }
        let reading = try FileHandle(forReadingFrom: directory.appendingPathComponent("in"))
        let output = try FileHandle(forWritingTo: directory.appendingPathComponent("out"))
        let errors = try FileHandle(forWritingTo: directory.appendingPathComponent("err"))
        streams = [reading, output, errors]
        process.standardInput = reading
        process.standardOutput = output
        process.standardError = errors
        try process.run()
    }

    deinit {
        if process.isRunning { signal(SIGKILL) }
        for stream in streams { try? stream.close() }
        try? FileManager.default.removeItem(at: directory)
    }

    /// Its process id.
    package var id: Int32 { process.processIdentifier }
    /// Whether it runs.
    package var isRunning: Bool { process.isRunning }
    /// Standard output so far.
    package var output: Data { (try? Data(contentsOf: directory.appendingPathComponent("out"))) ?? Data() }
    /// Standard error so far.
    package var errors: String {
        String(decoding: (try? Data(contentsOf: directory.appendingPathComponent("err"))) ?? Data(), as: UTF8.self)
    }

    /// Sends it a signal.
    package func signal(_ number: Int32) {
        guard process.isRunning else { return }
        kill(process.processIdentifier, number)
    }

    /// Waits until a condition holds; false where the program ends before, or `limit` seconds are over.
    package func wait(limit: TimeInterval = 60, until condition: (RunningProgram) -> Bool) -> Bool {
        let deadline = Date() + limit
        while !condition(self) {
            guard process.isRunning, Date() < deadline else { return condition(self) }
            usleep(2_000)
        }
        return true
    }

    /// Waits for its end, and kills it after `limit` seconds.
    @discardableResult
    package func end(limit: TimeInterval = 120) -> Outcome {
        let deadline = Date() + limit
        while process.isRunning {
            if Date() > deadline { signal(SIGKILL) }
            usleep(2_000)
        }
        let status = process.terminationStatus
        return Outcome(code: process.terminationReason == .exit ? status : -status, output: output, errors: errors)
    }
}
