internal import Glibc

/// The state of a `MemoryFileSystem`: inodes, the names that lead to them, and who has them open.
struct MemoryDisk: Sendable {
    /// A longer file is refused, as a file system refuses one.
    static let maximumFileBytes = 1 << 32
    /// `NAME_MAX`.
    static let maximumNameBytes = 255
    static let root: UInt64 = 1

    /// Where a path leads.
    struct Place {
        let parent: UInt64
        /// Empty for the root, and for what `..` leads to.
        let name: String
        /// What lies there, if anything.
        let inode: UInt64?
    }

    /// One opening of a file, or one lock.
    struct Handle: Sendable {
        let inode: UInt64
        let mayWrite: Bool
        let isLock: Bool
        var isPoisoned = false
    }

    /// A handle's number and the start of the machine that it belongs to.
    struct HandleID: Sendable {
        let life: Int
        let number: UInt64
    }

    private let device: UInt64
    private let capacityBytes: Int?
    private var inodes = [root: MemoryInode(isDirectory: true, mode: 0o755)]
    private var handles: [UInt64: Handle] = [:]
    private var lastNumber = root
    private var life = 0
    private var removals = 0

    init(device: UInt64, capacityBytes: Int?) {
        self.device = device
        self.capacityBytes = capacityBytes
    }

    // MARK: Crashes

    mutating func crash(_ policy: MemoryFileSystem.CrashPolicy) {
        var fate = CrashFate(policy)
        life += 1
        handles = [:]
        // Sorted, so that the same seed decides the same.
        for number in inodes.keys.sorted() { inodes[number]?.crash(&fate) }
        collect()
    }

    mutating func everyContents() -> [[UInt8]] {
        collect()
        return inodes.values.flatMap(\.contents.everything).filter { !$0.isEmpty }
    }

    /// Forgets what no name and no handle leads to any more.
    private mutating func collect() {
        removals = 0
        let live = reachable(through: \.everything)
        inodes = inodes.filter { live.contains($0.key) }
    }

    private mutating func noteRemoval() {
        removals += 1
        // Now and then, so that it costs little for each removal.
        if removals > inodes.count { collect() }
    }

    private func reachable(through names: (MemoryNames) -> [UInt64]) -> Set<UInt64> {
        var found = Set(handles.values.map(\.inode)).union([Self.root])
        var next = Array(found)
        while let number = next.popLast() {
            for child in inodes[number].map({ names($0.names) }) ?? [] where found.insert(child).inserted { next.append(child) }
        }
        return found
    }

    // MARK: Names

    func status(_ path: String) throws(FileError) -> FileStatus? {
        // As on the disk: a missing directory on the way is nothing, a file in its place an error.
        guard let place = try place(path, "look at", throwsMissing: false) else { return nil }
        return place.inode.flatMap { status(of: $0) }
    }

    func list(_ path: String) throws(FileError) -> [String] {
        let number = try directory(path, "list")
        return inodes[number]?.names.volatile.keys.sorted() ?? []
    }

    mutating func createDirectory(_ path: String, mode: UInt32) throws(FileError) {
        try make(MemoryInode(isDirectory: true, mode: mode & 0o7777), at: path, "create directory")
    }

    mutating func create(_ path: String, mode: UInt32) throws(FileError) -> HandleID {
        let number = try make(MemoryInode(isDirectory: false, mode: mode & 0o7777), at: path, "create")
        return openHandle(Handle(inode: number, mayWrite: true, isLock: true))
    }

    mutating func open(_ path: String, for mode: OpenMode) throws(FileError) -> HandleID {
        openHandle(Handle(inode: try file(path, "open"), mayWrite: mode == .updating, isLock: false))
    }

    mutating func lock(_ path: String) throws(FileError) -> HandleID {
        let present = try place(path, "open").inode != nil
        let number = present ? try file(path, "open") : try make(MemoryInode(isDirectory: false, mode: 0o600), at: path, "open")
        guard !handles.values.contains(where: { $0.isLock && $0.inode == number }) else { throw FileError(.busy, "lock", path) }
        return openHandle(Handle(inode: number, mayWrite: true, isLock: true))
    }

