import Foundation
import Glibc
import ProgramRunner
import Records
import System

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

/// A vault on the machine's disk and under its clock, for the built program; it goes with this value.
final class ProgramGround {
    let directory: String
    let ground: Ground
    let program: RetentionProgram

    /// A vault without a keeper yet, in a directory that has this name.
    init(_ name: String, cells: [String] = ["cell-a", "cell-b"], socket: String = "socket") throws {
        directory = "/tmp/\(name)-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let places = cells.map { [directory] in "\(directory)/\($0)" }
        let now = Timestamp(seconds: SystemWallClock().now().seconds)
        ground = try Ground(fileSystem: DiskFileSystem(), root: "\(directory)/vault", cells: places, at: now)
        program = RetentionProgram(socket: "\(directory)/\(socket)", vault: "\(directory)/vault", cells: places)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}
