/// Reads little-endian integers and runs of bytes from an array, never past its end.
package struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    /// How many bytes have been read.
    package private(set) var offset = 0

    /// Reads `bytes` from their beginning.
    package init(_ bytes: some Sequence<UInt8>) {
        self.bytes = ArraySlice(bytes)
    }

    /// How many bytes are left.
    package var remaining: Int { bytes.count - offset }

    /// The next `count` bytes; nil where there are fewer.
    package mutating func take(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= remaining else { return nil }
        let start = bytes.startIndex + offset
        offset += count
        return Array(bytes[start..<(start + count)])
    }

    /// The next little-endian integer; nil where the bytes end before it does.
    @inlinable package mutating func integer<I: FixedWidthInteger & UnsignedInteger>(_ type: I.Type = I.self) -> I? {
        word(I.bitWidth / 8).map { I(truncatingIfNeeded: $0) }
    }

    /// The number that the next `count` bytes, at most eight, make in little-endian order.
    @usableFromInline mutating func word(_ count: Int) -> UInt64? {
        guard count <= remaining else { return nil }
        let start = bytes.startIndex + offset
        offset += count
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[start + index]) << UInt64(8 * index) }
        return value
    }

    /// The next four bytes as a day; nil where there are fewer, or the number is no day's, so that every day has one form.
    package mutating func day() -> Day? {
        guard let number = integer(UInt32.self), number <= Day.last.number else { return nil }
        return Day(number: number)
    }

    /// The next 16 bytes as an id.
    package mutating func identifier<Tag>(_ type: Identifier<Tag>.Type = Identifier<Tag>.self) -> Identifier<Tag>? {
        guard let high = integer(UInt64.self), let low = integer(UInt64.self) else { return nil }
        return Identifier(high: high.byteSwapped, low: low.byteSwapped)
    }
}

extension Array where Element == UInt8 {
    /// Adds an integer in little-endian order.
    @inlinable package mutating func append<I: FixedWidthInteger & UnsignedInteger>(littleEndian value: I) {
        for byte in 0..<(I.bitWidth / 8) { append(UInt8(truncatingIfNeeded: value >> I(8 * byte))) }
    }
}
