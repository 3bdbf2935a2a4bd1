internal import Records

/// Thirty-two bytes that stand for exact bytes elsewhere; in text 64 lower-case hexadecimal digits.
///
/// The tag makes a card's digest and a roster's different types, so that one cannot be given for the other.
package struct Digest256<Tag>: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Length in bytes.
    package static var lengthBytes: Int { 32 }

    /// The bytes.
    package let bytes: [UInt8]

    /// The digest made of exactly 32 bytes; nil for any other length.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.lengthBytes else { return nil }
        self.bytes = bytes
    }

    /// The digest that 64 lower-case hexadecimal digits stand for; nil for anything else.
    package init?(text: some StringProtocol) {
        guard let bytes = Hex.decode(String(text)) else { return nil }
        self.init(bytes)
    }

    /// The digest of a hash function that is known to give 32 bytes.
    init(hash bytes: [UInt8]) {
        precondition(bytes.count == Self.lengthBytes, "a digest has 32 bytes")
        self.bytes = bytes
    }

    /// 64 lower-case hexadecimal digits.
    package var description: String { Hex.encode(bytes) }

    /// The order of the bytes.
    package static func < (first: Self, second: Self) -> Bool {
        first.bytes.lexicographicallyPrecedes(second.bytes)
    }
}

/// What a digest can stand for.
package enum Digested {
    /// A card's text.
    package enum Card {}
    /// A roster file.
    package enum Roster {}
    /// An approval's text.
    package enum Approval {}
}

/// BLAKE2b-256 of a card's exact text.
package typealias CardDigest = Digest256<Digested.Card>
/// SHA-256 of a roster file's exact bytes.
package typealias RosterDigest = Digest256<Digested.Roster>
/// BLAKE2b-256 of an approval's exact text.
package typealias ApprovalDigest = Digest256<Digested.Approval>
