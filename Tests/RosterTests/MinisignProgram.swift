import Foundation

/// The real `minisign` program, run in a directory of its own.
struct MinisignProgram {
    static let url = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
        .map { URL(fileURLWithPath: String($0)).appendingPathComponent("minisign") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    static let absent = "the minisign program is not installed: what it says of our files was not asked"

    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("minisign-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    func remove() {
        try? FileManager.default.removeItem(at: directory)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: directory.appendingPathComponent(name))
    }

    func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: directory.appendingPathComponent(name)))
    }

    /// The exit code.
    func run(_ arguments: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = Self.url
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
