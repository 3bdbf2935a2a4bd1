internal import Synchronization

/// Files in memory that forget, when told to crash, what was not synchronized.
///
/// It is stricter than most disks. Contents become durable by `synchronize` alone, and names by `synchronizeDirectory` of their directory alone:
/// synchronizing a file does not keep its name, and a directory whose own name is lost is lost with all that was in it. A rename within a directory
/// is one step; across directories it is one in each, and needs both synchronized, the target first. Modes last from creation on.
///
/// Every path begins at the root, which is there and empty at first. There are no links, and permissions are kept but not enforced.
package final class MemoryFileSystem: FileSystem {
    private let disk: Mutex<MemoryDisk>

    /// An empty file system; `capacityBytes` bounds the contents of all files together, and `device` is what `FileIdentity` tells of it.
    package init(capacityBytes: Int? = nil, device: UInt64 = 1) {
        disk = Mutex(MemoryDisk(device: device, capacityBytes: capacityBytes))
    }

    /// Stops the machine and starts it again: what was not synchronized is left as `policy` says, and every handle and lock is dead (`crashed`).
    package func crash(_ policy: CrashPolicy) {
        with { $0.crash(policy) }
    }

    /// Every byte array that is held anywhere, in no order: contents of files as programs see them and as the device has them, and each write
    /// that is not synchronized. Files that are removed count while a handle or a crash could bring them back.
    package var everyContents: [[UInt8]] {
        with { $0.everyContents() }
    }

    /// Makes one directory with exactly this mode.
    package func createDirectory(_ path: String, mode: UInt32) throws(FileError) {
        try with { (disk: inout MemoryDisk) throws(FileError) in try disk.createDirectory(path, mode: mode) }
    }

    /// The names in a directory, sorted.
    package func list(_ directory: String) throws(FileError) -> [String] {
        try with { (disk: inout MemoryDisk) throws(FileError) in try disk.list(directory) }
    }

    /// What lies at a path.
    package func status(_ path: String) throws(FileError) -> FileStatus? {
        try with { (disk: inout MemoryDisk) throws(FileError) in try disk.status(path) }
    }

    /// Makes a file that is not there yet.
    package func create(_ path: String, mode: UInt32) throws(FileError) -> any File {
        let id = try with { (disk: inout MemoryDisk) throws(FileError) in try disk.create(path, mode: mode) }
        return MemoryFile(self, id, path)
    }

    /// Opens a file that is there.
    package func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        let id = try with { (disk: inout MemoryDisk) throws(FileError) in try disk.open(path, for: mode) }
        return MemoryFile(self, id, path)
    }

    /// Gives a file another path in one step.
    package func rename(_ from: String, to: String) throws(FileError) {
        try with { (disk: inout MemoryDisk) throws(FileError) in try disk.rename(from, to: to) }
    }

    /// Gives a file a second path.
    package func link(_ path: String, to second: String) throws(FileError) {
        try with { (disk: inout MemoryDisk) throws(FileError) in try disk.link(path, to: second) }
    }

    /// Removes a file.
    package func remove(_ path: String) throws(FileError) {
        try with { (disk: inout MemoryDisk) throws(FileError) in try disk.remove(path) }
    }

    /// Removes an empty directory.
    package func removeDirectory(_ path: String) throws(FileError) {
        try with { (disk: inout MemoryDisk) throws(FileError) in try disk.removeDirectory(path) }
    }

    /// Makes the names in a directory durable.
    package func synchronizeDirectory(_ path: String) throws(FileError) {
        try with { (disk: inout MemoryDisk) throws(FileError) in try disk.synchronizeDirectory(path) }
    }

    /// Takes an exclusive lock, which belongs to this opening of the file, as `flock`'s does.
    package func lock(_ path: String) throws(FileError) -> any FileLock {
        let id = try with { (disk: inout MemoryDisk) throws(FileError) in try disk.lock(path) }
        return MemoryFileLock(self, id)
    }

    func with<Result: Sendable, Failure: Error>(_ body: (inout MemoryDisk) throws(Failure) -> Result) throws(Failure) -> Result {
        try disk.withLock { (disk: inout MemoryDisk) throws(Failure) in try body(&disk) }
    }
}
