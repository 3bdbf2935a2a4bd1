internal import Glibc

/// Reads lines from a descriptor, however long the input is; the memory it needs is bounded by the longest line allowed.
///
/// A line is what stands before an LF, or between the last LF and the end, byte for byte: a CR stays. Nothing after the last LF is no line.
/// It reads ahead, so that nothing else can go on reading from the same descriptor. Not for secrets.
package struct LineReader: ~Copyable {
    /// What was found next.
    package enum Line: Equatable, Sendable {
        /// A line without its LF, and its number, from 1.
        case line([UInt8], number: Int)
        /// A line longer than the limit was skipped.
        case tooLong(number: Int)
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private let descriptor: InputDescriptor
    private let limitBytes: Int
    private var buffer: [UInt8]
    private var start = 0
    /// Where the search for an LF goes on.
    private var searched = 0
    private var end = 0
    private var number = 0
    private var isSkipping = false
    private var isAtEnd = false

    /// Lines of `descriptor` of at most `lineLimitBytes` without the LF.
    package init(descriptor: InputDescriptor, lineLimitBytes: Int, chunkBytes: Int = 64 << 10) {
        precondition(lineLimitBytes >= 0 && chunkBytes > 0, "lengths are positive")
        self.descriptor = descriptor
        limitBytes = lineLimitBytes
        buffer = [UInt8](repeating: 0, count: chunkBytes)
    }

    /// The same from a bare number, which the caller keeps open as long as the reader is used.
    package init(descriptor number: Int32, lineLimitBytes: Int, chunkBytes: Int = 64 << 10) {
        self.init(descriptor: InputDescriptor(borrowing: number), lineLimitBytes: lineLimitBytes, chunkBytes: chunkBytes)
    }

    /// The next line; nil at the end. Throws where the system cannot read.
    package mutating func next() throws(HostError) -> Line? {
        while true {
            if let lineFeed = findLineFeed() {
                let line = take(upTo: lineFeed)
                start = lineFeed + 1
                searched = start
                return line
            }
            searched = end
            if end - start > limitBytes { isSkipping = true }
            if isSkipping { forgetBuffer() }
            guard !isAtEnd else {
                guard start < end || isSkipping else { return nil }
                let line = take(upTo: end)
                forgetBuffer()
                return line
            }
            try fill()
        }
    }

    private mutating func take(upTo lineEnd: Int) -> Line {
        number += 1
        guard !isSkipping, lineEnd - start <= limitBytes else {
            isSkipping = false
            return .tooLong(number: number)
        }
        return .line(Array(buffer[start..<lineEnd]), number: number)
    }

    private mutating func forgetBuffer() {
        start = 0
        searched = 0
        end = 0
    }

    private mutating func fill() throws(HostError) {
        if start == end { forgetBuffer() }
        if end == buffer.count { makeRoom() }
        let count = Self.read(descriptor.number, into: &buffer, at: end)
        guard count >= 0 else { throw HostError(errno: errno, "read a line") }
        end += count
        isAtEnd = count == 0
    }

    private static func read(_ descriptor: Int32, into buffer: inout [UInt8], at offset: Int) -> Int {
        var elements = buffer.mutableSpan
        var bytes = unsafe elements.mutableBytes
        return Descriptors.read(descriptor, into: &bytes, at: offset)
    }

    private mutating func makeRoom() {
        guard start > 0 else {
            buffer.append(contentsOf: repeatElement(0, count: buffer.count))
            return
        }
        buffer.replaceSubrange(0..<(end - start), with: Array(buffer[start..<end]))
        end -= start
        searched -= start
        start = 0
    }

    private func findLineFeed() -> Int? {
        guard searched < end else { return nil }
        return unsafe buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = unsafe memchr(base + searched, Int32(Self.lineFeed), end - searched) else {
                return nil
            }
            return unsafe found - UnsafeMutableRawPointer(mutating: base)
        }
    }
}
