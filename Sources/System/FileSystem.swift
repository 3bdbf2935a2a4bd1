/// The operations on files that durability is built from; every module that touches a disk takes one as a parameter.
///
/// There are three: `DiskFileSystem`, `MemoryFileSystem` with its crashes, and `FaultyFileSystem`, which fails another at the N-th operation.
/// `PatientFileSystem` is for a device that may hang, `ForwardingFileSystem` for others that change a few operations of one.
/// What is built from these operations alone stands in `FileSystem+Durable.swift`.
package protocol FileSystem: Sendable {
    /// Makes one directory with exactly this mode; throws `exists` where something is already.
    func createDirectory(_ path: String, mode: UInt32) throws(FileError)
    /// The names in a directory, sorted, without `.` and `..`.
    func list(_ directory: String) throws(FileError) -> [String]
    /// What lies at a path, without following a link; nil where nothing does.
    func status(_ path: String) throws(FileError) -> FileStatus?
    /// Makes a file that is not there yet, with exactly this mode, for reading and writing; until its handle is closed the file is locked, so
    /// that `lock` tells a file that is being written (`busy`) from one that was left behind.
    func create(_ path: String, mode: UInt32) throws(FileError) -> any File
    /// Opens a regular file that is there; links are not followed.
    func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File
    /// Gives a file another path in one step, replacing what is there; durable once both directories are synchronized.
    func rename(_ from: String, to: String) throws(FileError)
    /// Gives a file a second path; throws `exists` where something is already. Where a rename across two directories could, after a crash,
    /// leave a file without either name, this and a removal leave it at least one, if the new one's directory is synchronized between.
    func link(_ path: String, to second: String) throws(FileError)
    /// Removes a file.
    func remove(_ path: String) throws(FileError)
    /// Removes an empty directory.
    func removeDirectory(_ path: String) throws(FileError)
    /// Makes the names in a directory durable.
    func synchronizeDirectory(_ path: String) throws(FileError)
    /// Takes the exclusive lock that a file stands for, making the file if need be; throws `busy` where another holds it. Never waits.
    func lock(_ path: String) throws(FileError) -> any FileLock
}

/// What a file is opened for.
package enum OpenMode: Sendable {
    /// Reading only.
    case reading
    /// Reading, and writing in place.
    case updating
}

/// An open file. After a failed write or synchronize the handle is poisoned: what reached the disk is unknown, so nothing more is written.
package protocol File: AnyObject, Sendable {
    /// Length in bytes.
    var sizeBytes: Int { get throws(FileError) }
    /// Reads from `offset`; returns the number of bytes, which is short only at the end of the file.
    func read(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int
    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: RawSpan, at offset: Int) throws(FileError)
    /// Writes all of `bytes` at the end of the file.
    func append(_ bytes: RawSpan) throws(FileError)
    /// Cuts the file off after its first `lengthBytes` bytes; a file is never made longer by this.
    func truncate(toBytes lengthBytes: Int) throws(FileError)
    /// Makes contents and length durable (`fdatasync`).
    func synchronize() throws(FileError)
    /// Reads from `offset` past the page cache where the file system allows it: what the device really holds.
    func readBack(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int
    /// Whether the path still names this very file.
    func isStill(at path: String) throws(FileError) -> Bool
    /// Closes the handle; using it afterwards throws.
    func close() throws(FileError)
}

/// An exclusive lock, held until it is released or goes away.
package protocol FileLock: AnyObject, Sendable {
    /// Gives the lock back.
    func release()
}

/// What lies at a path.
package struct FileStatus: Equatable, Sendable {
    /// The kinds that are told apart.
    package enum Kind: Sendable {
        /// A regular file.
        case file
        /// A directory.
        case directory
        /// A link, socket, device or pipe.
        case other
    }

    /// What it is.
    package let kind: Kind
    /// Length in bytes.
    package let sizeBytes: Int
    /// Which file it is: device and inode.
    package let identity: FileIdentity
    /// Permission bits, setuid, setgid and sticky among them.
    package let mode: UInt32
    /// The owner's user id.
    package let owner: UInt32
    /// The group's id.
    package let group: UInt32

    /// What was found at a path.
    package init(kind: Kind, sizeBytes: Int, identity: FileIdentity, mode: UInt32, owner: UInt32, group: UInt32) {
        self.kind = kind
        self.sizeBytes = sizeBytes
        self.identity = identity
        self.mode = mode
        self.owner = owner
        self.group = group
    }
}

/// Tells one file from all others on this machine.
package struct FileIdentity: Hashable, Sendable {
    /// The device.
    package let device: UInt64
    /// The inode on it.
    package let inode: UInt64

    /// A file's identity.
    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}
