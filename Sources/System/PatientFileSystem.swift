internal import Glibc
internal import Synchronization

/// Another file system, on a device that may hang: whoever asks waits so long and no longer.
///
/// All operations are done in one thread, which sleeps in between. One that does not come to an end in time has failed with ETIMEDOUT, and until
/// it does, every further one fails at once; what it does then, late, is done. For one caller at a time, and not for secrets: bytes are copied on
/// their way.
package final class PatientFileSystem: FileSystem {
    /// How long a disk that sleeps may take until it turns.
    package static let patienceMilliseconds = 10_000

    private let base: any FileSystem
    private let patience: Patience

    /// `base`, each of whose operations may take so long.
    package init(_ base: any FileSystem, milliseconds: Int = patienceMilliseconds) {
        self.base = base
        patience = Patience(milliseconds: milliseconds)
    }

    /// Makes one directory.
    package func createDirectory(_ path: String, mode: UInt32) throws(FileError) {
        try patience.wait("create", path) { [base] () throws(FileError) in try base.createDirectory(path, mode: mode) }
    }
    /// The names in a directory.
    package func list(_ directory: String) throws(FileError) -> [String] {
        try patience.wait("list", directory) { [base] () throws(FileError) in try base.list(directory) }
    }
    /// What lies at a path.
    package func status(_ path: String) throws(FileError) -> FileStatus? {
        try patience.wait("look at", path) { [base] () throws(FileError) in try base.status(path) }
    }
    /// Makes a file that is not there yet.
    package func create(_ path: String, mode: UInt32) throws(FileError) -> any File {
        try opened("create", path) { [base] () throws(FileError) in try base.create(path, mode: mode) }
    }
    /// Opens a file that is there.
    package func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        try opened("open", path) { [base] () throws(FileError) in try base.open(path, for: mode) }
    }
    /// Gives a file another path.
    package func rename(_ from: String, to: String) throws(FileError) {
        try patience.wait("rename", from) { [base] () throws(FileError) in try base.rename(from, to: to) }
    }
    /// Gives a file a second path.
    package func link(_ path: String, to second: String) throws(FileError) {
        try patience.wait("link", path) { [base] () throws(FileError) in try base.link(path, to: second) }
    }
    /// Removes a file.
    package func remove(_ path: String) throws(FileError) {
        try patience.wait("remove", path) { [base] () throws(FileError) in try base.remove(path) }
    }
    /// Removes an empty directory.
    package func removeDirectory(_ path: String) throws(FileError) {
        try patience.wait("remove", path) { [base] () throws(FileError) in try base.removeDirectory(path) }
    }
    /// Makes the names in a directory durable.
    package func synchronizeDirectory(_ path: String) throws(FileError) {
        try patience.wait("synchronize", path) { [base] () throws(FileError) in try base.synchronizeDirectory(path) }
    }
    /// Takes the lock that a file stands for.
    package func lock(_ path: String) throws(FileError) -> any FileLock {
        try patience.wait("lock", path) { [base] () throws(FileError) in try base.lock(path) }
    }

    private func opened(
        _ operation: String, _ path: String, _ open: @Sendable @escaping () throws(FileError) -> any File
    ) throws(FileError) -> any File {
        PatientFile(try patience.wait(operation, path, open), at: path, patience)
    }
}

/// An open file on such a device.
private final class PatientFile: File {
    private let base: any File
    private let path: String
    private let patience: Patience

    init(_ base: any File, at path: String, _ patience: Patience) {
        self.base = base
        self.path = path
        self.patience = patience
    }

    var sizeBytes: Int {
        get throws(FileError) { try patience.wait("look at", path) { [base] () throws(FileError) in try base.sizeBytes } }
    }

    func read(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        try filling(&bytes, "read") { [base] (span: inout MutableRawSpan) throws(FileError) in try base.read(at: offset, into: &span) }
    }

    func readBack(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        try filling(&bytes, "read") { [base] (span: inout MutableRawSpan) throws(FileError) in try base.readBack(at: offset, into: &span) }
    }

    func write(_ bytes: RawSpan, at offset: Int) throws(FileError) {
        let copy = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
        try patience.wait("write", path) { [base] () throws(FileError) in try base.write(unsafe copy.span.bytes, at: offset) }
    }

    func append(_ bytes: RawSpan) throws(FileError) {
        let copy = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
        try patience.wait("write", path) { [base] () throws(FileError) in try base.append(unsafe copy.span.bytes) }
    }

    func truncate(toBytes lengthBytes: Int) throws(FileError) {
        try patience.wait("cut off", path) { [base] () throws(FileError) in try base.truncate(toBytes: lengthBytes) }
    }

    func synchronize() throws(FileError) {
        try patience.wait("synchronize", path) { [base] () throws(FileError) in try base.synchronize() }
    }

    func isStill(at path: String) throws(FileError) -> Bool {
        try patience.wait("look at", path) { [base] () throws(FileError) in try base.isStill(at: path) }
    }

    func close() throws(FileError) {
        try patience.wait("close", path) { [base] () throws(FileError) in try base.close() }
    }

    /// Reads into bytes of the thread's own: those of the caller may be gone when it comes to an end.
    private func filling(
        _ bytes: inout MutableRawSpan, _ operation: String,
        _ read: @Sendable @escaping (inout MutableRawSpan) throws(FileError) -> Int
    ) throws(FileError) -> Int {
        let count = bytes.byteCount
        let found = try patience.wait(operation, path) { () throws(FileError) in
            var found = [UInt8](repeating: 0, count: count)
            var elements = found.mutableSpan
            var span = unsafe elements.mutableBytes
            let length = try read(&span)
            return found[..<length]
        }
        unsafe bytes.withUnsafeMutableBytes { unsafe $0.copyBytes(from: found) }
        return found.count
    }
}

/// Waits for what is done in another thread, so long and no longer.
private final class Patience: Sendable {
    private let milliseconds: Int
    private let worker = PatientWorker()

    init(milliseconds: Int) {
        self.milliseconds = milliseconds
    }

    deinit { worker.dismiss() }

    /// What `work` comes to; throws at once where something earlier has not come to an end yet.
    func wait<Value: Sendable>(
        _ operation: String, _ path: String, _ work: @Sendable @escaping () throws(FileError) -> Value
    ) throws(FileError) -> Value {
        let outcome = Outcome<Value>()
        do throws(HostError) {
            try worker.perform(within: milliseconds) {
                let result = Result(catching: work)
                outcome.value.withLock { $0 = result }
            }
        } catch {
            throw FileError(errno: EAGAIN, operation, path)
        }
        guard let result = outcome.value.withLock({ $0 }) else { throw FileError(errno: ETIMEDOUT, operation, path) }
        return try result.get()
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let value = Mutex<Result<Value, FileError>?>(nil)
    }
}
