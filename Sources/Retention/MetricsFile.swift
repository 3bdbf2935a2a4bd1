internal import Sodium
package import System

/// A file that a collector of metrics reads whenever it likes, as node_exporter's textfile collector does: replaced in one step, never half.
package struct MetricsFile: Sendable {
    /// What stands behind the name of what is being written. A collector looks at names that end in `.prom` and not at this one.
    private static let suffix = ".new"
    /// Anybody may read it: there is nothing secret in it.
    private static let mode: UInt32 = 0o644

    private let path: String
    private let fileSystem: any FileSystem

    /// The file at `path`.
    package init(path: String, fileSystem: any FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    /// Replaces it. It is not made durable: after the power was gone it is too old to be of use.
    package func write(_ text: String) throws(RetentionError) {
        let new = path + Self.suffix
        try RetentionError.onFiles { () throws(FileError) in
            try fileSystem.removeIfPresent(new)
            let file = try fileSystem.create(new, mode: Self.mode)
            try file.append(Array(text.utf8).rawSpan)
            try file.close()
            try fileSystem.rename(new, to: path)
        }
    }

    /// Takes it away, so that nobody takes the last numbers of a keeper that ended for those of one that runs.
    package func remove() {
        try? fileSystem.removeIfPresent(path)
    }
}
