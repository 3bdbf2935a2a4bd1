internal import CSystemShim
internal import Glibc
internal import Synchronization

/// An open file of the machine's.
final class DiskFile: File {
    /// The alignment that `O_DIRECT` asks of buffers, offsets and lengths.
    private static let blockBytes = 4096

    private let path: String
    private let descriptor: OwnedDescriptor
    private let isPoisoned = Mutex(false)

    init(descriptor: Int32, path: String) {
        self.descriptor = OwnedDescriptor(descriptor)
        self.path = path
    }

    var sizeBytes: Int {
        get throws(FileError) { try status().sizeBytes }
    }

    func status() throws(FileError) -> FileStatus {
        var found = shim_status()
        guard unsafe shim_status(try number("look at"), nil, &found) == 0 else { throw FileError(errno: errno, "look at", path) }
        return FileStatus(found)
    }

    func read(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        let number = try number("read")
        var done = 0
        while done < bytes.byteCount {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                retrying { unsafe pread(number, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done, off_t(offset + done)) }
            }
            guard count >= 0 else { throw FileError(errno: errno, "read", path) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func write(_ bytes: RawSpan, at offset: Int) throws(FileError) {
        let number = try writable("write")
        var done = 0
        while done < bytes.byteCount {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                retrying { unsafe pwrite(number, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done, off_t(offset + done)) }
            }
            guard count > 0 else { throw poisoned(errno: count < 0 ? errno : EIO, "write") }
            done += count
        }
    }

    func append(_ bytes: RawSpan) throws(FileError) {
        try write(bytes, at: try sizeBytes)
    }

    func truncate(toBytes lengthBytes: Int) throws(FileError) {
        let number = try writable("truncate")
        guard lengthBytes >= 0, lengthBytes <= (try sizeBytes) else { throw poisoned(errno: EINVAL, "truncate") }
        guard retrying({ ftruncate(number, off_t(lengthBytes)) }) == 0 else { throw poisoned(errno: errno, "truncate") }
    }

    func synchronize() throws(FileError) {
        let number = try writable("synchronize")
        guard retrying({ fdatasync(number) }) == 0 else { throw poisoned(errno: errno, "synchronize") }
    }

    func readBack(at offset: Int, into bytes: inout MutableRawSpan) throws(FileError) -> Int {
        // A second descriptor by way of /proc, so that it is this file whatever its path names now.
        let direct = unsafe Glibc.open("/proc/self/fd/\(try number("read back"))", O_RDONLY | O_CLOEXEC | shim_direct_flag())
        guard direct >= 0 else { return try read(at: offset, into: &bytes) }
        defer { _ = Glibc.close(direct) }
        let start = offset / Self.blockBytes * Self.blockBytes
        let length = (offset + bytes.byteCount - start + Self.blockBytes - 1) / Self.blockBytes * Self.blockBytes
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: Self.blockBytes)
        defer {
            unsafe explicit_bzero(buffer, length)
            unsafe buffer.deallocate()
        }
        let count = retrying { unsafe pread(direct, buffer, length, off_t(start)) }
        // Some file systems accept the flag and refuse the read.
        guard count >= 0 else { return try read(at: offset, into: &bytes) }
        let available = max(0, min(bytes.byteCount, count - (offset - start)))
        unsafe bytes.withUnsafeMutableBytes { out in
            guard let out = out.baseAddress, available > 0 else { return }
            unsafe out.copyMemory(from: buffer + (offset - start), byteCount: available)
        }
        return available
    }

    func isStill(at path: String) throws(FileError) -> Bool {
        try DiskFileSystem().status(path)?.identity == status().identity
    }

    func close() throws(FileError) {
        descriptor.close()
    }

    private func number(_ operation: String) throws(FileError) -> Int32 {
        guard let number = descriptor.value else { throw FileError(.poisoned, operation, path) }
        return number
    }

    private func writable(_ operation: String) throws(FileError) -> Int32 {
        guard !isPoisoned.withLock({ $0 }) else { throw FileError(.poisoned, operation, path) }
        return try number(operation)
    }

    private func poisoned(errno number: Int32, _ operation: String) -> FileError {
        isPoisoned.withLock { $0 = true }
        return FileError(errno: number, operation, path)
    }
}
