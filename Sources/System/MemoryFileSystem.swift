internal import Synchronization

/// Files in memory, with a model of what survives when the machine stops.
///
/// What is written is volatile until the file is synchronized; a name is volatile until its directory is. `crash` throws away what a disk
/// might lose, and everything that was open dies with it.
package final class MemoryFileSystem: FileSystem {
    /// What survives a crash of the things that were not synchronized.
    package enum CrashPolicy: Hashable, Sendable {
        /// None of them.
        case nothingUnsynced
        /// All of them.
        case everything
        /// Some: each write kept, dropped or torn at sectors of 512 bytes, each directory's changes up to a point, chosen by this seed.
        case seeded(UInt64)
    }

    let state = Mutex(MemoryDisk())

    /// An empty disk with a root directory; where `capacityBytes` is given, file contents beyond it find no space.
    package init(capacityBytes: Int? = nil) {
        state.withLock { $0.capacityBytes = capacityBytes }
    }

    /// Stops the machine and starts it again.
    package func crash(_ policy: CrashPolicy) {
        state.withLock { $0.crash(policy) }
    }

    /// Everything that the disk and its cache hold of files that are there: the search ground for an old secret.
    package var everyContents: [[UInt8]] {
        state.withLock { disk in disk.nodes.values.flatMap { [$0.contents, $0.durableContents] } }
    }

    /// Makes one directory.
    package func createDirectory(_ path: String, mode: UInt32) throws(FileError) {
        try locked { disk throws(FileError) in
            _ = try disk.add(MemoryNode(kind: .directory, mode: mode), at: path, "create directory")
        }
    }

    /// The names in a directory, sorted.
    package func list(_ directory: String) throws(FileError) -> [String] {
        try locked { disk throws(FileError) in
            try disk.directory(directory, "list").entries.keys.sorted()
        }
    }

    /// What lies at a path.
    package func status(_ path: String) throws(FileError) -> FileStatus? {
        try locked { disk throws(FileError) in
            guard let number = disk.find(path), let node = disk.nodes[number] else { return nil }
            return FileStatus(
                kind: node.kind, sizeBytes: node.contents.count, identity: FileIdentity(device: 1, inode: UInt64(number)), mode: node.mode,
                owner: 0, group: 0)
        }
    }

    /// Makes a file that is not there yet.
    package func create(_ path: String, mode: UInt32) throws(FileError) -> any File {
        try locked { disk throws(FileError) in
            let number = try disk.add(MemoryNode(kind: .file, mode: mode), at: path, "create")
            return MemoryFile(self, node: number, path: path, isWritable: true, boot: disk.boot)
        }
    }

    /// Opens a file that is there.
    package func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        try locked { disk throws(FileError) in
            guard let number = disk.find(path) else { throw FileError(.notFound, "open", path) }
            guard disk.nodes[number]?.kind == .file else { throw FileError(.notARegularFile, "open", path) }
            return MemoryFile(self, node: number, path: path, isWritable: mode == .updating, boot: disk.boot)
        }
    }

    /// Gives a file another path.
    package func rename(_ from: String, to: String) throws(FileError) {
        try locked { disk throws(FileError) in
            guard let number = disk.find(from) else { throw FileError(.notFound, "rename to", to) }
            if let existing = disk.find(to), disk.nodes[existing]?.kind == .directory { throw FileError(.exists, "rename to", to) }
            try disk.change(.add(Self.name(of: to), number), in: Self.parent(of: to), "rename to", to)
            try disk.change(.remove(Self.name(of: from)), in: Self.parent(of: from), "rename to", to)
        }
    }

    /// Removes a file.
    package func remove(_ path: String) throws(FileError) {
        try locked { disk throws(FileError) in
            guard let number = disk.find(path) else { throw FileError(.notFound, "remove", path) }
            guard disk.nodes[number]?.kind == .file else { throw FileError(.notARegularFile, "remove", path) }
            try disk.change(.remove(Self.name(of: path)), in: Self.parent(of: path), "remove", path)
        }
    }

    /// Removes an empty directory.
    package func removeDirectory(_ path: String) throws(FileError) {
        try locked { disk throws(FileError) in
            guard try disk.directory(path, "remove directory").entries.isEmpty else { throw FileError(.exists, "remove directory", path) }
            try disk.change(.remove(Self.name(of: path)), in: Self.parent(of: path), "remove directory", path)
        }
    }

    /// Makes the names in a directory durable.
    package func synchronizeDirectory(_ path: String) throws(FileError) {
        try locked { disk throws(FileError) in
            guard let number = disk.find(path), var node = disk.nodes[number], node.kind == .directory else {
                throw FileError(.notFound, "synchronize", path)
            }
            node.durableEntries = node.entries
            node.changes = []
            disk.nodes[number] = node
            disk.dropUnreachable()
        }
    }

    /// Takes the lock that a file stands for.
    package func lock(_ path: String) throws(FileError) -> any FileLock {
        try locked { disk throws(FileError) in
            let found = disk.find(path)
            let number = if let found { found } else { try disk.add(MemoryNode(kind: .file, mode: 0o600), at: path, "lock") }
            guard disk.locks.insert(number).inserted else { throw FileError(.busy, "lock", path) }
            return MemoryFileLock(self, node: number, boot: disk.boot)
        }
    }

    func locked<R>(_ body: (inout MemoryDisk) throws(FileError) -> R) throws(FileError) -> R {
        try state.withLock { disk throws(FileError) in try body(&disk) }
    }
}

/// A lock that dies with the boot in which it was taken.
final class MemoryFileLock: FileLock {
    private let fileSystem: MemoryFileSystem
    private let node: Int
    private let boot: Int
    private let isReleased = Mutex(false)

    init(_ fileSystem: MemoryFileSystem, node: Int, boot: Int) {
        self.fileSystem = fileSystem
        self.node = node
        self.boot = boot
    }

    deinit {
        release()
    }

    func release() {
        guard isReleased.withLock({ released in
            defer { released = true }
            return !released
        }) else { return }
        fileSystem.state.withLock { disk in
            if disk.boot == boot { disk.locks.remove(node) }
        }
    }
}
