internal import Sodium

/// The chunks of one payload through the cipher, as their bytes come: a batch at a time, spread over all processors.
struct ChunkStream: ~Copyable {
    private let cipher: ChunkCipher
    private var batch: ChunkBatch
    private var place = ChunkPlace(number: 0, endsPayload: false, processors: .all)

    /// A payload of which nothing has come yet.
    init(_ direction: ChunkBatch.Direction, _ cipher: ChunkCipher) {
        self.cipher = cipher
        batch = ChunkBatch(direction, mostChunks: Format.spreadChunks)
    }

    /// Takes the next bytes of any number, and hands over what is done.
    ///
    /// Throws what `emit` throws, and `payload` for a chunk that is not authentic, after all before it was handed over.
    mutating func append(_ bytes: RawSpan, emit: (RawSpan) throws(AgeError) -> Void) throws(AgeError) {
        var offset = 0
        while offset < bytes.byteCount {
            // More follows, so the batch does not end the payload.
            if batch.isFull { try handOver(emit) }
            offset += batch.fill(from: bytes.extracting(offset..<bytes.byteCount))
        }
    }

    /// Takes the payload as ended, and hands over the rest of it; throws as `append` does.
    consuming func finish(emit: (RawSpan) throws(AgeError) -> Void) throws(AgeError) {
        place.endsPayload = true
        try handOver(emit)
    }

    /// Hands over what is known not to be the payload's last, since the rest cannot be had; throws as `append` does.
    consuming func abandon(emit: (RawSpan) throws(AgeError) -> Void) throws(AgeError) {
        if batch.keepWholeChunksButTheLast() { try handOver(emit) }
    }

    private mutating func handOver(_ emit: (RawSpan) throws(AgeError) -> Void) throws(AgeError) {
        batch.process(cipher, place)
        place.number += UInt64(Format.spreadChunks)
        try batch.release(emit)
        if !batch.isAuthentic { throw AgeError.payload }
    }
}
