import Age
import Sodium
import Testing

struct SecretsStayInGuardedMemory {
    @Test("a file of secrets is written from guarded memory and opened into it", arguments: [0, 1, 74, 65_536, 65_537, 200_000])
    func roundTrips(_ size: Int) throws {
        let secret = SecretBytes(copying: pattern(size).rawSpan)
        let identity = try AgeIdentity.generate()
        let passphrase = try "correct horse".passphrase()
        let forIdentity = try Age.encrypt(secret.bytes, to: [identity.recipient])
        let forPassphrase = try Age.encrypt(secret.bytes, to: passphrase)
        let one = try Age.decryptSecret(forIdentity.rawSpan, with: identity)
        let two = try Age.decryptSecret(forPassphrase.rawSpan, with: passphrase)
        let (isOneEqual, isTwoEqual) = (one.equals(secret), two.equals(secret))
        #expect(isOneEqual)
        #expect(isTwoEqual)
    }

    @Test("a changed file of secrets gives no secret")
    func changed() throws {
        let identity = try AgeIdentity.generate()
        var file = try Age.encrypt(pattern(70_000).rawSpan, to: [identity.recipient])
        file[file.count - 1] ^= 1
        #expect(code { () throws(AgeError) in _ = try Age.decryptSecret(file.rawSpan, with: identity) } == .payload)
    }
}
