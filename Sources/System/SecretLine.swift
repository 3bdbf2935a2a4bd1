internal import Glibc

/// Reads one line byte for byte, so that nothing behind it is taken away from whoever reads next, straight into the caller's memory.
struct SecretLine {
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private let descriptor: Int32
    private let waitForByte: () throws(HostError) -> Void

    /// Reads from `descriptor`; `waitForByte` is called before each byte and may stop the reading.
    init(_ descriptor: Int32, waitForByte: @escaping () throws(HostError) -> Void = {}) {
        self.descriptor = descriptor
        self.waitForByte = waitForByte
    }

    /// The length of the line without one LF or CRLF at its end; where this throws, `bytes` is wiped.
    func read(into bytes: inout MutableRawSpan) throws(HostError) -> Int {
        do throws(HostError) {
            return try readLine(into: &bytes)
        } catch {
            unsafe bytes.withUnsafeMutableBytes { buffer in
                if let base = buffer.baseAddress { unsafe explicit_bzero(base, buffer.count) }
            }
            throw error
        }
    }

    private func readLine(into bytes: inout MutableRawSpan) throws(HostError) -> Int {
        var length = 0
        while length < bytes.byteCount {
            guard let byte = try readByte(into: &bytes, at: length) else {
                guard length > 0 else { throw atEnd }
                return length
            }
            if byte == Self.lineFeed { return endsInCarriageReturn(bytes, length) ? length - 1 : length }
            length += 1
        }
        // The span is full: only the line's end may follow, which is read beside it.
        var end = [UInt8](repeating: 0, count: 1)
        var elements = end.mutableSpan
        var beside = unsafe elements.mutableBytes
        var byte = try readByte(into: &beside, at: 0)
        if byte == nil && length == 0 { throw atEnd }
        if byte == nil { return length }
        if byte == Self.lineFeed { return endsInCarriageReturn(bytes, length) ? length - 1 : length }
        if byte == Self.carriageReturn {
            byte = try readByte(into: &beside, at: 0)
            if byte == Self.lineFeed { return length }
        }
        unsafe beside.withUnsafeMutableBytes { unsafe $0[0] = 0 }
        throw HostError(.tooLong, "cannot read a line: it is longer than \(length) bytes")
    }

    private var atEnd: HostError { HostError(.endOfInput, "cannot read a line: the input is at its end") }

    private func endsInCarriageReturn(_ bytes: borrowing MutableRawSpan, _ length: Int) -> Bool {
        guard length > 0 else { return false }
        return unsafe bytes.unsafeLoad(fromByteOffset: length - 1, as: UInt8.self) == Self.carriageReturn
    }

    /// The byte that was put at `offset`; nil at the end of the input.
    private func readByte(into bytes: inout MutableRawSpan, at offset: Int) throws(HostError) -> UInt8? {
        try waitForByte()
        let count = Descriptors.read(descriptor, into: &bytes, at: offset, limit: 1)
        guard count >= 0 else { throw HostError(errno: errno, "read a line") }
        return count == 0 ? nil : unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
