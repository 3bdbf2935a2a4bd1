internal import Sodium

/// Room for some chunks, in plaintext and in ciphertext: one side is filled, the cipher makes the other, which is handed over.
///
/// The plaintext is in guarded memory, because it may be a file of keys; the ciphertext need not be, and is not, because a process may lock
/// little memory.
struct ChunkBatch: ~Copyable, Sendable {
    /// Which way chunks go.
    enum Direction: Sendable {
        /// From plaintext to ciphertext.
        case sealing
        /// From ciphertext to plaintext.
        case opening

        /// Bytes of a whole chunk on the side that is filled.
        var chunkBytes: Int {
            switch self {
            case .sealing: Format.chunkBytes
            case .opening: Format.sealedChunkBytes
            }
        }
    }

    private let direction: Direction
    private let mostChunks: Int
    private var plaintext: SecretBytes
    private var ciphertext: [UInt8]

    /// For how many chunks there is room now.
    private var chunks = 1

    /// How many bytes were filled in.
    private(set) var filled = 0

    /// How many bytes of the other side can be handed over.
    private var made = 0

    /// Whether all chunks were authentic; ciphertext that was made here always is.
    private(set) var isAuthentic = true

    /// An empty batch; it has room for one chunk at first, since most files are small, and for `mostChunks` once that is full.
    init(_ direction: Direction, mostChunks: Int) {
        self.direction = direction
        self.mostChunks = mostChunks
        plaintext = SecretBytes(zeros: Format.chunkBytes)
        ciphertext = [UInt8](repeating: 0, count: Format.sealedChunkBytes)
    }

    /// Whether there is no room for another byte.
    var isFull: Bool { filled == mostChunks * direction.chunkBytes }

    /// Takes as many bytes from the beginning of `bytes` as there is room for; returns how many.
    mutating func fill(from bytes: RawSpan) -> Int {
        var taken = 0
        while taken < bytes.byteCount, !isFull {
            taken += fill { (room: inout MutableRawSpan) in
                let count = min(room.byteCount, bytes.byteCount - taken)
                room.copy(bytes.extracting(taken..<(taken + count)), at: 0)
                return count
            }
        }
        return taken
    }

    /// Lets `read` write into room that is left; it returns how many bytes it has written, which this returns too.
    mutating func fill<E: Error>(_ read: (inout MutableRawSpan) throws(E) -> Int) throws(E) -> Int {
        if filled == chunks * direction.chunkBytes { grow() }
        let room = filled..<(chunks * direction.chunkBytes)
        var count = 0
        switch direction {
        case .sealing:
            var bytes = plaintext.mutableBytes
            var part = bytes.part(room)
            count = try read(&part)
        case .opening:
            try ciphertext.write { (bytes: inout MutableRawSpan) throws(E) in
                var part = bytes.part(room)
                count = try read(&part)
            }
        }
        filled += count
        return count
    }

    private mutating func grow() {
        precondition(chunks < mostChunks, "a full batch takes no more")
        chunks = mostChunks
        var larger = SecretBytes(zeros: chunks * Format.chunkBytes)
        var bytes = larger.mutableBytes
        bytes.copy(plaintext.bytes, at: 0)
        plaintext = larger
        ciphertext += [UInt8](repeating: 0, count: chunks * Format.sealedChunkBytes - ciphertext.count)
    }

    /// Encrypts or decrypts what was filled in.
    mutating func process(_ cipher: ChunkCipher, _ place: ChunkPlace) {
        switch direction {
        case .sealing: seal(cipher, place)
        case .opening: open(cipher, place)
        }
    }

    /// Hands over what `process` has made, and is empty again.
    mutating func release<E: Error>(_ emit: (RawSpan) throws(E) -> Void) throws(E) {
        let made = made
        self.made = 0
        filled = 0
        guard made > 0 else { return }
        switch direction {
        case .sealing: try emit(ciphertext.rawSpan.extracting(first: made))
        case .opening: try emit(plaintext.bytes.extracting(first: made))
        }
    }

    /// Cuts off the bytes after the last whole chunk that others follow; returns whether any chunk is left.
    mutating func keepWholeChunksButTheLast() -> Bool {
        filled = max(0, filled - 1) / direction.chunkBytes * direction.chunkBytes
        return filled > 0
    }

    private mutating func seal(_ cipher: ChunkCipher, _ place: ChunkPlace) {
        made = filled + ChunkCipher.count(plaintextBytes: filled) * Format.tagBytes
        Self.seal(plaintext, 0..<filled, into: &ciphertext, 0..<made, cipher, place)
    }

    /// Decrypts, and makes what is authentic from the first chunk on.
    ///
    /// A whole chunk that is authentic for the other place is made as well before the refusal: a file cut between two chunks, or one that
    /// goes on after its end, has released the same plaintext whether or not its end was known when the chunk arrived.
    private mutating func open(_ cipher: ChunkCipher, _ place: ChunkPlace) {
        // What is too short to be a chunk is refused, after those before it.
        let isCut = ChunkCipher.plaintextBytes(sealedBytes: filled, from: place.number) == nil
        let count = ChunkCipher.count(sealedBytes: filled) - (isCut ? 1 : 0)
        let sealedBytes = isCut ? count * Format.sealedChunkBytes : filled
        var taken = place
        if isCut { taken.endsPayload = false }
        var authentic = 0
        if count > 0 {
            authentic = open(0..<sealedBytes, cipher, taken)
            made = authentic == count ? sealedBytes - count * Format.tagBytes : authentic * Format.chunkBytes
        }
        isAuthentic = authentic == count && !isCut
        let next = authentic * Format.sealedChunkBytes
        guard authentic < count, sealedBytes - next >= Format.sealedChunkBytes else { return }
        let wasTakenForLast = taken.endsPayload && authentic == count - 1
        let other = ChunkPlace(number: place.number + UInt64(authentic), endsPayload: !wasTakenForLast, processors: place.processors)
        made += open(next..<(next + Format.sealedChunkBytes), cipher, other) * Format.chunkBytes
    }

    /// Decrypts the ciphertext in `range` to the place of its plaintext; returns how many chunks from the first one on are authentic.
    private mutating func open(_ range: Range<Int>, _ cipher: ChunkCipher, _ place: ChunkPlace) -> Int {
        let start = range.lowerBound / Format.sealedChunkBytes * Format.chunkBytes
        let end = start + range.count - ChunkCipher.count(sealedBytes: range.count) * Format.tagBytes
        return Self.open(ciphertext, range, into: &plaintext, start..<end, cipher, place)
    }

    // Static, because the compiler does not let a method read one stored property through a span while it writes to another.

    private static func seal(
        _ plaintext: borrowing SecretBytes, _ range: Range<Int>, into ciphertext: inout [UInt8], _ target: Range<Int>,
        _ cipher: ChunkCipher, _ place: ChunkPlace
    ) {
        let chunks = plaintext.bytes.extracting(range)
        ciphertext.write { (bytes: inout MutableRawSpan) in
            var out = bytes.part(target)
            cipher.seal(chunks, place, into: &out)
        }
    }

    private static func open(
        _ ciphertext: [UInt8], _ range: Range<Int>, into plaintext: inout SecretBytes, _ target: Range<Int>,
        _ cipher: ChunkCipher, _ place: ChunkPlace
    ) -> Int {
        var bytes = plaintext.mutableBytes
        var out = bytes.part(target)
        return cipher.open(ciphertext.rawSpan.extracting(range), place, into: &out)
    }
}
