internal import Sodium

/// Collects the bytes of a chunk, or of a batch of them, in guarded memory, because the plaintext may be a file of keys.
struct ChunkBuffer: ~Copyable {
    private var memory: SecretBytes

    /// How many bytes are held.
    private(set) var count = 0

    /// A buffer of a chunk's size.
    init(capacity: Int) {
        memory = SecretBytes(zeros: capacity)
    }

    /// Whether a whole chunk is held.
    var isFull: Bool { count == memory.count }

    /// The bytes held.
    var bytes: RawSpan {
        @_lifetime(borrow self)
        borrowing get { memory.bytes.extracting(first: count) }
    }

    /// Takes bytes from the beginning of `input` until the chunk is whole; returns how many.
    mutating func take(_ input: RawSpan) -> Int {
        let taken = min(memory.count - count, input.byteCount)
        Self.copy(input.extracting(first: taken), to: &memory, at: count)
        count += taken
        return taken
    }

    /// Lets `fill` write `count` bytes in place of what was held; the memory grows if that is more than ever before.
    mutating func replace<E: Error>(count: Int, _ fill: (inout MutableRawSpan) throws(E) -> Void) throws(E) {
        self.count = 0
        // Grown once, to a batch: small files never need the memory for one.
        if count > memory.count { memory = SecretBytes(zeros: count) }
        try Self.fill(&memory, count: count, fill)
        self.count = count
    }

    /// Holds nothing any more; the memory is overwritten by the next chunk and wiped at the end.
    mutating func clear() {
        count = 0
    }

    private static func copy(_ input: RawSpan, to memory: inout SecretBytes, at offset: Int) {
        var out = memory.mutableBytes
        out.copy(input, at: offset)
    }

    private static func fill<E: Error>(
        _ memory: inout SecretBytes,
        count: Int,
        _ fill: (inout MutableRawSpan) throws(E) -> Void
    ) throws(E) {
        var whole = memory.mutableBytes
        var out = whole.part(0..<count)
        try fill(&out)
    }
}
