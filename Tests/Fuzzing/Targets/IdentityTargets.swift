internal import Age
internal import Identity
internal import Records
internal import Roster
internal import Sodium
internal import System
internal import TestVault
internal import UnattendedIdentity

/// The texts that hold secret keys.
let identityTargets = [
    FuzzTarget("identity", maximumBytes: 1024, seeds: { [personalText(of: $0.vault.anna)] }) { _, input in
        try judgePersonal(input)
    },
    FuzzTarget(
        "organisation-key", maximumBytes: 512,
        seeds: { _ in [Array("# transcript-vault organisation key 1\n# signing-seed: \(seed)\n".utf8)] }
    ) { _, input in
        let fileSystem = try sealed(input)
        do {
            let key = try IdentityFile.openOrganisationKey(path, passphrase: passphrase(), fileSystem: fileSystem)
            let seed = key.signingKey.seed()
            try demand(contains(input, Base64.encode(seed.bytes.array)), "another key is used than stands in the file")
            return .accepted
        } catch let error as IdentityError {
            try demand(error.code == .malformed, "an organisation's key is refused as something else")
            return .refused
        }
    },
    FuzzTarget("unattended-identity", maximumBytes: 1024, seeds: { _ in [Array(unattendedText.utf8)] }) { _, input in
        try judgeUnattended(input)
    },
]

private let path = "/identity"
private let word = Array("words".utf8)
private let seed = Base64.encode([UInt8](repeating: 9, count: 32))
private let unattendedText = "# transcript-vault unattended identity 1\n# name: keeper\n# role: keeper\n# signing-seed: \(seed)\n"

private func passphrase() -> SecretBytes { SecretBytes(copying: word.rawSpan) }

private func personalText(of identity: borrowing PersonalIdentity) -> [UInt8] {
    let seed = identity.signingKey.seed()
    let age = identity.age.text()
    let text = """
        # transcript-vault identity 1
        # name: anna
        # role: worker
        # record-secret-key: \(Base64.encode(identity.record.secretKey.bytes.array))
        # signing-seed: \(Base64.encode(seed.bytes.array))

        """
    return Array(text.utf8) + age.bytes.array + [0x0A]
}

/// An age file of these bytes, quick to open.
private func sealed(_ text: [UInt8]) throws -> MemoryFileSystem {
    let fileSystem = MemoryFileSystem()
    let file = try Age.encrypt(text.rawSpan, to: AgePassphrase(word.rawSpan, workFactor: 1), random: SeededRandom(seed: 8))
    try fileSystem.writeDurably(path, file.rawSpan, mode: 0o600)
    return fileSystem
}

private func contains(_ text: [UInt8], _ piece: String) -> Bool {
    let piece = Array(piece.utf8)
    return text.indices.contains { text[$0...].starts(with: piece) }
}

private func judgePersonal(_ input: [UInt8]) throws -> FuzzTarget.Verdict {
    let fileSystem = try sealed(input)
    do {
        let identity = try IdentityFile.openIdentity(path, passphrase: passphrase(), fileSystem: fileSystem)
        try check(identity, of: input)
        return .accepted
    } catch let error as IdentityError {
        try demand(error.code == .malformed, "an identity is refused as something else")
        return .refused
    }
}

/// What holds for an identity that a text gave.
private func check(_ identity: borrowing PersonalIdentity, of input: [UInt8]) throws {
    let seed = identity.signingKey.seed()
    let age = identity.age.text()
    let keys = [Base64.encode(identity.record.secretKey.bytes.array), Base64.encode(seed.bytes.array)]
    let ageText = String(decoding: age.bytes.array, as: UTF8.self)
    try demand((keys + [ageText]).allSatisfy { contains(input, $0) }, "another key is used than stands in the file")
    try demand(Card.isName(identity.name) && identity.role.isHolder, "an identity is nobody's")
    // What the age program takes from the file is the same key. It may take none: lines that a reader of ours does not know are let be.
    guard let keyring = try? AgeKeyring(identityFile: input.rawSpan) else { return }
    let file = try Age.encrypt(word.rawSpan, to: [identity.age.recipient])
    try demand(try Age.decrypt(file.rawSpan, with: keyring) == word, "an identity file has another age key for others")
}

private func judgeUnattended(_ input: [UInt8]) throws -> FuzzTarget.Verdict {
    let fileSystem = MemoryFileSystem()
    try fileSystem.writeDurably(path, input.rawSpan, mode: 0o600)
    guard let identity = try? UnattendedIdentity(path: path, fileSystem: fileSystem) else { return .refused }
    try demand(Card.isName(identity.name) && !identity.role.isHolder, "a program's identity is a person's")
    try identity.write(to: path + "-2", fileSystem: fileSystem)
    let again = try UnattendedIdentity(path: path + "-2", fileSystem: fileSystem)
    let isSame = again.name == identity.name && again.role == identity.role && again.signingKey.publicKey == identity.signingKey.publicKey
    try demand(isSame, "an identity is not read as it is written")
    return .accepted
}
