internal import Records
package import Sodium

/// The key schedule of a sealed part, the same for whoever seals and whoever opens.
///
/// Neither half is of use alone: `leaf` dies with the calendar page, `secret` belongs to a person.
package struct PartKeys: ~Copyable {
    /// Proves that both halves are the right ones and that the header is unchanged, before anything is decrypted.
    package let commitment: [UInt8]
    /// The key of the secret stream that follows the header.
    package let streamKey: SecretBytes

    private static let context = Array("transcript-vault/v1/transcript\0".utf8)

    /// Derives both from the calendar's half `S`, the person's half `W`, and the header without its commitment.
    package init(leaf: borrowing SecretBytes, secret: borrowing SecretBytes, header: [UInt8]) {
        let material = leaf.appending(secret)
        let derived = HKDF.derive(
            from: material, info: Self.context + header, count: PartHeader.commitmentBytes + SecretStream.keyBytes)
        let commitment = derived.slice(0..<PartHeader.commitmentBytes)
        self.commitment = commitment.bytes.array
        streamKey = derived.slice(PartHeader.commitmentBytes..<derived.count)
    }

    /// Gives the stream key away.
    package consuming func takeStreamKey() -> SecretBytes {
        streamKey
    }
}
