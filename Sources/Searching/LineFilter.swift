/// Tells from the bytes of an event line, without reading it, that nothing that is sought can be in it: most lines need not be read then.
struct LineFilter: Sendable {
    /// What must stand in a plain line; nil where no plain line can match.
    private let pieces: [Needle]?

    /// A filter for lines in which all of these, folded, are to be found.
    init(_ sought: [[UInt8]]) {
        guard sought.allSatisfy({ $0.allSatisfy { $0 < 0x80 } }) else {
            pieces = nil
            return
        }
        // Folding a plain line changes the case of letters, white space, and one quotation mark into another; all else stays as it stands.
        pieces = sought.flatMap { $0.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "'") } }.map { Needle(Array($0)) }
    }

    /// Whether the line must be read to know.
    func mayMatch(_ line: [UInt8]) -> Bool {
        guard Self.isPlain(line.span) else { return true }
        return pieces?.allSatisfy { $0.occurs(inLine: line) } ?? false
    }

    /// Whether a line is ASCII without escapes: then its texts stand in it as they are.
    private static func isPlain(_ line: Span<UInt8>) -> Bool {
        // Without a branch for each byte, so that it is done many bytes at a time.
        var others: UInt8 = 0
        for index in line.indices {
            let byte = line[index]
            others |= byte & 0x80 | (byte == UInt8(ascii: "\\") ? 1 : 0)
        }
        return others == 0
    }
}
