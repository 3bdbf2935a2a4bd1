internal import CSodium

/// What a function of libsodium has left on the stack of the thread that called it.
package enum StackRemains {
    /// How deep it is wiped, in bytes: far below the deepest frame of the derivations here, which take some 2 KiB, not optimised twice that.
    private static let depthBytes = 8 << 10

    /// Overwrites the stack below the caller.
    ///
    /// libsodium 1.0.18 hands a BLAKE2b digest over by way of a buffer that it does not clear. Where the digest is a key, call this from the
    /// function that called the derivation, once after the last one: it costs as much as a derivation or less.
    package static func wipe() {
        sodium_stackzero(depthBytes)
    }
}
