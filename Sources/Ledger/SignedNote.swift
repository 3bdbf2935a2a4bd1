internal import Records
package import Sodium

/// A key that signs notes (C2SP signed-note): a name and an Ed25519 key.
package struct NoteKey: Hashable, Sendable {
    /// Length of its id in bytes.
    static let idBytes = 4
    /// What the specification calls the signature type.
    private static let type: UInt8 = 1

    /// The name: not empty, without spaces and plus signs.
    package let name: String
    /// The key.
    package let key: SigningPublicKey

    /// A key of this name.
    package init(name: String, key: SigningPublicKey) {
        self.name = name
        self.key = key
    }

    /// The four bytes that find it among others, and prove nothing.
    package var id: [UInt8] {
        Array(SHA256.hash(Array("\(name)\n".utf8) + [Self.type] + key.bytes).prefix(Self.idBytes))
    }

    /// The verifier key, as tools take it: name, id in hexadecimal, type and key in base64, joined by plus signs.
    package var text: String {
        "\(name)+\(Hex.encode(id))+\(Base64.encode([Self.type] + key.bytes))"
    }
}

/// A text with signatures below it (C2SP signed-note); nothing in it is believed before `isSigned(by:)`.
package struct SignedNote: Sendable {
    private struct Line {
        let name: String
        let id: [UInt8]
        let signature: [UInt8]
    }

    private static let lineFeed = UInt8(ascii: "\n")
    /// An em dash and a space, with which every signature line begins.
    private static let dash = Array("\u{2014} ".utf8)

    /// What is signed, its last line feed included.
    package let text: [UInt8]
    private let lines: [Line]

    /// The note in `bytes`; nil where they are none. The caller bounds their number.
    package init?(_ bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil, bytes.allSatisfy({ $0 >= 0x20 || $0 == Self.lineFeed }),
            bytes.last == Self.lineFeed, let end = Self.endOfText(bytes)
        else { return nil }
        text = Array(bytes[..<end])
        // Between the empty line behind the text and the last line feed.
        let rows = bytes[(end + 1)...].dropLast().split(separator: Self.lineFeed, omittingEmptySubsequences: false)
        let lines = rows.compactMap { Self.line($0) }
        guard lines.count == rows.count else { return nil }
        self.lines = lines
    }

    /// Behind the last line feed of the text: the last empty line ends it.
    private static func endOfText(_ bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast().last { bytes[$0] == lineFeed && bytes[$0 + 1] == lineFeed }.map { $0 + 1 }
    }

    private static func line(_ bytes: ArraySlice<UInt8>) -> Line? {
        guard bytes.starts(with: dash) else { return nil }
        let words = String(decoding: bytes.dropFirst(dash.count), as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, isName(words[0]), let signature = try? Base64.decode(String(words[1])), signature.count > NoteKey.idBytes
        else { return nil }
        return Line(
            name: String(words[0]), id: Array(signature.prefix(NoteKey.idBytes)), signature: Array(signature.dropFirst(NoteKey.idBytes)))
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "+" }
    }

    /// Whether at least one of these keys signed it, and none of the signatures in their name is false; other people's do not matter.
    package func isSigned(by keys: [NoteKey]) -> Bool {
        let checked = lines.flatMap { line in
            keys.filter { $0.name == line.name && $0.id == line.id }.map { $0.key.isValid(line.signature, for: text) }
        }
        return !checked.isEmpty && checked.allSatisfy { $0 }
    }

    /// The bytes of a note with one signature, by `key` under a name; the text ends in a line feed.
    package static func signed(_ text: [UInt8], name: String, by key: borrowing SigningKey) -> [UInt8] {
        let signature = NoteKey(name: name, key: key.publicKey).id + key.sign(text)
        return text + [lineFeed] + dash + Array("\(name) \(Base64.encode(signature))\n".utf8)
    }
}
