import System

/// A disk of which somebody keeps every sealed part and every calendar that is removed from it, under its own name in a folder aside.
struct KeepingFileSystem: FileSystem {
    let base = DiskFileSystem()
    /// Where they are kept; on the same file system.
    let aside: String

    func remove(_ path: String) throws(FileError) {
        let name = Self.name(of: path)
        // The copies of a calendar beside the cells have the same name and the same bytes.
        if name.hasSuffix(".calendar") || name.hasSuffix(".transcript"), try base.status("\(aside)/\(name)") == nil {
            try base.link(path, to: "\(aside)/\(name)")
        }
        try base.remove(path)
    }

    func createDirectory(_ path: String, mode: UInt32) throws(FileError) { try base.createDirectory(path, mode: mode) }
    func list(_ directory: String) throws(FileError) -> [String] { try base.list(directory) }
    func status(_ path: String) throws(FileError) -> FileStatus? { try base.status(path) }
    func create(_ path: String, mode: UInt32) throws(FileError) -> any File { try base.create(path, mode: mode) }
    func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File { try base.open(path, for: mode) }
    func rename(_ from: String, to: String) throws(FileError) { try base.rename(from, to: to) }
    func link(_ path: String, to second: String) throws(FileError) { try base.link(path, to: second) }
    func removeDirectory(_ path: String) throws(FileError) { try base.removeDirectory(path) }
    func synchronizeDirectory(_ path: String) throws(FileError) { try base.synchronizeDirectory(path) }
    func lock(_ path: String) throws(FileError) -> any FileLock { try base.lock(path) }
}
