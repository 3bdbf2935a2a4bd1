import System

/// A file system where something else may happen before a file is opened or removed.
struct WatchedFileSystem: ForwardingFileSystem {
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
}
