import System

/// A file system where something else may happen before a file is opened or removed.
struct WatchedFileSystem: FileSystem {
    enum Moment {
        case opening
        case removing
    }

    let base: any FileSystem
    let watcher: @Sendable (Moment, String) throws(FileError) -> Void

    func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        try watcher(.opening, path)
        return try base.open(path, for: mode)
    }

    func remove(_ path: String) throws(FileError) {
        try watcher(.removing, path)
        try base.remove(path)
    }

    func createDirectory(_ path: String, mode: UInt32) throws(FileError) { try base.createDirectory(path, mode: mode) }
    func list(_ directory: String) throws(FileError) -> [String] { try base.list(directory) }
    func status(_ path: String) throws(FileError) -> FileStatus? { try base.status(path) }
    func create(_ path: String, mode: UInt32) throws(FileError) -> any File { try base.create(path, mode: mode) }
    func rename(_ from: String, to: String) throws(FileError) { try base.rename(from, to: to) }
    func link(_ path: String, to second: String) throws(FileError) { try base.link(path, to: second) }
    func removeDirectory(_ path: String) throws(FileError) { try base.removeDirectory(path) }
    func synchronizeDirectory(_ path: String) throws(FileError) { try base.synchronizeDirectory(path) }
    func lock(_ path: String) throws(FileError) -> any FileLock { try base.lock(path) }
}
