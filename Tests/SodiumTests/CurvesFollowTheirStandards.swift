import Sodium
import SodiumIdentity
import SodiumOpen
import SodiumSeal
import Testing

struct CurvesFollowTheirStandards {
    @Test(
        "X25519 of RFC 7748, section 5.2",
        arguments: [
            (
                "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
            ),
            (
                "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
            ),
        ]
    )
    func x25519(_ scalar: String, _ coordinate: String, _ result: String) throws {
        let pair = try BoxKeyPair(secretKey: secret(hex(scalar)))
        let shared = try pair.sharedSecret(with: try BoxPublicKey(hex(coordinate)))
        #expect(hexText(revealed(shared)) == result)
    }

    @Test("X25519 of RFC 7748, section 5.2, iterated a thousand times")
    func x25519Iterated() throws {
        var scalar = [9] + [UInt8](repeating: 0, count: 31)
        var coordinate = scalar
        for iteration in 1...1_000 {
            let pair = try BoxKeyPair(secretKey: secret(scalar))
            let shared = try pair.sharedSecret(with: try BoxPublicKey(coordinate))
            coordinate = scalar
            scalar = revealed(shared)
            if iteration == 1 { #expect(hexText(scalar) == "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079") }
        }
        #expect(hexText(scalar) == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")
    }

    @Test("the key agreement of RFC 7748, section 6.1")
    func agreement() throws {
        let alice = try BoxKeyPair(secretKey: secret(hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")))
        let bob = try BoxKeyPair(secretKey: secret(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")))
        #expect(hexText(alice.publicKey.bytes) == "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
        #expect(hexText(bob.publicKey.bytes) == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
        let shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
        let (aliceShared, bobShared) = (
            revealed(try alice.sharedSecret(with: bob.publicKey)), revealed(try bob.sharedSecret(with: alice.publicKey))
        )
        #expect(hexText(aliceShared) == shared)
        #expect(hexText(bobShared) == shared)
    }

    @Test(
        "a public key of low order gives no shared secret",
        arguments: [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ]
    )
    func lowOrder(_ key: String) throws {
        let pair = try BoxKeyPair.generate(random: SystemRandom())
        let other = try BoxPublicKey(hex(key))
        #expect(code { () throws(SodiumError) in _ = try pair.sharedSecret(with: other) } == .authentication)
    }

    @Test("keys of another length are refused", arguments: [0, 31, 33])
    func keyLengths(_ count: Int) {
        #expect(code { () throws(SodiumError) in _ = try BoxPublicKey([UInt8](repeating: 1, count: count)) } == .malformed)
        #expect(code { () throws(SodiumError) in _ = try SigningPublicKey([UInt8](repeating: 1, count: count)) } == .malformed)
        #expect(code { () throws(SodiumError) in _ = try BoxKeyPair(secretKey: SecretBytes(zeros: count)) } == .malformed)
        let seed = SecretBytes(zeros: count)
        #expect(code { () throws(SodiumError) in _ = try SigningKey(seed: seed) } == .malformed)
    }

    @Test(
        "Ed25519 of RFC 8032, section 7.1",
        arguments: [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
            ),
            (
                "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
                "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
                "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
            ),
        ]
    )
    func ed25519(_ seedText: String, _ publicKey: String, _ message: String, _ signature: String) throws {
        let seed = secret(hex(seedText))
        let key = try SigningKey(seed: seed)
        #expect(hexText(key.publicKey.bytes) == publicKey)
        #expect(hexText(revealed(key.seed())) == seedText)
        let made = key.sign(hex(message))
        #expect(hexText(made) == signature)
        #expect(key.publicKey.isValid(made, for: hex(message)))
    }

    @Test("a signature that is changed, short, or for another message or key is refused")
    func signatureRefused() throws {
        let seed = secret(Array(0..<32))
        let key = try SigningKey(seed: seed)
        let otherSeed = secret(Array(1...32))
        let other = try SigningKey(seed: otherSeed)
        let message: [UInt8] = [1, 2, 3]
        let signature = key.sign(message)
        #expect(key.publicKey.isValid(signature, for: message))
        for offset in signature.indices {
            var changed = signature
            changed[offset] ^= 1
            #expect(!key.publicKey.isValid(changed, for: message))
        }
        #expect(!key.publicKey.isValid(signature, for: [1, 2, 4]))
        #expect(!key.publicKey.isValid(signature, for: []))
        #expect(!key.publicKey.isValid(Array(signature.dropLast()), for: message))
        #expect(!key.publicKey.isValid(signature + [0], for: message))
        #expect(!key.publicKey.isValid([], for: message))
        #expect(!other.publicKey.isValid(signature, for: message))
    }

    @Test("a sealed box opens for its recipient alone, and only unchanged", arguments: [0, 1, 32, 1_000])
    func sealedBox(_ size: Int) throws {
        let anna = try BoxKeyPair.generate(random: SystemRandom())
        let berta = try BoxKeyPair.generate(random: SystemRandom())
        let message = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let box = SealedBox.seal(message.rawSpan, to: anna.publicKey)
        #expect(box.count == size + SealedBox.overheadBytes)
        #expect(box != SealedBox.seal(message.rawSpan, to: anna.publicKey), "each box has an ephemeral key of its own")
        #expect(Self.content(of: box, anna) == message)
        #expect(Self.content(of: box, berta) == nil)
        for offset in stride(from: 0, to: box.count, by: size > 100 ? 41 : 1) {
            var changed = box
            changed[offset] ^= 1
            #expect(Self.content(of: changed, anna) == nil, "byte \(offset)")
        }
        for length in 0..<min(box.count, 64) { #expect(Self.content(of: Array(box[..<length]), anna) == nil) }
    }

    private static func content(of box: [UInt8], _ pair: borrowing BoxKeyPair) -> [UInt8]? {
        do {
            return revealed(try SealedBox.open(box.rawSpan, publicKey: pair.publicKey, secretKey: pair.secretKey))
        } catch {
            return nil
        }
    }

    @Test("scrypt of RFC 7914, section 12, where r is 8 and p is 1")
    func scrypt() throws {
        let passphrase = secret(Array("pleaseletmein".utf8))
        let key = try Scrypt.derive(passphrase: passphrase, salt: Array("SodiumChloride".utf8), logN: 14, count: 64)
        #expect(
            hexText(revealed(key))
                == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        )
    }

    @Test("scrypt with other parameters, as another implementation computes it")
    func scryptElsewhere() throws {
        let passphrase = secret(Array("password".utf8))
        #expect(
            hexText(revealed(try Scrypt.derive(passphrase: passphrase, salt: Array("NaCl".utf8), logN: 10, count: 32)))
                == "27b418c674c769d12501fbb1f53bac32df6514c0f28d043872b148b348961a79"
        )
        let nothing = secret([])
        #expect(
            hexText(revealed(try Scrypt.derive(passphrase: nothing, salt: [], logN: 4, count: 16))) == "e2b1883717d879f495cb7d86aa1eb869"
        )
    }
}
