internal import Glibc

/// What is done with a bare descriptor in more than one place.
enum Descriptors {
    /// How much is asked of the system at once.
    static let chunkBytes = 64 << 10

    /// Everything until the end; throws `tooLong` over `limitBytes`. Not for secrets.
    static func readAll(_ descriptor: Int32, limitBytes: Int, _ operation: String) throws(HostError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            // One byte more than allowed is asked for, so that too much is noticed.
            let room = min(max(chunkBytes, bytes.count), limitBytes - bytes.count + 1)
            let old = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: room))
            var elements = bytes.mutableSpan
            var span = unsafe elements.mutableBytes
            let count = read(descriptor, into: &span, at: old)
            guard count >= 0 else { throw HostError(errno: errno, operation) }
            bytes.removeLast(room - count)
            guard bytes.count <= limitBytes else { throw HostError(.tooLong, "cannot \(operation): it is longer than \(limitBytes) bytes") }
            if count == 0 { return bytes }
        }
    }

    /// One `read(2)` into `bytes` from `offset` on, at most `limit` bytes; waits where the descriptor does not block. -1 and `errno` on failure.
    static func read(_ descriptor: Int32, into bytes: inout MutableRawSpan, at offset: Int, limit: Int = .max) -> Int {
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                retrying { unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + offset }, min(limit, buffer.count - offset)) }
            }
            guard count < 0, errno == EAGAIN, waits(for: POLLIN, on: descriptor) else { return count }
        }
    }

    /// Writes all of `bytes`; waits where the descriptor does not block.
    static func write(_ descriptor: Int32, _ bytes: RawSpan, _ operation: String) throws(HostError) {
        var done = 0
        while done < bytes.byteCount {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                retrying { unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done) }
            }
            if count > 0 {
                done += count
            } else if !(count < 0 && errno == EAGAIN && waits(for: POLLOUT, on: descriptor)) {
                throw HostError(errno: count == 0 ? EIO : errno, operation)
            }
        }
    }

    private static func waits(for events: Int32, on descriptor: Int32) -> Bool {
        (try? Deadline(milliseconds: nil).wait(for: events, on: descriptor)) == true
    }
}

/// The small texts in which the kernel tells about itself, under `/proc` and `/sys`.
enum SystemText {
    /// The longest of them that is looked at: `/proc/cpuinfo` of a large machine.
    static let limitBytes = 4 << 20

    /// The text at `path`; nil where there is none, or none that may be read.
    static func read(_ path: String) -> String? {
        let number = retrying { unsafe open(path, O_RDONLY | O_CLOEXEC) }
        guard number >= 0 else { return nil }
        let descriptor = OwnedDescriptor(number)
        defer { descriptor.close() }
        guard let bytes = try? Descriptors.readAll(number, limitBytes: limitBytes, "read \(path)") else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether anything lies at `path`.
    static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }
}
