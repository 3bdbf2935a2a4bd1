import System

/// A machine on which what lies below one directory is away: an empty mount point, no directory at all, or a device that fails.
final class AwayFileSystem: FileSystem {
    enum Kind: CaseIterable, Sendable {
        /// Nothing is there, not even a directory.
        case nothing
        /// A directory is there, and it is empty.
        case mountPoint
        /// Names are there, and nothing can be read.
        case brokenDevice
    }

    let base: any FileSystem
    let directory: String
    let kind: Kind

    init(_ base: any FileSystem, without directory: String, kind: Kind = .nothing) {
        self.base = base
        self.directory = directory
        self.kind = kind
    }

    private func isAway(_ path: String) -> Bool { path == directory || path.hasPrefix("\(directory)/") }

    private func check(_ path: String, _ operation: String) throws(FileError) {
        guard isAway(path) else { return }
        throw FileError(kind == .brokenDevice ? .inputOutput : .notFound, operation, path)
    }

    func createDirectory(_ path: String, mode: UInt32) throws(FileError) {
        try check(path, "create")
        try base.createDirectory(path, mode: mode)
    }

    func list(_ path: String) throws(FileError) -> [String] {
        if path == directory, kind == .mountPoint { return [] }
        try check(path, "list")
        return try base.list(path)
    }

    func status(_ path: String) throws(FileError) -> FileStatus? {
        guard isAway(path) else { return try base.status(path) }
        switch kind {
        case .nothing: return nil
        case .mountPoint: return path == directory ? try base.status(path) : nil
        case .brokenDevice: return try base.status(path)
        }
    }

    func create(_ path: String, mode: UInt32) throws(FileError) -> any File {
        try check(path, "create")
        return try base.create(path, mode: mode)
    }

    func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        try check(path, "open")
        return try base.open(path, for: mode)
    }

    func rename(_ from: String, to: String) throws(FileError) {
        try check(to, "rename")
        try base.rename(from, to: to)
    }

    func link(_ path: String, to second: String) throws(FileError) {
        try check(second, "link")
        try base.link(path, to: second)
    }

    func remove(_ path: String) throws(FileError) {
        try check(path, "remove")
        try base.remove(path)
    }

    func removeDirectory(_ path: String) throws(FileError) {
        try check(path, "remove")
        try base.removeDirectory(path)
    }

    func synchronizeDirectory(_ path: String) throws(FileError) {
        try check(path, "synchronize")
        try base.synchronizeDirectory(path)
    }

    func lock(_ path: String) throws(FileError) -> any FileLock {
        try check(path, "lock")
        return try base.lock(path)
    }
}
