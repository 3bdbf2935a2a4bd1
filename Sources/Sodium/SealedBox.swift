/// libsodium's sealed box (`crypto_box_seal`): X25519 with an ephemeral key, XSalsa20-Poly1305.
///
/// Sealing stands in `SodiumSeal`, opening in `SodiumOpen`, so that a program has only what it links.
package enum SealedBox {
    /// How much longer a box is than its message: an ephemeral public key and a tag, 48 bytes.
    package static let overheadBytes = 48
}
