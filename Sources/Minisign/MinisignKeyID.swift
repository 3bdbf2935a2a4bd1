internal import Sodium

/// The eight bytes by which a signature file says which key made it: a hint, never a proof.
package struct MinisignKeyID: Hashable, Sendable, CustomStringConvertible {
    /// Length in bytes.
    package static let lengthBytes = 8

    /// The bytes, as they stand in the files.
    package let bytes: [UInt8]

    /// The id that keys made by this software have: BLAKE2b-64 of the public key. (The minisign program draws a random one.)
    package init(derivedFrom key: [UInt8]) {
        bytes = BLAKE2b.shortHash(key)
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Upper-case hexadecimal digits, as the minisign program shows it: the bytes as a little-endian number, without leading zeros.
    package var description: String {
        String(bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }, radix: 16, uppercase: true)
    }
}
