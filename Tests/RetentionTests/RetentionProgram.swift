import Foundation
import ProgramRunner

/// The built program, run as whoever runs the tests.
struct RetentionProgram {
    private static let program = BuiltProgram("vault-retention")
    static var isBuilt: Bool { program.isBuilt }

    let socket: String
    let vault: String
    let cells: [String]

    private var cellArguments: [String] { cells.flatMap { ["--cell", $0] } }

    /// Runs a command until it ends.
    func run(_ arguments: [String], environment: [String: String] = [:], input: Data = Data()) throws -> Outcome {
        try Self.program.run(arguments, input: input, environment: environment)
    }

    func initialise(_ more: String...) throws -> Outcome {
        try run(["init", "--vault", vault] + cellArguments + more)
    }

    /// A command that asks the running keeper.
    func ask(_ arguments: String...) throws -> Outcome {
        try run(arguments + ["--keeper", socket])
    }

    var runArguments: [String] { ["run", "--vault", vault, "--keeper", socket] + cellArguments }

    /// Starts the keeper and waits for the line that says that it answers.
    func start(environment: [String: String] = [:], _ more: [String] = [], prefix: [String] = []) throws -> RunningProgram {
        let keeper = try Self.program.start(runArguments + more, prefix: prefix, environment: environment)
        _ = keeper.wait { $0.output.contains(UInt8(ascii: "\n")) }
        return keeper
    }
}
