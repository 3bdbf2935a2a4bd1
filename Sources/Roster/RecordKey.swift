internal import Records
internal import Sodium

/// Which record keys a card may have: one encoding each, and none whose box anybody could open.
enum RecordKey {
    /// The points of small order (RFC 7748 section 7; Bernstein, "May the Fourth be with you", lists them) that are encoded canonically.
    /// Nothing can be sealed to them: libsodium refuses, and then nobody's message could be stored.
    private static let smallOrder: [String] = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]
    /// Encodings of a number that is not below the field's prime: 2²⁵⁵ − 19 and the 18 above it.
    private static let leastUnreduced: UInt8 = 0xED

    static func isUsable(_ key: BoxPublicKey) -> Bool {
        let bytes = key.bytes
        guard bytes[31] < 0x80, !smallOrder.contains(Hex.encode(bytes)) else { return false }
        let isUnreduced = bytes[31] == 0x7F && bytes[1..<31].allSatisfy { $0 == 0xFF } && bytes[0] >= leastUnreduced
        return !isUnreduced
    }
}
