internal import CSystemShim
internal import Glibc

/// The machine's own files.
package struct DiskFileSystem: FileSystem {
    /// The machine's own files.
    package init() {}

    /// Makes one directory with exactly this mode, whatever the umask.
    package func createDirectory(_ path: String, mode: UInt32) throws(FileError) {
        try check(unsafe mkdir(path, 0o700), "create directory", path)
        // mkdir drops setgid and obeys the umask. Not by path: in a directory that a group shares, a link could stand there by now.
        let descriptor = retrying { unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        guard descriptor >= 0, fchmod(descriptor, mode) == 0 else {
            let error = FileError(errno: errno, "set the mode of", path)
            if descriptor >= 0 { _ = Glibc.close(descriptor) }
            _ = unsafe rmdir(path)
            throw error
        }
        _ = Glibc.close(descriptor)
    }

    /// The names in a directory, sorted.
    package func list(_ directory: String) throws(FileError) -> [String] {
        guard let stream = unsafe opendir(directory) else { throw FileError(errno: errno, "list", directory) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw FileError(errno: errno, "list", directory) }
        return names.sorted()
    }

    /// What lies at a path, without following a link.
    package func status(_ path: String) throws(FileError) -> FileStatus? {
        var found = shim_status()
        guard unsafe shim_status(-1, path, &found) == 0 else {
            if errno == ENOENT { return nil }
            throw FileError(errno: errno, "look at", path)
        }
        return FileStatus(found)
    }

    /// Makes a file that is not there yet, and locks it.
    package func create(_ path: String, mode: UInt32) throws(FileError) -> any File {
        for _ in 0..<Self.lockAttempts {
            let descriptor = retrying { unsafe Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600) }
            try check(descriptor, "create", path)
            let file = DiskFile(descriptor: descriptor, path: path)
            try lockNew(descriptor, path)
            // Whoever found it before it was locked took it for left over, and removed it.
            guard try file.isStill(at: path) else { continue }
            guard fchmod(descriptor, mode) == 0 else {
                let error = FileError(errno: errno, "set the mode of", path)
                _ = unsafe unlink(path)
                throw error
            }
            return file
        }
        throw FileError(.busy, "create", path)
    }

    /// Locks a file that was just made. Somebody who found it before may hold its lock for as long as it takes to remove it; a file system
    /// without locks has no such neighbours.
    private func lockNew(_ descriptor: Int32, _ path: String) throws(FileError) {
        for _ in 0..<Self.lockWaitMilliseconds {
            if retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 || errno != EWOULDBLOCK { return }
            OwnProcess.pause(milliseconds: 1)
        }
        throw FileError(.busy, "create", path)
    }

    /// Opens a regular file that is there.
    package func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        let access = mode == .reading ? O_RDONLY : O_RDWR
        // O_NONBLOCK: opening a pipe must not wait for its other end before it is refused.
        let descriptor = retrying { unsafe Glibc.open(path, access | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
        try check(descriptor, "open", path)
        let file = DiskFile(descriptor: descriptor, path: path)
        guard try file.status().kind == .file else { throw FileError(.notARegularFile, "open", path) }
        return file
    }

    /// Gives a file another path in one step.
    package func rename(_ from: String, to: String) throws(FileError) {
        try check(unsafe Glibc.rename(from, to), "rename to", to)
    }

    /// Gives a file a second path.
    package func link(_ path: String, to second: String) throws(FileError) {
        try check(unsafe Glibc.link(path, second), "link to", second)
    }

    /// Removes a file.
    package func remove(_ path: String) throws(FileError) {
        try check(unsafe unlink(path), "remove", path)
    }

    /// Removes an empty directory.
    package func removeDirectory(_ path: String) throws(FileError) {
        try check(unsafe rmdir(path), "remove directory", path)
    }

    /// Makes the names in a directory durable.
    package func synchronizeDirectory(_ path: String) throws(FileError) {
        let descriptor = retrying { unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        try check(descriptor, "open", path)
        defer { _ = Glibc.close(descriptor) }
        try check(retrying { fsync(descriptor) }, "synchronize", path)
    }

    /// Takes an exclusive `flock`.
    package func lock(_ path: String) throws(FileError) -> any FileLock {
        for _ in 0..<Self.lockAttempts {
            // O_NONBLOCK: opening a pipe must not wait before it is refused.
            let number = retrying { unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600) }
            try check(number, "open", path)
            let descriptor = OwnedDescriptor(number)
            try check(retrying { flock(number, LOCK_EX | LOCK_NB) }, "lock", path)
            var found = shim_status()
            try check(unsafe shim_status(number, nil, &found), "look at", path)
            let held = FileStatus(found)
            guard held.kind == .file else { throw FileError(.notARegularFile, "lock", path) }
            // A lock on a file that was removed meanwhile keeps nobody out: the next one to come would make and lock another.
            if try status(path)?.identity == held.identity { return DiskFileLock(descriptor) }
        }
        throw FileError(.busy, "lock", path)
    }

    /// How often a file is made or locked that goes away between being opened and being locked.
    private static let lockAttempts = 8

    /// How long somebody else may hold the lock of a file that was just made.
    private static let lockWaitMilliseconds = 1000

    private func check(_ result: Int32, _ operation: String, _ path: String) throws(FileError) {
        guard result >= 0 else { throw FileError(errno: errno, operation, path) }
    }
}

/// A lock held through an open descriptor; the kernel gives it back when the process ends, however it ends.
final class DiskFileLock: FileLock {
    private let descriptor: OwnedDescriptor

    init(_ descriptor: OwnedDescriptor) {
        self.descriptor = descriptor
    }

    func release() {
        descriptor.close()
    }
}

/// Repeats a system call that a signal interrupted.
func retrying(_ call: () -> Int32) -> Int32 {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

/// Repeats a system call that returns a length and that a signal interrupted.
func retrying(_ call: () -> Int) -> Int {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

extension FileStatus {
    /// What `statx(2)` found.
    init(_ found: shim_status) {
        let kind: Kind =
            switch found.mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            default: .other
            }
        self.init(
            kind: kind,
            sizeBytes: Int(found.size),
            identity: FileIdentity(device: found.device, inode: found.inode),
            mode: found.mode & 0o7777,
            owner: found.owner,
            group: found.group
        )
    }
}
