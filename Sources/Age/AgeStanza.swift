/// One recipient stanza: the file key wrapped for one recipient, in that recipient type's own way.
public struct AgeStanza: Hashable, Sendable {
    /// The space-separated words of the first line; the first is the recipient type. Never empty, each of visible ASCII characters.
    public let arguments: [String]

    /// The body, decoded.
    public let body: [UInt8]

    /// The recipient type, `X25519` or `scrypt` or one that this library does not know.
    public var type: String { arguments.first ?? "" }

    init(_ arguments: [String], body: [UInt8]) {
        self.arguments = arguments
        self.body = body
    }
}

/// The recipient types that this library knows.
enum StanzaType {
    static let x25519 = "X25519"
    static let scrypt = "scrypt"
}
