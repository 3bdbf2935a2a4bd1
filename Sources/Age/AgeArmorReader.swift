internal import Sodium

/// Takes ASCII armor off a file piece by piece, in bounded memory: append text, get bytes, finish.
///
/// `AgeDecryptor` and `Age.decrypt` do it by themselves. This is for turning an armored file into a binary one without any key; it proves
/// nothing about who made the file.
public struct AgeArmorReader: Sendable {
    private var decoder = ArmorDecoder()
    private var failure: AgeError?

    /// Starts a text.
    public init() {}

    /// Takes the next bytes of text, of any number, and hands over the bytes that they stand for, 48 KiB at most at a time.
    ///
    /// Throws `armor` at the first line that is not as it must be, after what stands before it was handed over; and `callerIO` if `emit`
    /// throws. After an error every further call throws it again. The span given to `emit` is good during the call alone.
    public mutating func append(_ text: RawSpan, emit: (RawSpan) throws -> Void) throws(AgeError) {
        if let failure { throw failure }
        do {
            var offset = 0
            while offset < text.byteCount {
                offset += try decoder.take(text.extracting(offset..<text.byteCount))
                if decoder.decodedCount > 0 { try CallerIO.call(emit, decoder.decoded) }
            }
        } catch {
            failure = error
            throw error
        }
    }

    /// Returns where the text was whole; throws `armor` where it ends within the armor.
    public consuming func finish() throws(AgeError) {
        if let failure { throw failure }
        try decoder.finish()
    }

    /// The binary file of an armored `text`; throws `armor`.
    static func binary(_ text: RawSpan) throws(AgeError) -> [UInt8] {
        var file: [UInt8] = []
        file.reserveCapacity(text.byteCount / 4 * 3)
        var reader = AgeArmorReader()
        try reader.append(text) { file += $0.array }
        try reader.finish()
        return file
    }
}
