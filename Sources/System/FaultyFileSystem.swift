internal import Synchronization

/// Another file system whose N-th operation fails, or at whose N-th operation the machine stops.
///
/// Every operation counts, those on open files among them, so that a test can interrupt each of them in turn.
package final class FaultyFileSystem: FileSystem {
    /// What goes wrong.
    package enum Fault: Equatable, Sendable {
        /// The operation fails with this error, once; later ones work.
        case fails(FileError.Code)
        /// The operation and all later ones that write fail with this error, as on a full disk.
        case keepsFailing(FileError.Code)
        /// The machine stops: before the operation, in the middle of it (a write's first half), or after it.
        case crashes(Moment)
    }

    /// When in an operation the machine stops.
    package enum Moment: CaseIterable, Sendable {
        /// Before it.
        case before
        /// In the middle of a write; other operations are not divisible and did not happen.
        case during
        /// After it, before its caller hears of it.
        case after
    }

    private struct State {
        var count = 0
        var log: [String] = []
        var hasCrashed = false
    }

    private let base: any FileSystem
    private let number: Int
    private let fault: Fault
    private let state = Mutex(State())

    /// `base`, with `fault` at the operation of this number, counted from zero; a negative number is never reached.
    package init(_ base: any FileSystem, fault: Fault = .crashes(.before), at number: Int = -1) {
        self.base = base
        self.fault = fault
        self.number = number
    }

    /// How many operations there were.
    package var operationCount: Int { state.withLock { $0.count } }

    /// What they were, for a test's message.
    package var log: [String] { state.withLock { $0.log } }

    /// Counts an operation and does it, or what goes wrong instead; `half` is what a crash in the middle leaves of it.
    func perform<R: ~Copyable>(
        _ operation: String,
        _ path: String,
        isWrite: Bool = true,
        half: (() throws(FileError) -> Void)? = nil,
        _ body: () throws(FileError) -> R
    ) throws(FileError) -> R {
        let (index, isDead) = state.withLock { state in
            defer { state.count += 1 }
            state.log.append("\(state.count) \(operation) \(path)")
            return (state.count, state.hasCrashed)
        }
        guard !isDead else { throw FileError(.crashed, operation, path) }
        switch fault {
        case .fails(let code) where index == number: throw FileError(code, operation, path)
        case .keepsFailing(let code) where number >= 0 && index >= number && isWrite: throw FileError(code, operation, path)
        case .crashes(let moment) where index == number:
            state.withLock { $0.hasCrashed = true }
            // Nobody hears how it went: whatever the base says, the machine has stopped.
            do throws(FileError) {
                switch moment {
                case .before: break
                case .during: try half?()
                case .after: _ = try body()
                }
            } catch {}
            throw FileError(.crashed, operation, path)
        default: return try body()
        }
    }

    /// Makes one directory.
    package func createDirectory(_ path: String, mode: UInt32) throws(FileError) {
        try perform("create directory", path) { () throws(FileError) in try base.createDirectory(path, mode: mode) }
    }

    /// The names in a directory.
    package func list(_ directory: String) throws(FileError) -> [String] {
        try perform("list", directory, isWrite: false) { () throws(FileError) in try base.list(directory) }
    }

    /// What lies at a path.
    package func status(_ path: String) throws(FileError) -> FileStatus? {
        try perform("look at", path, isWrite: false) { () throws(FileError) in try base.status(path) }
    }

    /// Makes a file that is not there yet.
    package func create(_ path: String, mode: UInt32) throws(FileError) -> any File {
        try perform("create", path) { () throws(FileError) in FaultyFile(self, try base.create(path, mode: mode), path) }
    }

    /// Opens a file that is there.
    package func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        try perform("open", path, isWrite: false) { () throws(FileError) in FaultyFile(self, try base.open(path, for: mode), path) }
    }

    /// Gives a file another path.
    package func rename(_ from: String, to: String) throws(FileError) {
        try perform("rename to", to) { () throws(FileError) in try base.rename(from, to: to) }
    }

    /// Gives a file a second path.
    package func link(_ path: String, to second: String) throws(FileError) {
        try perform("link to", second) { () throws(FileError) in try base.link(path, to: second) }
    }

    /// Removes a file.
    package func remove(_ path: String) throws(FileError) {
        try perform("remove", path) { () throws(FileError) in try base.remove(path) }
    }

    /// Removes an empty directory.
    package func removeDirectory(_ path: String) throws(FileError) {
        try perform("remove directory", path) { () throws(FileError) in try base.removeDirectory(path) }
    }

    /// Makes the names in a directory durable.
    package func synchronizeDirectory(_ path: String) throws(FileError) {
        try perform("synchronize directory", path) { () throws(FileError) in try base.synchronizeDirectory(path) }
    }

    /// Takes the lock that a file stands for.
    package func lock(_ path: String) throws(FileError) -> any FileLock {
        try perform("lock", path) { () throws(FileError) in try base.lock(path) }
    }
}

