/// An open file of a `MemoryFileSystem`.
final class MemoryFile: File {
    private let fileSystem: MemoryFileSystem
    private let id: MemoryDisk.HandleID
    private let path: String

    init(_ fileSystem: MemoryFileSystem, _ id: MemoryDisk.HandleID, _ path: String) {
        self.fileSystem = fileSystem
        self.id = id
        self.path = path
    }

    deinit {
        fileSystem.with { $0.close(id) }
    }

    var sizeBytes: Int {
        get throws(FileError) { try status().sizeBytes }
    }

    func read(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        try read("read", at: offset, into: &bytes)
    }

    func write(_ bytes: RawSpan, at offset: Int) throws(FileError) {
        let copy = Self.copy(bytes)
        try fileSystem.with { (disk: inout MemoryDisk) throws(FileError) in try disk.write(id, copy, at: offset, path) }
    }

    func append(_ bytes: RawSpan) throws(FileError) {
        let copy = Self.copy(bytes)
        try fileSystem.with { (disk: inout MemoryDisk) throws(FileError) in try disk.write(id, copy, at: nil, path) }
    }

    func truncate(toBytes lengthBytes: Int) throws(FileError) {
        try fileSystem.with { (disk: inout MemoryDisk) throws(FileError) in try disk.truncate(id, toBytes: lengthBytes, path) }
    }

    func synchronize() throws(FileError) {
        try fileSystem.with { (disk: inout MemoryDisk) throws(FileError) in try disk.synchronize(id, path) }
    }

    func readBack(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        // Reading past the page cache writes out first what is in it, so this too sees what is not synchronized.
        try read("read back", at: offset, into: &bytes)
    }

    func isStill(at path: String) throws(FileError) -> Bool {
        let own = try status().identity
        return try fileSystem.status(path)?.identity == own
    }

    func close() throws(FileError) {
        fileSystem.with { $0.close(id) }
    }

    private func status() throws(FileError) -> FileStatus {
        try fileSystem.with { (disk: inout MemoryDisk) throws(FileError) in try disk.status(id, "look at", path) }
    }

    private func read(_ operation: String, at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        let length = bytes.byteCount
        let found = try fileSystem.with { (disk: inout MemoryDisk) throws(FileError) in
            try disk.read(id, at: offset, lengthBytes: length, operation, path)
        }
        unsafe bytes.withUnsafeMutableBytes { out in unsafe out.copyBytes(from: found) }
        return found.count
    }

    private static func copy(_ bytes: RawSpan) -> [UInt8] {
        unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }
}

/// A lock on a file of a `MemoryFileSystem`.
final class MemoryFileLock: FileLock {
    private let fileSystem: MemoryFileSystem
    private let id: MemoryDisk.HandleID

    init(_ fileSystem: MemoryFileSystem, _ id: MemoryDisk.HandleID) {
        self.fileSystem = fileSystem
        self.id = id
    }

    deinit {
        release()
    }

    func release() {
        fileSystem.with { $0.close(id) }
    }
}
