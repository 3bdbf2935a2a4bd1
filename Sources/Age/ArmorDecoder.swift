internal import Sodium

/// Reads the lines of ASCII armor as strictly as the specification of age recommends, since armor is malleable otherwise.
///
/// Lines end in LF or CRLF. Blank characters may stand before the first line and after the last, `AgeLimit.armorWhitespaceBytes` of them at
/// most, as in the `age` program. Nothing else is forgiven: no header, no empty line, no other column than 64, no base64 that is not
/// canonical.
struct ArmorDecoder: Sendable {
    private enum Stage {
        /// Blank lines, and the line that begins the armor.
        case before
        /// Full lines, and a shorter one.
        case body
        /// The line that ends the armor, after a line that was not full.
        case end
        /// Blank characters.
        case after
    }

    /// Bytes of a line that may be one: those of a full line, and the CR of its end.
    private static let longestLine = Base64.lineCharacters + 1
    /// Lines decoded at a time: 48 KiB.
    private static let batchLines = 1024

    private var stage = Stage.before
    private var line: [UInt8] = []
    private var whitespace = 0
    private var buffer: [UInt8] = []

    /// How many bytes of the buffer are what the last call decoded.
    private(set) var decodedCount = 0

    /// What the last call of `take` decoded.
    var decoded: RawSpan {
        @_lifetime(borrow self)
        borrowing get { buffer.rawSpan.extracting(first: decodedCount) }
    }

    /// Takes some bytes from the beginning of `text`, at least one, and decodes them; returns how many it took.
    ///
    /// Throws `armor` for a line that is not as it must be; what stood before it was decoded by earlier calls.
    mutating func take(_ text: RawSpan) throws(AgeError) -> Int {
        decodedCount = 0
        if case .body = stage, line.isEmpty {
            let taken = fullLines(text)
            if taken > 0 { return taken }
        }
        return try takeLine(text)
    }

    /// Throws `armor` if the text ends here and should not.
    mutating func finish() throws(AgeError) {
        // The last line need not have an end of line.
        if !line.isEmpty { try finishLine() }
        guard case .after = stage else { throw Self.broken("it has no end line") }
    }

    /// Decodes as many full lines as there are, up to a batch, and returns how many bytes of text they took.
    private mutating func fullLines(_ text: RawSpan) -> Int {
        guard text.byteCount > Base64.lineCharacters else { return 0 }
        let isCRLF = text.byte(at: Base64.lineCharacters) == UInt8(ascii: "\r")
        let stride = Base64.lineCharacters + (isCRLF ? 2 : 1)
        let batch = text.extracting(first: min(text.byteCount / stride, Self.batchLines) * stride)
        let room = batch.byteCount / stride * Base64.lineBytes
        if buffer.count < room { buffer = [UInt8](repeating: 0, count: room) }
        var lines = 0
        buffer.write { (out: inout MutableRawSpan) in lines = Base64.decodeLines(batch, endingInCRLF: isCRLF, into: &out) }
        decodedCount = lines * Base64.lineBytes
        return lines * stride
    }

    /// Takes the rest of a line, or as much of it as there is.
    private mutating func takeLine(_ text: RawSpan) throws(AgeError) -> Int {
        var taken = 0
        while taken < text.byteCount {
            let byte = text.byte(at: taken)
            taken += 1
            if case .after = stage {
                try skip(byte)
            } else if byte == UInt8(ascii: "\n") {
                try finishLine()
                return taken
            } else {
                line.append(byte)
                try checkBeginning()
            }
        }
        return taken
    }

    /// Refuses a line that cannot become a good one, so that nothing endless is collected.
    private mutating func checkBeginning() throws(AgeError) {
        guard case .before = stage else {
            guard line.count <= Self.longestLine else { throw Self.broken("a line is longer than \(Base64.lineCharacters) columns") }
            return
        }
        if Armor.isWhitespace(line[line.count - 1]), line.allSatisfy(Armor.isWhitespace) {
            guard whitespace + line.count <= AgeLimit.armorWhitespaceBytes else { throw Self.tooMuchWhitespace }
        } else {
            guard Array((Armor.begin + "\r").utf8).starts(with: line) else { throw Self.notBegun }
        }
    }

    private mutating func finishLine() throws(AgeError) {
        var content = line[...]
        line = []
        if case .before = stage, content.allSatisfy(Armor.isWhitespace) {
            whitespace += content.count + 1
            guard whitespace <= AgeLimit.armorWhitespaceBytes else { throw Self.tooMuchWhitespace }
            return
        }
        if content.last == UInt8(ascii: "\r") { content.removeLast() }
        switch stage {
        case .before:
            guard content.elementsEqual(Armor.begin.utf8) else { throw Self.notBegun }
            whitespace = 0
            stage = .body
        case .body where content.elementsEqual(Armor.end.utf8), .end where content.elementsEqual(Armor.end.utf8):
            stage = .after
        case .body:
            try decodeLine(Array(content))
        case .end:
            throw Self.broken("something follows its last line, which is not full, and is not the end line")
        case .after:
            break
        }
    }

    /// Decodes a line that may be the last.
    private mutating func decodeLine(_ content: [UInt8]) throws(AgeError) {
        guard !content.isEmpty else { throw Self.broken("a line is empty") }
        do {
            let bytes = try Base64.decodeSecret(content.rawSpan)
            buffer = bytes.bytes.array
        } catch {
            throw Self.broken("a line is not canonical base64 with padding, in \(Base64.lineCharacters) columns")
        }
        decodedCount = buffer.count
        if decodedCount < Base64.lineBytes { stage = .end }
    }

    private mutating func skip(_ byte: UInt8) throws(AgeError) {
        guard Armor.isWhitespace(byte) else { throw Self.broken("something stands after its end line") }
        whitespace += 1
        guard whitespace <= AgeLimit.armorWhitespaceBytes else { throw Self.tooMuchWhitespace }
    }

    private static func broken(_ what: String) -> AgeError {
        AgeError(.armor, "not a valid ascii armor: \(what)")
    }

    private static var notBegun: AgeError {
        broken("it does not begin with the line \(Armor.begin)")
    }

    private static var tooMuchWhitespace: AgeError {
        broken("there are more than \(AgeLimit.armorWhitespaceBytes) blank characters around it")
    }
}