    mutating func rename(_ from: String, to: String) throws(FileError) {
        let source = try place(from, "rename to")
        let target = try place(to, "rename to")
        guard let moved = source.inode else { throw FileError(errno: ENOENT, "rename to", to) }
        guard !source.name.isEmpty, !target.name.isEmpty else { throw FileError(errno: EBUSY, "rename to", to) }
        if target.inode == moved { return }
        let isDirectory = inodes[moved]?.isDirectory == true
        if let replaced = target.inode, let inode = inodes[replaced] {
            guard inode.isDirectory == isDirectory else { throw FileError(errno: isDirectory ? ENOTDIR : EISDIR, "rename to", to) }
            guard inode.names.volatile.isEmpty else { throw FileError(errno: ENOTEMPTY, "rename to", to) }
        }
        guard !isDirectory || !isInside(target.parent, moved) else { throw FileError(errno: EINVAL, "rename to", to) }
        if source.parent == target.parent {
            inodes[source.parent]?.names.change(.init(name: source.name, inode: nil), .init(name: target.name, inode: moved))
        } else {
            inodes[target.parent]?.names.change(.init(name: target.name, inode: moved))
            inodes[source.parent]?.names.change(.init(name: source.name, inode: nil))
        }
        noteRemoval()
    }

    mutating func link(_ path: String, to second: String) throws(FileError) {
        let source = try place(path, "link to")
        let target = try place(second, "link to")
        guard let number = source.inode else { throw FileError(errno: ENOENT, "link to", second) }
        guard inodes[number]?.isDirectory == false else { throw FileError(errno: EPERM, "link to", second) }
        guard target.inode == nil else { throw FileError(errno: EEXIST, "link to", second) }
        inodes[target.parent]?.names.change(.init(name: target.name, inode: number))
    }

    mutating func remove(_ path: String) throws(FileError) {
        let place = try place(path, "remove")
        guard let number = place.inode else { throw FileError(errno: ENOENT, "remove", path) }
        guard inodes[number]?.isDirectory == false else { throw FileError(errno: EISDIR, "remove", path) }
        inodes[place.parent]?.names.change(.init(name: place.name, inode: nil))
        noteRemoval()
    }

    mutating func removeDirectory(_ path: String) throws(FileError) {
        let place = try place(path, "remove directory")
        let number = try directory(path, "remove directory")
        guard !place.name.isEmpty else { throw FileError(errno: EBUSY, "remove directory", path) }
        guard inodes[number]?.names.volatile.isEmpty == true else { throw FileError(errno: ENOTEMPTY, "remove directory", path) }
        inodes[place.parent]?.names.change(.init(name: place.name, inode: nil))
        noteRemoval()
    }

    mutating func synchronizeDirectory(_ path: String) throws(FileError) {
        inodes[try directory(path, "open")]?.names.synchronize()
    }

    // MARK: Open files

    func status(_ id: HandleID, _ operation: String, _ path: String) throws(FileError) -> FileStatus {
        guard let status = status(of: try handle(id, operation, path).inode) else { throw FileError(.poisoned, operation, path) }
        return status
    }

    func read(_ id: HandleID, at offset: Int, lengthBytes: Int, _ operation: String, _ path: String) throws(FileError) -> ArraySlice<UInt8>
    {
        let number = try handle(id, operation, path).inode
        guard lengthBytes > 0 else { return [] }
        guard offset >= 0 else { throw FileError(errno: EINVAL, operation, path) }
        return inodes[number]?.contents.volatile.dropFirst(offset).prefix(lengthBytes) ?? []
    }

    /// Writes at `offset`, or at the end where there is none; where the device is too small, as much as fits.
    mutating func write(_ id: HandleID, _ bytes: [UInt8], at offset: Int?, _ path: String) throws(FileError) {
        let handle = try writable(id, "write", path)
        let sizeBytes = inodes[handle.inode]?.contents.volatile.count ?? 0
        let offset = offset ?? sizeBytes
        guard !bytes.isEmpty else { return }
        guard handle.mayWrite else { throw poison(id, FileError(errno: EBADF, "write", path)) }
        guard offset >= 0 else { throw poison(id, FileError(errno: EINVAL, "write", path)) }
        guard offset <= Self.maximumFileBytes - bytes.count else { throw poison(id, FileError(errno: EFBIG, "write", path)) }
        let fitting = max(0, min(bytes.count, sizeBytes + freeBytes() - offset))
        inodes[handle.inode]?.contents.write(fitting == bytes.count ? bytes : Array(bytes[..<fitting]), at: offset)
        guard fitting == bytes.count else { throw poison(id, FileError(errno: ENOSPC, "write", path)) }
    }

    mutating func truncate(_ id: HandleID, toBytes lengthBytes: Int, _ path: String) throws(FileError) {
        let handle = try writable(id, "truncate", path)
        let sizeBytes = inodes[handle.inode]?.contents.volatile.count ?? 0
        guard handle.mayWrite, lengthBytes >= 0, lengthBytes <= sizeBytes else {
            throw poison(id, FileError(errno: EINVAL, "truncate", path))
        }
        inodes[handle.inode]?.contents.truncate(toBytes: lengthBytes)
    }

