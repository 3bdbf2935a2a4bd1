internal import Sodium

/// Puts a binary file into ASCII armor piece by piece, in bounded memory: append bytes, get lines, finish.
///
/// `AgeEncryptor` does it by itself where the armored format is asked for. This is for a file that is encrypted already.
public struct AgeArmorWriter: Sendable {
    /// Lines handed over at a time: 64 KiB of text.
    private static let batchLines = 1008

    private var text: [UInt8] = []
    private var hasBegun = false

    /// The beginning of a line that is not full yet.
    private var pending: [UInt8] = []

    /// Starts a text.
    public init() {}

    /// Takes the file's next bytes of any number and hands over what lines are full, 64 KiB at most at a time.
    ///
    /// Throws `callerIO` if `emit` throws. The span given to `emit` is good during the call alone.
    public mutating func append(_ bytes: RawSpan, emit: (RawSpan) throws -> Void) throws(AgeError) {
        try begin(emit)
        var offset = 0
        if !pending.isEmpty {
            offset = min(Base64.lineBytes - pending.count, bytes.byteCount)
            pending += bytes.extracting(first: offset).array
            guard pending.count == Base64.lineBytes else { return }
            let line = pending
            pending = []
            try write(line.rawSpan, emit)
        }
        while bytes.byteCount - offset >= Base64.lineBytes {
            let lines = min(Self.batchLines, (bytes.byteCount - offset) / Base64.lineBytes)
            let end = offset + lines * Base64.lineBytes
            try write(bytes.extracting(offset..<end), emit)
            offset = end
        }
        pending += bytes.extracting(offset..<bytes.byteCount).array
    }

    /// Hands over the last lines; throws `callerIO` if `emit` throws.
    public consuming func finish(emit: (RawSpan) throws -> Void) throws(AgeError) {
        try begin(emit)
        let last = pending.isEmpty ? "" : Base64.encode(pending) + "\n"
        try CallerIO.call(emit, Array((last + Armor.end + "\n").utf8).rawSpan)
    }

    /// The armored text of `file`.
    static func armored(_ file: RawSpan) -> [UInt8] {
        let lines = file.byteCount / Base64.lineBytes
        let begin = Array((Armor.begin + "\n").utf8)
        let rest = file.extracting((lines * Base64.lineBytes)..<file.byteCount).array
        let end = Array(((rest.isEmpty ? "" : Base64.encode(rest) + "\n") + Armor.end + "\n").utf8)
        let endOffset = begin.count + lines * (Base64.lineCharacters + 1)
        return [UInt8](count: endOffset + end.count) { (out: inout MutableRawSpan) in
            out.copy(begin.rawSpan, at: 0)
            var text = out.part(begin.count..<endOffset)
            Base64.encodeLines(file.extracting(first: lines * Base64.lineBytes), into: &text)
            out.copy(end.rawSpan, at: endOffset)
        }
    }

    private mutating func begin(_ emit: (RawSpan) throws -> Void) throws(AgeError) {
        guard !hasBegun else { return }
        hasBegun = true
        try CallerIO.call(emit, Array((Armor.begin + "\n").utf8).rawSpan)
    }

    private mutating func write(_ lines: RawSpan, _ emit: (RawSpan) throws -> Void) throws(AgeError) {
        let count = lines.byteCount / Base64.lineBytes * (Base64.lineCharacters + 1)
        if text.count < count { text = [UInt8](repeating: 0, count: count) }
        text.write { (out: inout MutableRawSpan) in
            var part = out.part(0..<count)
            Base64.encodeLines(lines, into: &part)
        }
        try CallerIO.call(emit, text.rawSpan.extracting(first: count))
    }
}
