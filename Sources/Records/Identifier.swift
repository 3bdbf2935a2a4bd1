/// Sixteen bytes that name one thing; in text 32 lower-case hexadecimal digits.
///
/// The tag makes a conversation's id and a key's id different types, so that one cannot be given for the other.
package struct Identifier<Tag>: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Length in bytes.
    package static var lengthBytes: Int { 16 }

    /// The first and the last eight bytes, most significant first, so that comparing them compares the bytes.
    private let high: UInt64
    private let low: UInt64

    /// The id whose bytes are all zero: "nobody", where a format has a place for a holder that there is not yet.
    package static var zero: Self { Self(high: 0, low: 0) }

    /// The id made of two halves, each most significant byte first.
    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The id made of exactly 16 bytes; nil for any other length.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.lengthBytes else { return nil }
        var reader = ByteReader(bytes)
        guard let id = reader.identifier(Self.self) else { return nil }
        self = id
    }

    /// The same of any other collection of bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        self.init(Array(bytes))
    }

    /// The id that 32 lower-case hexadecimal digits stand for; nil for anything else.
    package init?(text: some StringProtocol) {
        guard let bytes = Hex.decode(String(text)) else { return nil }
        self.init(bytes)
    }

    /// The 16 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.lengthBytes)
        for half in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(shift))) }
        }
        return bytes
    }

    /// The first eight bytes as a number, most significant bit first: a conversation's path in the key tree.
    package var path: UInt64 { high }

    /// 32 lower-case hexadecimal digits.
    package var description: String { Hex.encode(bytes) }

    /// The order of the bytes.
    package static func < (first: Self, second: Self) -> Bool {
        (first.high, first.low) < (second.high, second.low)
    }
}

/// What an identifier can name.
package enum Named {
    /// A conversation.
    package enum Conversation {}
    /// One sealed file of a conversation.
    package enum Part {}
    /// A public key: BLAKE2b-128 of it.
    package enum Key {}
    /// A vault.
    package enum Vault {}
    /// An act, a consent among them.
    package enum Act {}
    /// A request that approvals answer.
    package enum Request {}
    /// A share bundle.
    package enum Bundle {}
}

/// Names a conversation.
package typealias ConversationID = Identifier<Named.Conversation>
/// Names one sealed file of a conversation.
package typealias PartID = Identifier<Named.Part>
/// Names a public key: BLAKE2b-128 of it.
package typealias KeyID = Identifier<Named.Key>
/// Names a vault.
package typealias VaultID = Identifier<Named.Vault>
/// Names an act, a consent among them.
package typealias ActID = Identifier<Named.Act>
/// Names a request that approvals answer.
package typealias RequestID = Identifier<Named.Request>
/// Names a share bundle.
package typealias BundleID = Identifier<Named.Bundle>