    mutating func synchronize(_ id: HandleID, _ path: String) throws(FileError) {
        inodes[try writable(id, "synchronize", path).inode]?.contents.synchronize()
    }

    mutating func close(_ id: HandleID) {
        guard id.life == life else { return }
        handles[id.number] = nil
    }

    private func handle(_ id: HandleID, _ operation: String, _ path: String) throws(FileError) -> Handle {
        guard id.life == life else { throw FileError(.crashed, operation, path) }
        guard let handle = handles[id.number] else { throw FileError(.poisoned, operation, path) }
        return handle
    }

    private func writable(_ id: HandleID, _ operation: String, _ path: String) throws(FileError) -> Handle {
        let handle = try handle(id, operation, path)
        guard !handle.isPoisoned else { throw FileError(.poisoned, operation, path) }
        return handle
    }

    private mutating func poison(_ id: HandleID, _ error: FileError) -> FileError {
        handles[id.number]?.isPoisoned = true
        return error
    }

    private mutating func openHandle(_ handle: Handle) -> HandleID {
        lastNumber += 1
        handles[lastNumber] = handle
        return HandleID(life: life, number: lastNumber)
    }

    /// How much files may still grow. A removed file takes no room, even where a crash would bring it back.
    private func freeBytes() -> Int {
        guard let capacityBytes else { return Self.maximumFileBytes }
        let used = reachable { Array($0.volatile.values) }.reduce(0) { $0 + (inodes[$1]?.contents.volatile.count ?? 0) }
        return max(0, capacityBytes - used)
    }

    // MARK: Paths

    private func place(_ path: String, _ operation: String) throws(FileError) -> Place {
        guard let place = try place(path, operation, throwsMissing: true) else { throw FileError(errno: ENOENT, operation, path) }
        return place
    }

    private func place(_ path: String, _ operation: String, throwsMissing: Bool) throws(FileError) -> Place? {
        guard !path.isEmpty else { return nil }
        var way = [Self.root]
        var place = Place(parent: Self.root, name: "", inode: Self.root)
        for part in path.split(separator: "/") where part != "." {
            guard let current = place.inode, let inode = inodes[current] else { return nil }
            guard inode.isDirectory else { throw FileError(errno: ENOTDIR, operation, path) }
            guard part.utf8.count <= Self.maximumNameBytes else { throw FileError(errno: ENAMETOOLONG, operation, path) }
            if part == ".." {
                if way.count > 1 { way.removeLast() }
                place = Place(parent: Self.root, name: "", inode: way.last)
            } else {
                place = Place(parent: current, name: String(part), inode: inode.names.volatile[String(part)])
                if let child = place.inode { way.append(child) }
            }
        }
        return place
    }

    private func directory(_ path: String, _ operation: String) throws(FileError) -> UInt64 {
        guard let number = try place(path, operation).inode else { throw FileError(errno: ENOENT, operation, path) }
        guard inodes[number]?.isDirectory == true else { throw FileError(errno: ENOTDIR, operation, path) }
        return number
    }

    private func file(_ path: String, _ operation: String) throws(FileError) -> UInt64 {
        guard let number = try place(path, operation).inode else { throw FileError(errno: ENOENT, operation, path) }
        guard inodes[number]?.isDirectory == false else { throw FileError(.notARegularFile, operation, path) }
        return number
    }

    @discardableResult
    private mutating func make(_ inode: MemoryInode, at path: String, _ operation: String) throws(FileError) -> UInt64 {
        let place = try place(path, operation)
        guard place.inode == nil else { throw FileError(errno: EEXIST, operation, path) }
        lastNumber += 1
        inodes[lastNumber] = inode
        inodes[place.parent]?.names.change(.init(name: place.name, inode: lastNumber))
        return lastNumber
    }

    private func isInside(_ number: UInt64, _ directory: UInt64) -> Bool {
        var next = [directory]
        var seen: Set<UInt64> = []
        while let current = next.popLast() {
            if current == number { return true }
            if seen.insert(current).inserted, let inode = inodes[current] { next += inode.names.volatile.values }
        }
        return false
    }

    private func status(of number: UInt64) -> FileStatus? {
        guard let inode = inodes[number] else { return nil }
        return FileStatus(
            kind: inode.isDirectory ? .directory : .file,
            sizeBytes: inode.contents.volatile.count,
            identity: FileIdentity(device: device, inode: number),
            mode: inode.mode,
            owner: geteuid(),
            group: getegid()
        )
    }
}
