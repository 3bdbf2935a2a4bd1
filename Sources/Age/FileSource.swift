internal import Sodium

/// The caller's source as the bytes of a binary file, whatever its format is.
struct FileSource: Sendable {
    /// The format, once it is known.
    private var format: AgeFormat?
    private var armor = ArmorDecoder()

    /// What was read as text, or before the format was known, and how much of it was taken.
    private var piece: [UInt8] = []
    private var pieceCount = 0
    private var taken = 0

    /// How much of what the armor stands for was taken.
    private var decodedTaken = 0

    /// A source of which nothing was read; nil takes the format that the first byte tells.
    init(_ format: AgeFormat?) {
        self.format = format
    }

    /// Writes the next bytes into `room`; returns how many, and 0 where there are no more, after which it must not be called again.
    ///
    /// Throws `callerIO` if `source` throws, and `armor` for a fault in the armor.
    mutating func read(
        into room: inout MutableRawSpan, from source: (inout MutableRawSpan) throws -> Int
    ) throws(AgeError) -> Int {
        if format == nil {
            try readPiece(from: source)
            guard pieceCount > 0 else { return 0 }
            format = AgeFormat(firstByte: piece[0])
        }
        if format == .armored { return try readArmored(into: &room, from: source) }
        guard taken < pieceCount else { return try CallerIO.read(source, &room) }
        let count = min(room.byteCount, pieceCount - taken)
        room.copy(piece.rawSpan.extracting(taken..<(taken + count)), at: 0)
        taken += count
        return count
    }

    private mutating func readArmored(
        into room: inout MutableRawSpan, from source: (inout MutableRawSpan) throws -> Int
    ) throws(AgeError) -> Int {
        while decodedTaken == armor.decodedCount {
            if taken == pieceCount {
                try readPiece(from: source)
                guard pieceCount > 0 else {
                    try armor.finish()
                    return 0
                }
            }
            let text = piece
            taken += try armor.take(text.rawSpan.extracting(taken..<pieceCount))
            decodedTaken = 0
        }
        let count = min(room.byteCount, armor.decodedCount - decodedTaken)
        room.copy(armor.decoded.extracting(decodedTaken..<(decodedTaken + count)), at: 0)
        decodedTaken += count
        return count
    }

    private mutating func readPiece(from source: (inout MutableRawSpan) throws -> Int) throws(AgeError) {
        if piece.isEmpty { piece = [UInt8](repeating: 0, count: Format.pieceBytes) }
        taken = 0
        var count = 0
        try piece.write { (room: inout MutableRawSpan) throws(AgeError) in count = try CallerIO.read(source, &room) }
        pieceCount = count
    }
}
