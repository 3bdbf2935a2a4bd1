internal import Records
internal import Sodium
internal import SodiumOpen

/// Decrypts the frames of a part, all of them, before anything is believed.
enum FrameReader {
    /// What the frames held.
    struct Body {
        /// All records but the closing.
        var records: [PartRecord] = []
        /// The closing; nil where the part has no end.
        var closing: Closing?
        /// Where the final frame begins, in bytes.
        var finalFrameOffset = 0
    }

    /// Reads the stream that begins at `offset`.
    ///
    /// A part whose writer was stopped ends in the middle of a frame, or in the zeros that were reserved, with what was on its way into them:
    /// what came before is whole. Anything else that does not authenticate is corrupt, and so are bytes after the final frame.
    static func read(_ file: [UInt8], from offset: Int, key: borrowing SecretBytes) throws(OpeningError) -> Body {
        guard file.count >= offset + SecretStream.headerBytes else { throw .corrupt }
        let header = Array(file[offset..<(offset + SecretStream.headerBytes)])
        var stream = try authenticating { () throws(SodiumError) in try StreamReader(header: header, key: key) }
        var body = Body()
        var position = offset + SecretStream.headerBytes
        while !stream.isFinished {
            guard let length = try frameLength(file, at: position) else { return body }
            let start = position + 4
            let sealed = file.rawSpan.extracting(start..<(start + length))
            guard let (plaintext, tag) = try? stream.pull(sealed) else {
                guard isReserved(file, from: start + length) else { throw .corrupt }
                return body
            }
            let records = try decoding { () throws(RecordsError) in try Frame.decode(plaintext) }
            if tag == .final {
                guard records.count == 1, records[0].kind == .closing else { throw .corrupt }
                body.closing = try decoding { () throws(RecordsError) in try Closing.decode(records[0].bytes) }
                body.finalFrameOffset = position
            } else {
                guard !records.contains(where: { $0.kind == .closing }) else { throw .corrupt }
                body.records += records
            }
            position = start + length
        }
        guard position == file.count else { throw .corrupt }
        return body
    }

    /// Whether a file ends before its first frame does: its writer was stopped while it began.
    static func isTornBeginning(_ file: [UInt8]) -> Bool {
        guard file.count >= PartHeader.minimumBytes else { return true }
        return isTorn(file, at: (Int(file[10]) | Int(file[11]) << 8) + SecretStream.headerBytes)
    }

    /// Whether nothing but zeros, and at least one, stand from `position` on: what comes before was written into reserved space.
    private static func isReserved(_ file: [UInt8], from position: Int) -> Bool {
        position < file.count && file[position...].allSatisfy { $0 == 0 }
    }

    /// The length of the sealed frame at `position`; nil where the file was torn there.
    private static func frameLength(_ file: [UInt8], at position: Int) throws(OpeningError) -> Int? {
        guard !isTorn(file, at: position) else { return nil }
        let length = lengthField(file, at: position)
        guard sealedLengths.contains(length) else { throw .corrupt }
        return length
    }

    /// Whether a file ends where a frame would begin at `position`, or in it, or in the zeros that were reserved there.
    private static func isTorn(_ file: [UInt8], at position: Int) -> Bool {
        let rest = file.count - position
        guard rest >= 4 else { return true }
        let length = lengthField(file, at: position)
        return length == 0 || sealedLengths.contains(length) && length > rest - 4
    }

    private static func lengthField(_ file: [UInt8], at position: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(file[position + $1]) << (8 * $1) }
    }

    private static let sealedLengths = SecretStream.overheadBytes...Frame.maximumSealedBytes
}
