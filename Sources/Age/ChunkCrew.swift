internal import Sodium
internal import Synchronization

/// The chunks of one payload through the cipher, on all processors: each thread reads a batch, works on it and writes it in its turn.
///
/// So reading and writing go on while others encrypt, and a batch stays in the cache of one processor from its reading to its writing: where
/// one thread reads and writes and others encrypt, moving the bytes between processors costs as much as encrypting them.
final class ChunkCrew: Sendable {
    /// Gives the payload's next bytes: called by one thread at a time.
    typealias Source = @Sendable (inout MutableRawSpan) throws -> Int
    /// Takes the next bytes of the other side: called by one thread at a time.
    typealias Sink = @Sendable (RawSpan) throws(AgeError) -> Void

    private let direction: ChunkBatch.Direction
    private let cipher: ChunkCipher
    private let intake: Mutex<ChunkIntake>
    private let next = Atomic(0)

    // Turns and not the lock alone, because a thread that waits for its turn sleeps, and one that waits for a lock burns time first.
    private let readingTurns = Turns()
    private let writingTurns = Turns()
    private let failure = Mutex<AgeError?>(nil)

    /// A crew for the payload that begins with what was read too far, `ahead`, and goes on with what `file` has.
    init(_ direction: ChunkBatch.Direction, _ cipher: ChunkCipher, _ file: FileSource, after ahead: RawSpan) {
        self.direction = direction
        self.cipher = cipher
        intake = Mutex(ChunkIntake(file, after: ahead))
    }

    /// Takes the whole payload from `source` to `sink`.
    ///
    /// Throws what either throws, `armor`, and `payload` for a chunk that is not authentic: the first of these in the order of the file,
    /// after all before it was handed over.
    func run(from source: Source, into sink: Sink) throws(AgeError) {
        // The first batch alone: most files have no more, and need no thread.
        let goesOn = takeBatches(from: source, into: sink, most: 1)
        if goesOn { Workers.onEachProcessor { _ = takeBatches(from: source, into: sink, most: .max) } }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// Returns whether there may be more.
    private func takeBatches(from source: Source, into sink: Sink, most: Int) -> Bool {
        var batch = ChunkBatch(direction, mostChunks: Format.turnChunks)
        for _ in 0..<most {
            guard takeBatch(&batch, from: source, into: sink) else { return false }
        }
        return true
    }

    private func takeBatch(_ batch: inout ChunkBatch, from source: Source, into sink: Sink) -> Bool {
        let number = next.add(1, ordering: .relaxed).oldValue
        let ending = readingTurns.take(number) { read(&batch, from: source) }
        guard let ending else { return false }
        var place = ChunkPlace(number: UInt64(number * Format.turnChunks), endsPayload: false, processors: .one)
        switch ending {
        case .more:
            batch.process(cipher, place)
        case .payload:
            place.endsPayload = true
            batch.process(cipher, place)
        case .failure:
            if batch.keepWholeChunksButTheLast() { batch.process(cipher, place) }
        }
        writingTurns.take(number) { finish(&batch, ending, into: sink) }
        if case .more = ending { return true }
        return false
    }

    /// Fills a batch, unless one before it has failed; returns nil where nothing is left.
    private func read(_ batch: inout ChunkBatch, from source: Source) -> ChunkIntake.Ending? {
        guard failure.withLock({ $0 == nil }) else { return nil }
        return intake.withLock { $0.fill(&batch, from: source) }
    }

    /// Hands over what was made of a batch, unless one before it has failed.
    private func finish(_ batch: inout ChunkBatch, _ ending: ChunkIntake.Ending, into sink: Sink) {
        guard failure.withLock({ $0 == nil }) else { return }
        do throws(AgeError) {
            try batch.release(sink)
            if !batch.isAuthentic { throw AgeError.payload }
            if case .failure(let error) = ending { throw error }
        } catch {
            failure.withLock { $0 = error }
        }
    }
}
