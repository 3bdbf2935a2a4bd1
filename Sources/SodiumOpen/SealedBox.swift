internal import CSodium
package import Sodium

extension SealedBox {
    /// The message of a box sealed to `publicKey`, into guarded memory; throws `authentication` if it is not for this key or was changed.
    package static func open(
        _ box: RawSpan, publicKey: BoxPublicKey, secretKey: borrowing SecretBytes
    ) throws(SodiumError) -> SecretBytes {
        precondition(secretKey.count == BoxPublicKey.keyBytes, "a box key has 32 bytes")
        guard box.byteCount >= overheadBytes else { throw SodiumError(.authentication) }
        return try SecretBytes(count: box.byteCount - overheadBytes) { (out: inout MutableRawSpan) throws(SodiumError) in
            let result = unsafe out.withMutablePointer { out, _ in
                unsafe box.withPointer { box, count in
                    unsafe secretKey.bytes.withPointer { key, _ in
                        unsafe crypto_box_seal_open(out, box, UInt64(count), publicKey.bytes, key)
                    }
                }
            }
            guard result == 0 else { throw SodiumError(.authentication) }
        }
    }
}
