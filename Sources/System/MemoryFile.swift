internal import Synchronization

/// An open file of a memory file system.
final class MemoryFile: File {
    private struct Handle {
        var isClosed = false
        var isPoisoned = false
    }

    private let fileSystem: MemoryFileSystem
    private let node: Int
    private let path: String
    private let isWritable: Bool
    private let boot: Int
    private let handle = Mutex(Handle())

    init(_ fileSystem: MemoryFileSystem, node: Int, path: String, isWritable: Bool, boot: Int) {
        self.fileSystem = fileSystem
        self.node = node
        self.path = path
        self.isWritable = isWritable
        self.boot = boot
    }

    var sizeBytes: Int {
        get throws(FileError) { try contents("look at").count }
    }

    func read(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        let contents = try contents("read")
        let count = max(0, min(bytes.byteCount, contents.count - offset))
        for index in 0..<count { bytes.storeBytes(of: contents[offset + index], toByteOffset: index, as: UInt8.self) }
        return count
    }

    func write(_ bytes: RawSpan, at offset: Int) throws(FileError) {
        let copy = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
        try writing("write") { disk throws(FileError) in try disk.write(copy, at: offset, to: node, path) }
    }

    func append(_ bytes: RawSpan) throws(FileError) {
        try write(bytes, at: try sizeBytes)
    }

    func synchronize() throws(FileError) {
        try writing("synchronize") { disk throws(FileError) in try disk.synchronize(node, path) }
    }

    func readBack(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        try read(at: offset, into: &bytes)
    }

    func isStill(at path: String) throws(FileError) -> Bool {
        _ = try contents("look at")
        return fileSystem.state.withLock { $0.find(path) == node }
    }

    func close() throws(FileError) {
        handle.withLock { $0.isClosed = true }
    }

    private func contents(_ operation: String) throws(FileError) -> [UInt8] {
        try check(operation)
        return try fileSystem.locked { disk throws(FileError) in
            guard disk.boot == boot, let found = disk.nodes[node] else { throw FileError(.poisoned, operation, path) }
            return found.contents
        }
    }

    private func writing(_ operation: String, _ body: (inout MemoryDisk) throws(FileError) -> Void) throws(FileError) {
        try check(operation)
        guard isWritable else { throw FileError(.permissionDenied, operation, path) }
        guard !handle.withLock({ $0.isPoisoned }) else { throw FileError(.poisoned, operation, path) }
        do throws(FileError) {
            try fileSystem.locked { disk throws(FileError) in
                guard disk.boot == boot else { throw FileError(.crashed, operation, path) }
                try body(&disk)
            }
        } catch {
            handle.withLock { $0.isPoisoned = true }
            throw error
        }
    }

    private func check(_ operation: String) throws(FileError) {
        guard !handle.withLock({ $0.isClosed }) else { throw FileError(.poisoned, operation, path) }
    }
}
