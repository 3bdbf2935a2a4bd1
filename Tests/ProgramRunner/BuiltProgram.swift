package import Foundation

/// One of the built programs, run as whoever runs the tests.
package struct BuiltProgram: Sendable {
    /// The folder of the built programs: where the program lies that runs the tests.
    package static let folder = URL(fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/")
        .deletingLastPathComponent()

    /// Its name.
    package let name: String

    /// The program of this name.
    package init(_ name: String) {
        self.name = name
    }

    /// Where it lies.
    package var path: String { Self.folder.appendingPathComponent(name).path }
    /// Whether it was built.
    package var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: path) }
    /// What to say where it was not.
    package static let absence = "the programs were not built beside the tests: they were not run"

    /// Runs it until it ends.
    ///
    /// - Parameters:
    ///   - arguments: its arguments.
    ///   - input: what comes on standard input; nothing, unless something is given.
    ///   - prefix: a command that is run with the program and its arguments behind it, as `setpriv` and `setsid` are.
    ///   - environment: all of its environment.
    ///   - directory: where it works; where the tests do, unless another is given.
    ///   - limit: after how many seconds it is killed.
    package func run(
        _ arguments: [String], input: Data = Data(), prefix: [String] = [], environment: [String: String] = [:],
        in directory: String? = nil,
        limit: TimeInterval = 120
    ) throws -> Outcome {
        let running = try start(arguments, input: input, prefix: prefix, environment: environment, in: directory)
        return running.end(limit: limit)
    }

    /// Starts it and does not wait.
    package func start(
        _ arguments: [String], input: Data = Data(), prefix: [String] = [], environment: [String: String] = [:], in directory: String? = nil
    ) throws -> RunningProgram {
        try RunningProgram(prefix + [path] + arguments, input: input, environment: environment, directory: directory)
    }
}
