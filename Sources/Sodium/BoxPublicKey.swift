/// An X25519 (RFC 7748) public key: whom a box is sealed to.
package struct BoxPublicKey: Hashable, Sendable {
    /// Length of a key in bytes.
    package static let keyBytes = 32

    /// The u-coordinate.
    package let bytes: [UInt8]

    /// A key from its 32 bytes; throws `malformed` for any other length.
    package init(_ bytes: [UInt8]) throws(SodiumError) {
        guard bytes.count == Self.keyBytes else { throw SodiumError(.malformed) }
        self.bytes = bytes
    }
}
