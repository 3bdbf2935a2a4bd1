import Age
import Identity
import Records
import Roster
import Sodium
import System
import Tampering
import Testing
import UnattendedIdentity

@Suite("An identity file in which anything was changed is refused, or says what it says")
struct EveryChangeIsRefusedTests {
    private static let path = "/identity"
    private static let passphrase = Array("four random words here".utf8)

    private let fileSystem = MemoryFileSystem()

    /// An identity's text, as somebody reads it who has its passphrase, in an age file that is quick to open.
    private func sealed() throws -> [UInt8] {
        let text = """
            # transcript-vault identity 1
            # name: anna
            # role: worker
            # record-secret-key: \(Base64.encode([UInt8](repeating: 1, count: 32)))
            # signing-seed: \(Base64.encode([UInt8](repeating: 2, count: 32)))

            """
        let age = try AgeIdentity.generate()
        let key = age.text()
        let plaintext = Array(text.utf8) + key.bytes.array + [UInt8(ascii: "\n")]
        return try Age.encrypt(plaintext.rawSpan, to: AgePassphrase(Self.passphrase.rawSpan, workFactor: 1))
    }

    private func write(_ bytes: [UInt8]) throws {
        try fileSystem.replaceDurably(Self.path, bytes.rawSpan, mode: 0o600)
    }

    /// Why the file is not opened; nil where it is.
    private func refusal() throws -> IdentityError.Code? {
        let passphrase = SecretBytes(copying: Self.passphrase.rawSpan)
        do throws(IdentityError) {
            _ = try IdentityFile.openIdentity(Self.path, passphrase: passphrase, fileSystem: fileSystem)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("a person's, under a passphrase")
    func personal() throws {
        let file = try sealed()
        try write(file)
        #expect(try refusal() == nil)
        let body = try AgeHeader(unverified: file.rawSpan)
        try Tampering(of: file, called: "an identity file").forEach { change, changed in
            try write(changed)
            let code = try refusal()
            // A changed salt, work factor or wrapped key looks like another passphrase's, for nobody can tell the two apart.
            #expect(code == .malformed || code == .wrongPassphrase, "\(change)")
            if case .flip(let byte, _) = change, byte >= body.byteCount { #expect(code == .malformed, "\(change)") }
        }
    }

    @Test("a program's, which nothing protects: another name, another key, or a refusal, and nothing else")
    func unattended() throws {
        let seed = SecretBytes.random(SigningKey.seedBytes, from: SystemRandom())
        let key = try SigningKey(seed: seed)
        let text =
            "# transcript-vault unattended identity 1\n# name: keeper\n# role: keeper\n# signing-seed: \(Base64.encode(seed.bytes.array))\n"
        try write(Array(text.utf8))
        _ = try UnattendedIdentity(path: Self.path, fileSystem: fileSystem)
        try Tampering(of: Array(text.utf8), called: "a program's identity file").forEach { change, changed in
            try write(changed)
            do throws(UnattendedIdentityError) {
                let other = try UnattendedIdentity(path: Self.path, fileSystem: fileSystem)
                let isSame = other.name == "keeper" && other.signingKey.publicKey == key.publicKey
                #expect(Card.isName(other.name) && other.role == .keeper)
                if case .flip(let byte, _) = change { #expect(!isSame || byte == changed.count - 1, "\(change)") }
            } catch {
                if case .malformed = error {} else { Issue.record("\(change): \(error)") }
            }
        }
    }
}
