import Foundation
import Records
import System

/// The built program, run as whoever runs the tests.
struct RetentionProgram {
    /// What a run came to.
    struct Result {
        let code: Int32
        let output: String
        let errors: String

        /// The lines on standard error, the last line's end left out.
        var lines: [Substring] { errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }
        /// Whether it failed with one line that says what and what to do.
        var isOneLine: Bool { lines.count == 1 && lines[0].hasPrefix("Error: ") && lines[0].count > 20 && output.isEmpty }
    }

    /// Beside the program that runs the tests.
    static let url = URL(fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/")
        .deletingLastPathComponent().appendingPathComponent("vault-retention")
    static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: url.path) }

    let socket: String
    let vault: String
    let cells: [String]

    private var cellArguments: [String] { cells.flatMap { ["--cell", $0] } }

    /// Runs a command until it ends.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
        let (process, output, errors) = Self.process(arguments, environment)
        try process.run()
        let reader = Reading(output)
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(code: process.terminationStatus, output: reader.text(), errors: String(decoding: text, as: UTF8.self))
    }

    func initialise(_ more: String...) throws -> Result {
        try run(["init", "--vault", vault] + cellArguments + more)
    }

    /// A command that asks the running keeper.
    func ask(_ arguments: String...) throws -> Result {
        try run(arguments + ["--keeper", socket])
    }

    var runArguments: [String] { ["run", "--vault", vault, "--keeper", socket] + cellArguments }

    /// Starts the keeper and waits for the line that says that it answers.
    func start() throws -> Running {
        let (process, output, errors) = Self.process(runArguments, [:])
        try process.run()
        return try Running(process, output, errors)
    }

    private static func process(_ arguments: [String], _ environment: [String: String]) -> (Process, Pipe, Pipe) {
        let (process, output, errors) = (Process(), Pipe(), Pipe())
        process.executableURL = url
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        return (process, output, errors)
    }

    /// A keeper that runs.
    final class Running {
        private let process: Process
        private let errors: Reading
        let ready: String

        init(_ process: Process, _ output: Pipe, _ errors: Pipe) throws {
            self.process = process
            self.errors = Reading(errors)
            var line: [UInt8] = []
            while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") { line.append(byte) }
            ready = String(decoding: line, as: UTF8.self)
        }

        deinit { if process.isRunning { process.terminate() } }

        var isRunning: Bool { process.isRunning }

        func signal(_ number: Int32) { kill(process.processIdentifier, number) }

        /// Waits for its end; its exit code and all that it said on standard error.
        func end() -> (code: Int32, errors: String) {
            process.waitUntilExit()
            return (process.terminationStatus, errors.text())
        }
    }

    /// Reads a pipe to its end in a thread of its own, so that nobody waits for anybody.
    final class Reading: @unchecked Sendable {
        // @unchecked: the thread writes before it leaves the group, the reader reads after it has waited for the group.
        private var data = Data()
        private let group = DispatchGroup()

        init(_ pipe: Pipe) {
            group.enter()
            Thread { [self] in
                data = pipe.fileHandleForReading.readDataToEndOfFile()
                group.leave()
            }.start()
        }

        func text() -> String {
            group.wait()
            return String(decoding: data, as: UTF8.self)
        }
    }
}
