internal import CSodium
package import Sodium

extension SealedBox {
    /// Seals `message` so that only the holder of `recipient`'s secret half reads it; not even the sender can open it again.
    package static func seal(_ message: RawSpan, to recipient: BoxPublicKey) -> [UInt8] {
        [UInt8](count: message.byteCount + overheadBytes) { (out: inout MutableRawSpan) in
            let result = unsafe out.withMutablePointer { out, _ in
                unsafe message.withPointer { message, count in
                    unsafe crypto_box_seal(out, message, UInt64(count), recipient.bytes)
                }
            }
            // It fails for keys of small order alone, which no verified card has; going on would lose the message for everybody.
            precondition(result == 0, "a box is sealed to a usable key")
        }
    }
}
