extension RawSpan {
    /// The byte at `offset`, which is checked.
    package func byte(at offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < byteCount, "a byte lies within its span")
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}

extension MutableRawSpan {
    /// Writes the byte at `offset`, which is checked.
    package mutating func setByte(_ byte: UInt8, at offset: Int) {
        storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
    }

    /// The part in `range`, for writing.
    @_lifetime(&self)
    package mutating func part(_ range: Range<Int>) -> MutableRawSpan {
        // The standard library has only the underscored name since it deprecated `extracting` on mutable spans.
        _mutatingExtracting(range)
    }
}
