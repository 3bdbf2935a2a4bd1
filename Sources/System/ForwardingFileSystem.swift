/// A file system that passes on to another whatever it does not do itself, for those that change a few operations alone.
package protocol ForwardingFileSystem: FileSystem {
    /// The other one. It is asked for anew with each operation.
    var base: any FileSystem { get }
}

extension ForwardingFileSystem {
    /// Makes one directory.
    package func createDirectory(_ path: String, mode: UInt32) throws(FileError) { try base.createDirectory(path, mode: mode) }
    /// The names in a directory.
    package func list(_ directory: String) throws(FileError) -> [String] { try base.list(directory) }
    /// What lies at a path.
    package func status(_ path: String) throws(FileError) -> FileStatus? { try base.status(path) }
    /// Makes a file that is not there yet.
    package func create(_ path: String, mode: UInt32) throws(FileError) -> any File { try base.create(path, mode: mode) }
    /// Opens a file that is there.
    package func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File { try base.open(path, for: mode) }
    /// Gives a file another path.
    package func rename(_ from: String, to: String) throws(FileError) { try base.rename(from, to: to) }
    /// Gives a file a second path.
    package func link(_ path: String, to second: String) throws(FileError) { try base.link(path, to: second) }
    /// Removes a file.
    package func remove(_ path: String) throws(FileError) { try base.remove(path) }
    /// Removes an empty directory.
    package func removeDirectory(_ path: String) throws(FileError) { try base.removeDirectory(path) }
    /// Makes the names in a directory durable.
    package func synchronizeDirectory(_ path: String) throws(FileError) { try base.synchronizeDirectory(path) }
    /// Takes the lock that a file stands for.
    package func lock(_ path: String) throws(FileError) -> any FileLock { try base.lock(path) }
}
