internal import CSodium

/// A secret of a fixed length in guarded memory: the only type that may hold a key, a seed, a cell value or a passphrase.
///
/// It cannot be copied by assignment, is locked into memory, excluded from core dumps, and wiped when it goes out of scope. It is read
/// through `bytes`, a span that cannot outlive it, so that no copy is left behind unless the caller makes one on purpose.
@safe package struct SecretBytes: ~Copyable, @unchecked Sendable {
    // @unchecked: the pointer is owned by this value alone, which cannot be copied, and is written only through exclusive access.

    /// Where the bytes lie.
    private let base: UnsafeMutableRawPointer

    /// Length in bytes.
    package let count: Int

    /// A secret of `count` zero bytes, to be filled.
    package init(zeros count: Int) {
        precondition(count >= 0, "a secret has a length")
        self.count = count
        unsafe base = GuardedSlab.shared.allocate(max(count, 1))
    }

    /// A secret filled by `fill`, which gets `count` zero bytes.
    package init<E: Error>(count: Int, _ fill: (inout MutableRawSpan) throws(E) -> Void) throws(E) {
        self.init(zeros: count)
        var bytes = mutableBytes
        try fill(&bytes)
    }

    /// A copy of bytes that already lie in guarded memory, or that are not secret yet (a key read from a decrypted file's span).
    package init(copying bytes: RawSpan) {
        self.init(zeros: bytes.byteCount)
        var copy = mutableBytes
        copy.copy(bytes, at: 0)
    }

    /// `count` fresh bytes from `source`.
    package static func random(_ count: Int, from source: any RandomSource) -> SecretBytes {
        SecretBytes(count: count) { (bytes: inout MutableRawSpan) in source.fill(&bytes) }
    }

    deinit {
        unsafe GuardedSlab.shared.release(base, count: max(count, 1))
    }

    /// The bytes, for reading; the span cannot outlive the secret.
    package var bytes: RawSpan {
        @_lifetime(borrow self)
        borrowing get {
            let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base), byteCount: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes, for writing.
    package var mutableBytes: MutableRawSpan {
        @_lifetime(&self)
        mutating get {
            let span = unsafe MutableRawSpan(_unsafeStart: base, byteCount: count)
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }

    /// A second secret with the same bytes; written out because a copy of a secret should be visible in the code.
    package borrowing func copy() -> SecretBytes {
        SecretBytes(copying: bytes)
    }

    /// A new secret made of the bytes in `range`.
    package borrowing func slice(_ range: Range<Int>) -> SecretBytes {
        SecretBytes(copying: bytes.extracting(range))
    }

    /// A new secret made of this one followed by `other`.
    package borrowing func appending(_ other: borrowing SecretBytes) -> SecretBytes {
        var joined = SecretBytes(zeros: count + other.count)
        var out = joined.mutableBytes
        out.copy(bytes, at: 0)
        out.copy(other.bytes, at: count)
        return joined
    }

    /// Whether both hold the same bytes, in time that depends on the length alone.
    package borrowing func equals(_ other: borrowing SecretBytes) -> Bool {
        constantTimeEqual(bytes, other.bytes)
    }
}

/// Whether two pieces of memory are equal, in time that depends on their length alone.
package func constantTimeEqual(_ first: RawSpan, _ second: RawSpan) -> Bool {
    guard first.byteCount == second.byteCount else { return false }
    return unsafe first.withPointer { one, count in
        unsafe second.withPointer { two, _ in unsafe sodium_memcmp(one, two, count) == 0 }
    }
}
