import Sodium
import Synchronization
import System

/// A machine whose kernel behaves as Linux does after a failed `fdatasync`: what was not written stays readable, counts as written, and is
/// gone after the next crash. The files named `cell` lie in its cache; everything else goes straight through.
final class ForgetfulFileSystem: ForwardingFileSystem {
    struct Write {
        let offset: Int
        let bytes: [UInt8]
        var isDirty = true
    }

    struct State {
        var caches: [String: [Write]] = [:]
        var synchronizations = 0
    }

    let base: any FileSystem
    let failingSynchronization: Int
    let state = Mutex(State())

    /// `base`, where the synchronization of a cell with this number fails.
    init(_ base: MemoryFileSystem, failingSynchronization: Int) {
        self.base = base
        self.failingSynchronization = failingSynchronization
    }

    var synchronizationCount: Int { state.withLock { $0.synchronizations } }

    func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        let file = try base.open(path, for: mode)
        return path.hasSuffix("/cell") ? ForgetfulFile(self, file, path) : file
    }
}

private final class ForgetfulFile: File {
    private let fileSystem: ForgetfulFileSystem
    private let base: any File
    private let path: String

    init(_ fileSystem: ForgetfulFileSystem, _ base: any File, _ path: String) {
        self.fileSystem = fileSystem
        self.base = base
        self.path = path
    }

    var sizeBytes: Int { get throws(FileError) { try base.sizeBytes } }

    func write(_ bytes: RawSpan, at offset: Int) throws(FileError) {
        let write = ForgetfulFileSystem.Write(offset: offset, bytes: bytes.array)
        fileSystem.state.withLock { $0.caches[path, default: []].append(write) }
    }

    func append(_ bytes: RawSpan) throws(FileError) { try write(bytes, at: try sizeBytes) }

    func read(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        let count = try base.read(at: offset, into: &bytes)
        // Only whole slots are written and read.
        for write in fileSystem.state.withLock({ $0.caches[path] ?? [] }) where write.offset == offset {
            bytes.copy(write.bytes.rawSpan, at: 0)
        }
        return count
    }

    func readBack(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int { try read(at: offset, into: &bytes) }

    func truncate(toBytes lengthBytes: Int) throws(FileError) {
        try base.truncate(toBytes: lengthBytes)
    }

    func synchronize() throws(FileError) {
        let (number, writes) = fileSystem.state.withLock { state in
            defer {
                state.synchronizations += 1
                for index in (state.caches[path] ?? []).indices { state.caches[path]?[index].isDirty = false }
            }
            return (state.synchronizations, (state.caches[path] ?? []).filter(\.isDirty))
        }
        guard number != fileSystem.failingSynchronization else { throw FileError(.inputOutput, "synchronize", path) }
        for write in writes { try base.write(write.bytes.rawSpan, at: write.offset) }
        try base.synchronize()
    }

    func isStill(at path: String) throws(FileError) -> Bool { try base.isStill(at: path) }
    func close() throws(FileError) { try base.close() }
}
