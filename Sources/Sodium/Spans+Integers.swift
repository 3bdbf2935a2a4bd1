extension RawSpan {
    /// The little-endian integer at `offset`; the caller has checked that it lies within.
    ///
    /// For the lengths, counts and numbers of a format whose other bytes are secret, so that these need no copy outside of guarded memory.
    package func littleEndian<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Integer.Type) -> Integer {
        precondition(offset >= 0 && offset <= byteCount - MemoryLayout<Integer>.size, "an integer lies within its span")
        return Integer(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension MutableRawSpan {
    /// Writes `integer` at `offset`, little-endian; the caller has checked that it fits.
    package mutating func storeLittleEndian<Integer: FixedWidthInteger & BitwiseCopyable>(_ integer: Integer, at offset: Int) {
        precondition(offset >= 0 && offset <= byteCount - MemoryLayout<Integer>.size, "an integer lies within its span")
        storeBytes(of: integer.littleEndian, toByteOffset: offset, as: Integer.self)
    }

    /// Fills the bytes in `range` from `random`, in place.
    package mutating func fill(_ range: Range<Int>, from random: any RandomSource) {
        var part = part(range)
        random.fill(&part)
    }
}