/// An open file whose operations count too.
final class FaultyFile: File {
    private let fileSystem: FaultyFileSystem
    private let base: any File
    private let path: String
    private let isPoisoned = Mutex(false)

    init(_ fileSystem: FaultyFileSystem, _ base: any File, _ path: String) {
        self.fileSystem = fileSystem
        self.base = base
        self.path = path
    }

    var sizeBytes: Int {
        get throws(FileError) {
            try fileSystem.perform("size of", path, isWrite: false) { () throws(FileError) in try base.sizeBytes }
        }
    }

    func read(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        // A span cannot be captured, so the operation is counted first and then done.
        try fileSystem.perform("read", path, isWrite: false) { () throws(FileError) in }
        return try base.read(at: offset, into: &bytes)
    }

    func write(_ bytes: RawSpan, at offset: Int) throws(FileError) {
        try write("write", bytes) { part throws(FileError) in try self.base.write(unsafe part.span.bytes, at: offset) }
    }

    func append(_ bytes: RawSpan) throws(FileError) {
        try write("append", bytes) { part throws(FileError) in try self.base.append(unsafe part.span.bytes) }
    }

    func truncate(toBytes lengthBytes: Int) throws(FileError) {
        try poisoning("truncate") { () throws(FileError) in try self.base.truncate(toBytes: lengthBytes) }
    }

    func synchronize() throws(FileError) {
        try poisoning("synchronize") { () throws(FileError) in try self.base.synchronize() }
    }

    func readBack(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        try fileSystem.perform("read back", path, isWrite: false) { () throws(FileError) in }
        return try base.readBack(at: offset, into: &bytes)
    }

    func isStill(at path: String) throws(FileError) -> Bool {
        try fileSystem.perform("compare", path, isWrite: false) { () throws(FileError) in try base.isStill(at: path) }
    }

    func close() throws(FileError) {
        // The handle is gone whatever its closing reports, as on the disk.
        defer { try? base.close() }
        try fileSystem.perform("close", path, isWrite: false) { () throws(FileError) in try base.close() }
    }

    private func write(_ operation: String, _ bytes: RawSpan, _ body: @escaping ([UInt8]) throws(FileError) -> Void) throws(FileError) {
        let copy = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
        let half = Array(copy[..<(copy.count / 2)])
        try poisoning(operation, half: { () throws(FileError) in try body(half) }, { () throws(FileError) in try body(copy) })
    }

    /// Does what nothing may be done after, once it failed. A handle that is poisoned still counts, and still learns of a crash.
    private func poisoning(
        _ operation: String,
        half: (() throws(FileError) -> Void)? = nil,
        _ body: () throws(FileError) -> Void
    ) throws(FileError) {
        let wasPoisoned = isPoisoned.withLock { $0 }
        do throws(FileError) {
            try fileSystem.perform(operation, path, half: half) { () throws(FileError) in
                guard !wasPoisoned else { throw FileError(.poisoned, operation, path) }
                try body()
            }
        } catch {
            isPoisoned.withLock { $0 = true }
            throw error
        }
    }
}
