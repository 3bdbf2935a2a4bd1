import Synchronization
import System

/// A machine on which something goes away: when a switch says so, or at an operation.
final class SwitchingFileSystem: FileSystem {
    private struct State {
        var isAway = false
        var operations = 0
    }

    private let here: any FileSystem
    private let away: any FileSystem
    private let last: Int?
    private let state = Mutex(State())

    /// `here`, until the switch says or this many operations were done; then `away`.
    init(_ here: any FileSystem, _ away: any FileSystem, after last: Int? = nil) {
        self.here = here
        self.away = away
        self.last = last
    }

    var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }

    private var now: any FileSystem {
        let isAway = state.withLock { state in
            state.operations += 1
            if let last, state.operations > last { state.isAway = true }
            return state.isAway
        }
        return isAway ? away : here
    }

    func createDirectory(_ path: String, mode: UInt32) throws(FileError) { try now.createDirectory(path, mode: mode) }
    func list(_ path: String) throws(FileError) -> [String] { try now.list(path) }
    func status(_ path: String) throws(FileError) -> FileStatus? { try now.status(path) }
    func create(_ path: String, mode: UInt32) throws(FileError) -> any File { try now.create(path, mode: mode) }
    func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File { try now.open(path, for: mode) }
    func rename(_ from: String, to: String) throws(FileError) { try now.rename(from, to: to) }
    func link(_ path: String, to second: String) throws(FileError) { try now.link(path, to: second) }
    func remove(_ path: String) throws(FileError) { try now.remove(path) }
    func removeDirectory(_ path: String) throws(FileError) { try now.removeDirectory(path) }
    func synchronizeDirectory(_ path: String) throws(FileError) { try now.synchronizeDirectory(path) }
    func lock(_ path: String) throws(FileError) -> any FileLock { try now.lock(path) }
}
