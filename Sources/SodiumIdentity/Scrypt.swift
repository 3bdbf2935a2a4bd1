internal import CSodium
package import Sodium

/// scrypt (RFC 7914): a key from a passphrase, slowly and with much memory on purpose.
package enum Scrypt {
    /// `count` bytes from `passphrase` and `salt` with cost N = 2^`logN`, block size 8, parallelism 1.
    ///
    /// Needs 2^`logN` KiB of memory; throws `memory` where the machine has not that much.
    package static func derive(
        passphrase: borrowing SecretBytes, salt: [UInt8], logN: Int, count: Int
    ) throws(SodiumError) -> SecretBytes {
        precondition((1...40).contains(logN), "the work factor is a small power of two")
        return try SecretBytes(count: count) { (out: inout MutableRawSpan) throws(SodiumError) in
            let result = unsafe out.withMutablePointer { out, outCount in
                unsafe passphrase.bytes.withPointer { passphrase, passphraseCount in
                    unsafe crypto_pwhash_scryptsalsa208sha256_ll(
                        passphrase, passphraseCount, salt, salt.count, UInt64(1) << UInt64(logN), 8, 1, out, outCount)
                }
            }
            guard result == 0 else { throw SodiumError(.memory) }
        }
    }
}
