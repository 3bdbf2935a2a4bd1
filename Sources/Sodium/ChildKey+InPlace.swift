internal import CSodium

extension ChildKey {
    /// Replaces `key` (32 bytes) by its child number `bit`: `derive` without a new piece of guarded memory for each step of a long path.
    package static func replace(_ key: inout MutableRawSpan, byChild bit: UInt8, context: StaticString) {
        precondition(
            key.byteCount == keyBytes && bit <= 1 && context.utf8CodeUnitCount == 8,
            "a key has 32 bytes, a context 8, a bit is 0 or 1"
        )
        Library.start()
        unsafe key.withMutablePointer { key, count in
            unsafe UnsafeRawPointer(context.utf8Start).withMemoryRebound(to: CChar.self, capacity: 8) { context in
                // libsodium reads the key into its hash state before it writes the sub-key, so both may be the same memory.
                _ = unsafe crypto_kdf_derive_from_key(key, count, UInt64(bit), context, key)
            }
        }
    }

    /// Writes child number `bit` of `parent` (32 bytes) into `child` (32 bytes).
    package static func derive(_ bit: UInt8, of parent: RawSpan, into child: inout MutableRawSpan, context: StaticString) {
        precondition(parent.byteCount == keyBytes, "a key has 32 bytes")
        child.copy(parent, at: 0)
        replace(&child, byChild: bit, context: context)
    }
}
