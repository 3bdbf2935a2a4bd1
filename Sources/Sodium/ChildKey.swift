internal import CSodium

/// The two children of a key: libsodium's `crypto_kdf_derive_from_key` with sub-key numbers 0 and 1.
package enum ChildKey {
    /// Length of a key in bytes.
    package static let keyBytes = 32

    /// The child number `bit` of `parent`, under a context of exactly 8 ASCII characters.
    package static func derive(_ bit: UInt8, of parent: borrowing SecretBytes, context: StaticString) -> SecretBytes {
        precondition(
            parent.count == keyBytes && bit <= 1 && context.utf8CodeUnitCount == 8, "a key has 32 bytes, a context 8, a bit is 0 or 1")
        Library.start()
        return SecretBytes(count: keyBytes) { (out: inout MutableRawSpan) in
            unsafe out.withMutablePointer { out, count in
                unsafe parent.bytes.withPointer { parent, _ in
                    unsafe UnsafeRawPointer(context.utf8Start).withMemoryRebound(to: CChar.self, capacity: 8) { context in
                        _ = unsafe crypto_kdf_derive_from_key(out, count, UInt64(bit), context, parent)
                    }
                }
            }
        }
    }
}
