import Foundation

/// Where the benchmarks write: a directory on the disk that is asked about, not in memory. `Scripts/bench` makes and removes it.
enum Place {
    private static let root = ProcessInfo.processInfo.environment["VAULT_BENCH_PLACE"] ?? FileManager.default.currentDirectoryPath + "/.build"

    /// A new empty directory.
    static func fresh() throws -> String {
        let path = "\(root)/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
