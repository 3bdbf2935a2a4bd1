internal import Sodium

/// Reads a payload from the caller's source, one batch after the other, for threads that come for them.
struct ChunkIntake: ~Copyable, Sendable {
    /// What follows a batch.
    enum Ending {
        /// More of the payload.
        case more
        /// Nothing: the batch ends the payload.
        case payload
        /// The rest of the payload could not be read, for this reason.
        case failure(AgeError)
    }

    /// Bytes that are read to find out whether there are more; few, and as many as keep what is read after them aligned.
    private static let lookaheadBytes = 64

    private var file: FileSource

    /// What was read and is in no batch yet, in guarded memory because it may be plaintext.
    private var ahead: SecretBytes
    private var aheadCount: Int
    private var aheadTaken = 0

    /// Whether nothing more is read.
    private var hasEnded = false

    /// An intake of what was read too far, and then of what `file` has.
    init(_ file: FileSource, after ahead: RawSpan) {
        self.file = file
        self.ahead = SecretBytes(zeros: max(ahead.byteCount, Self.lookaheadBytes))
        aheadCount = ahead.byteCount
        var bytes = self.ahead.mutableBytes
        bytes.copy(ahead, at: 0)
    }

    /// Fills `batch`, and returns what follows it; nil where everything was read before.
    mutating func fill(_ batch: inout ChunkBatch, from source: (inout MutableRawSpan) throws -> Int) -> Ending? {
        guard !hasEnded else { return nil }
        do throws(AgeError) {
            let isFull = try fill(&batch, source)
            if isFull { hasEnded = try !lookAhead(source) } else { hasEnded = true }
            return hasEnded ? .payload : .more
        } catch {
            hasEnded = true
            return .failure(error)
        }
    }

    /// Returns whether the batch became full.
    private mutating func fill(
        _ batch: inout ChunkBatch, _ source: (inout MutableRawSpan) throws -> Int
    ) throws(AgeError) -> Bool {
        while !batch.isFull {
            let count: Int
            if aheadTaken < aheadCount {
                count = batch.fill(from: ahead.bytes.extracting(aheadTaken..<aheadCount))
                aheadTaken += count
            } else {
                count = try batch.fill { (room: inout MutableRawSpan) throws(AgeError) in try file.read(into: &room, from: source) }
            }
            guard count > 0 else { return false }
        }
        return true
    }

    /// Returns whether there is more.
    private mutating func lookAhead(_ source: (inout MutableRawSpan) throws -> Int) throws(AgeError) -> Bool {
        guard aheadTaken == aheadCount else { return true }
        aheadTaken = 0
        aheadCount = 0
        aheadCount = try Self.read(&file, into: &ahead, from: source)
        return aheadCount > 0
    }

    private static func read(
        _ file: inout FileSource, into ahead: inout SecretBytes, from source: (inout MutableRawSpan) throws -> Int
    ) throws(AgeError) -> Int {
        var bytes = ahead.mutableBytes
        var room = bytes.part(0..<lookaheadBytes)
        return try file.read(into: &room, from: source)
    }
}
