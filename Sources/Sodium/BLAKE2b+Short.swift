internal import CSodium

extension BLAKE2b {
    /// The 8-byte digest of `bytes`: a label, such as a key id in minisign's format. Never an identifier that must not collide.
    ///
    /// libsodium names 16 bytes as the least that it advises; its function takes any length from 1 to 64, as RFC 7693 does. A library that
    /// refused it would be a broken machine, not bad input: that traps.
    package static func shortHash(_ bytes: [UInt8]) -> [UInt8] {
        Library.start()
        var digest = [UInt8](repeating: 0, count: 8)
        let result = unsafe crypto_generichash(&digest, digest.count, bytes, UInt64(bytes.count), nil, 0)
        precondition(result == 0, "libsodium gives BLAKE2b digests of 8 bytes")
        return digest
    }
}
