internal import CSodium

extension RawSpan {
    /// These bytes as an array. Not for secrets.
    package var array: [UInt8] {
        unsafe withUnsafeBytes { unsafe Array($0) }
    }

    /// Lets `body` read through a pointer, which is never null, as C functions want it even for no bytes.
    package func withPointer<R: ~Copyable, E: Error>(_ body: (UnsafePointer<UInt8>, Int) throws(E) -> R) throws(E) -> R {
        try unsafe withUnsafeBytes { (buffer: UnsafeRawBufferPointer) throws(E) -> R in
            guard let start = buffer.baseAddress else {
                var nothing: UInt8 = 0
                return try unsafe withUnsafePointer(to: &nothing) { (pointer: UnsafePointer<UInt8>) throws(E) -> R in
                    try unsafe body(pointer, 0)
                }
            }
            return try unsafe body(start.assumingMemoryBound(to: UInt8.self), buffer.count)
        }
    }
}

extension MutableRawSpan {
    /// Lets `body` write through a pointer, which is never null, as C functions want it even for no bytes.
    package mutating func withMutablePointer<R: ~Copyable, E: Error>(_ body: (UnsafeMutablePointer<UInt8>, Int) throws(E) -> R) throws(E)
        -> R
    {
        try unsafe withUnsafeMutableBytes { (buffer: UnsafeMutableRawBufferPointer) throws(E) -> R in
            guard let start = buffer.baseAddress else {
                var nothing: UInt8 = 0
                return try unsafe withUnsafeMutablePointer(to: &nothing) { (pointer: UnsafeMutablePointer<UInt8>) throws(E) -> R in
                    try unsafe body(pointer, 0)
                }
            }
            return try unsafe body(start.assumingMemoryBound(to: UInt8.self), buffer.count)
        }
    }

    /// Copies all of `source` to `offset`; the caller has checked that it fits.
    package mutating func copy(_ source: RawSpan, at offset: Int) {
        precondition(offset >= 0 && offset + source.byteCount <= byteCount, "a copy stays within its span")
        guard source.byteCount > 0 else { return }
        unsafe withMutablePointer { out, _ in
            unsafe source.withPointer { bytes, count in unsafe (out + offset).update(from: bytes, count: count) }
        }
    }

    /// Overwrites all bytes with zeros in a way that the compiler cannot drop.
    package mutating func wipe() {
        unsafe withMutablePointer { bytes, count in unsafe sodium_memzero(bytes, count) }
    }
}

extension Array where Element == UInt8 {
    /// This array's bytes, for reading.
    package var rawSpan: RawSpan {
        @_lifetime(borrow self)
        borrowing get { unsafe span.bytes }
    }

    /// An array of `count` bytes filled by `fill`. Not for secrets.
    package init<E: Error>(count: Int, _ fill: (inout MutableRawSpan) throws(E) -> Void) throws(E) {
        self.init(repeating: 0, count: count)
        try write(fill)
    }

    /// Lets `body` write over this array's bytes. Not for secrets.
    package mutating func write<E: Error>(_ body: (inout MutableRawSpan) throws(E) -> Void) throws(E) {
        var elements = mutableSpan
        var bytes = unsafe elements.mutableBytes
        try body(&bytes)
    }
}
