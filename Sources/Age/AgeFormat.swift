/// The two formats of an age file.
public enum AgeFormat: Sendable, Hashable {
    /// The file as it is: a textual header and a binary payload.
    case binary

    /// ASCII armor around it, for what carries text alone: strict PEM (RFC 7468) with the label `AGE ENCRYPTED FILE`.
    case armored

    /// The format that a file has if it is an age file at all, from its first byte; a binary file begins with a letter.
    init(firstByte: UInt8) {
        self = firstByte == UInt8(ascii: "-") || Armor.isWhitespace(firstByte) ? .armored : .binary
    }
}

/// The texts of ASCII armor.
enum Armor {
    /// The line before the base64.
    static let begin = "-----BEGIN AGE ENCRYPTED FILE-----"
    /// The line after it.
    static let end = "-----END AGE ENCRYPTED FILE-----"

    /// Whether `byte` is one of ASCII's blank characters, which may stand around the armor.
    static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (0x09...0x0d).contains(byte)
    }
}
