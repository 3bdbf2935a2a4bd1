import Sodium
import SodiumIdentity
import SodiumOpen
import SodiumSeal
import Testing

/// Lengths that no file decides are the program's own: a wrong one stops it.
struct MistakesOfTheProgramTrap {
    @Test("a secret of negative length")
    func negativeSecret() async {
        await #expect(processExitsWith: .failure) { _ = SecretBytes(zeros: -1) }
    }

    @Test("a slice or a byte outside a secret, a copy beyond a span")
    func outside() async {
        await #expect(processExitsWith: .failure) {
            let one = SecretBytes(zeros: 4)
            _ = one.slice(2..<5)
        }
        await #expect(processExitsWith: .failure) {
            let one = SecretBytes(zeros: 4)
            _ = one.bytes.byte(at: 4)
        }
        await #expect(processExitsWith: .failure) {
            let one = SecretBytes(zeros: 4)
            _ = one.bytes.byte(at: -1)
        }
        await #expect(processExitsWith: .failure) {
            var one = SecretBytes(zeros: 4)
            var bytes = one.mutableBytes
            bytes.setByte(1, at: 4)
        }
        await #expect(processExitsWith: .failure) {
            let source = SecretBytes(zeros: 3)
            var one = SecretBytes(zeros: 4)
            var bytes = one.mutableBytes
            bytes.copy(source.bytes, at: 2)
        }
    }

    @Test("a key or a nonce of the wrong length for a cipher")
    func ciphers() async {
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 31)
            _ = XChaCha20Poly1305.seal(key.bytes, authenticating: [], key: key, random: SystemRandom())
        }
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 33)
            let sealed = SecretBytes(zeros: 50)
            _ = try XChaCha20Poly1305.open(sealed.bytes, authenticating: [], key: key)
        }
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 32)
            var sealed = SecretBytes(zeros: 48)
            var out = sealed.mutableBytes
            ChaCha20Poly1305.seal(key.bytes, nonce: [1], key: key, into: &out)
        }
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 32)
            var sealed = SecretBytes(zeros: 47)
            var out = sealed.mutableBytes
            ChaCha20Poly1305.seal(key.bytes, nonce: [UInt8](repeating: 0, count: 12), key: key, into: &out)
        }
        await #expect(processExitsWith: .failure) { _ = StreamWriter(key: SecretBytes(zeros: 16)) }
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 16)
            _ = try StreamReader(header: [UInt8](repeating: 0, count: 24), key: key)
        }
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 31)
            let box = SecretBytes(zeros: 60)
            _ = try SealedBox.open(box.bytes, publicKey: try BoxPublicKey([UInt8](repeating: 9, count: 32)), secretKey: key)
        }
    }

    @Test("a message that is not cut into as many chunks as there are nonces", arguments: [0, 1, 3])
    func chunks(_ count: Int) async {
        await #expect(processExitsWith: .failure) { [count] in
            let key = SecretBytes(zeros: 32)
            let message = SecretBytes(zeros: 200)
            var sealed = SecretBytes(zeros: 200 + 16 * count)
            var out = sealed.mutableBytes
            let nonces = [UInt8](repeating: 0, count: 12 * count)
            ChaCha20Poly1305.sealChunks(message.bytes, chunkBytes: 100, nonces: nonces, key: key, on: .all, into: &out)
        }
        await #expect(processExitsWith: .failure) { [count] in
            let key = SecretBytes(zeros: 32)
            let sealed = SecretBytes(zeros: 200 + 16 * count)
            var message = SecretBytes(zeros: 200)
            var out = message.mutableBytes
            let nonces = [UInt8](repeating: 0, count: 12 * count)
            _ = ChaCha20Poly1305.openChunks(sealed.bytes, chunkBytes: 100, nonces: nonces, key: key, on: .all, into: &out)
        }
    }

    @Test("an output, a digest or a work factor that the function does not have")
    func outputs() async {
        await #expect(processExitsWith: .failure) { _ = BLAKE2b(digestBytes: 65) }
        await #expect(processExitsWith: .failure) { _ = BLAKE2b(digestBytes: 8) }
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 15)
            _ = BLAKE2b.keyedHash(key.bytes, key: key)
        }
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 32)
            _ = HKDF.derive(from: key, info: [], count: 0)
        }
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 32)
            _ = HKDF.derive(from: key, info: [], count: HKDF.maximumOutputBytes + 1)
        }
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 32)
            _ = ChildKey.derive(2, of: key, context: "calendar")
        }
        await #expect(processExitsWith: .failure) {
            let key = SecretBytes(zeros: 32)
            _ = ChildKey.derive(1, of: key, context: "too long a context")
        }
        await #expect(processExitsWith: .failure) {
            let passphrase = SecretBytes(zeros: 1)
            _ = try Scrypt.derive(passphrase: passphrase, salt: [], logN: 0, count: 32)
        }
    }
}
