internal import Sodium

/// Reads a header from bytes that arrive in pieces, and stops at its last byte.
///
/// A byte that no header can have is refused when it arrives, so that a large file of another kind is not buffered.
struct HeaderParser {
    private enum Expected {
        case version
        case stanzaOrEnd
        case body
        case nothing
    }

    private var bytes: [UInt8] = []
    private var lineStart = 0
    private var expected = Expected.version
    private var arguments: [String] = []
    private var bodyText: [UInt8] = []
    private var stanzas: [AgeStanza] = []
    private var macLineStart = 0
    private var mac: [UInt8] = []

    /// Takes the header's next bytes from the start of `input`; returns how many it took, and nil while the header is not complete.
    ///
    /// Throws `headerMalformed`, or `armor` for a file in ASCII armor, which whoever accepts it has taken off before.
    mutating func append(_ input: RawSpan) throws(AgeError) -> Int? {
        var offset = 0
        while expected != .nothing {
            guard offset < input.byteCount else { return nil }
            let byte = input.byte(at: offset)
            offset += 1
            bytes.append(byte)
            guard bytes.count <= AgeLimit.headerBytes else {
                throw AgeError.header("it is longer than \(AgeLimit.headerBytes) bytes")
            }
            if byte == UInt8(ascii: "\n") {
                try line(bytes[lineStart..<(bytes.count - 1)])
                lineStart = bytes.count
            } else if expected == .version {
                try checkVersion(bytes[...], isComplete: false)
            }
        }
        return offset
    }

    /// The header, once all of it was taken; throws `headerMalformed` if it was not.
    func finish() throws(AgeError) -> AgeHeader {
        guard expected == .nothing else { throw AgeError.header("the file ends within it") }
        return try AgeHeader(
            stanzas: stanzas,
            mac: mac,
            authenticated: Array(bytes[..<(macLineStart + 3)]),
            byteCount: bytes.count
        )
    }

    private mutating func line(_ line: ArraySlice<UInt8>) throws(AgeError) {
        switch expected {
        case .version:
            try checkVersion(line, isComplete: true)
            expected = .stanzaOrEnd
        case .stanzaOrEnd where line.starts(with: Array("-> ".utf8)):
            try beginStanza(line.dropFirst(3))
        case .stanzaOrEnd where line.starts(with: Array("--- ".utf8)):
            try end(line)
        case .stanzaOrEnd:
            throw AgeError.header("a line begins neither a recipient stanza nor the end")
        case .body:
            try body(line)
        case .nothing:
            break
        }
    }

    /// Refuses a first line, or the beginning of one, that is not version 1's.
    private func checkVersion(_ line: ArraySlice<UInt8>, isComplete: Bool) throws(AgeError) {
        let wanted = Array(Format.versionLine.utf8)
        if isComplete ? line.elementsEqual(wanted) : wanted.starts(with: line) { return }
        let armor = Array(Armor.begin.utf8)
        if line.starts(with: armor) {
            throw AgeError(.armor, "the file is in ascii armor, which is not accepted here: convert it to the binary format first")
        }
        if !isComplete && armor.starts(with: line) { return }
        guard line.starts(with: Array(Format.versionPrefix.utf8)) else { throw AgeError.header("this is no age file") }
        throw AgeError.header("its version is not v1: use a newer program")
    }

    private mutating func beginStanza(_ words: ArraySlice<UInt8>) throws(AgeError) {
        guard stanzas.count < AgeLimit.stanzas else {
            throw AgeError.header("it has more than \(AgeLimit.stanzas) recipient stanzas")
        }
        guard words.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            throw AgeError.header("a recipient stanza has a character that is not allowed")
        }
        let arguments = words.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard arguments.allSatisfy({ !$0.isEmpty }) else {
            throw AgeError.header("a recipient stanza has an empty argument")
        }
        self.arguments = arguments.map { String(decoding: $0, as: UTF8.self) }
        bodyText = []
        expected = .body
    }

    private mutating func body(_ line: ArraySlice<UInt8>) throws(AgeError) {
        guard line.count <= Format.bodyColumns else {
            throw AgeError.header("a line of a recipient stanza is longer than \(Format.bodyColumns) columns")
        }
        bodyText += line
        guard line.count < Format.bodyColumns else { return }
        stanzas.append(AgeStanza(arguments, body: try Self.decode(bodyText)))
        expected = .stanzaOrEnd
    }

    private mutating func end(_ line: ArraySlice<UInt8>) throws(AgeError) {
        guard !stanzas.isEmpty else { throw AgeError.header("it has no recipient stanza") }
        let text = line.dropFirst(4)
        guard text.count == Format.macCharacters else { throw AgeError.header("its last line has the wrong length") }
        mac = try Self.decode(Array(text))
        macLineStart = lineStart
        expected = .nothing
    }

    /// Canonical base64 without padding, and nothing else.
    static func decode(_ text: [UInt8]) throws(AgeError) -> [UInt8] {
        do {
            let decoded = try Base64.decodeSecret(text.rawSpan, .unpadded)
            return decoded.bytes.array
        } catch {
            throw AgeError.header("a part is not canonical base64 without padding")
        }
    }
}
