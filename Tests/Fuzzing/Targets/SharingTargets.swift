internal import Age
internal import Identity
internal import Minisign
internal import Records
internal import Roster
internal import Sharing
internal import Sodium
internal import TestVault

/// Share bundles: the archive, the statement, and all that is checked of both.
let sharingTargets = [
    FuzzTarget("bundle-archive", maximumBytes: 8192, seeds: { try [$0.bundle.get().archive, small.archive] }) { _, input in
        guard let contents = BundleContents(archive: input) else { return .refused }
        try demand(contents.archive == input, "an archive has a second form")
        return .accepted
    },
    FuzzTarget("statement", seeds: { try [$0.bundle.get().statement] }) { _, input in
        guard let statement = Statement(parsing: input) else { return .refused }
        try demand(try statement.text() == input, "a statement has a second form")
        try demand(isOneLine(statement.purpose) && (1...64).contains(statement.recipients.count), "a statement is beyond its limits")
        return .accepted
    },
    FuzzTarget("bundle", maximumBytes: 8192, seeds: { try bundleSeeds($0.bundle.get()) }) { world, input in
        try judgeBundle(input, in: world)
    },
]

private let small = BundleContents(statement: [1], signature: [], consent: Array("{}".utf8), transcript: [UInt8](repeating: 7, count: 512))

/// Whether digests are made to fit; then statement, consent and transcript, each empty where it is the real one.
private func bundleSeeds(_ real: BundleContents) -> [[UInt8]] {
    let otherTranscript = TestData.message("hello", id: "m1", role: "worker") + [0x0A]
    return [
        [0] + Pieces.encode([]) + Pieces.encode([]), [1] + Pieces.encode(real.statement) + Pieces.encode(real.consent) + real.transcript,
        [1] + Pieces.encode([]) + Pieces.encode([]) + otherTranscript,
    ]
}

extension FuzzWorld {
    /// What is in a bundle for the team.
    func decrypted(_ file: [UInt8]) throws -> [UInt8] { try Age.decrypt(file.rawSpan, with: vault.team.age) }
}

/// A bundle that anna signs and encrypts for the team, whatever stands in it.
private func judgeBundle(_ input: [UInt8], in world: FuzzWorld) throws -> FuzzTarget.Verdict {
    let contents = try bundleContents(input, in: world)
    let file = try Age.encrypt(contents.archive.rawSpan, to: [world.vault.team.age.recipient])
    let bundle: VerifiedBundle
    do throws(SharingError) {
        bundle = try UnverifiedBundle(file).verified(for: world.vault.team, sender: world.vault.roster, today: TestVault.today)
    } catch {
        try demand(isOneLine(error.message), "a refusal is no line for a person")
        return .refused
    }
    try demand(bundle.lines.flatMap { $0 + [0x0A] } == contents.transcript, "other lines are kept than were sent")
    try demand(bundle.statement.recipients == [world.vault.team.age.recipient.description], "it was sent to others too")
    let consent = bundle.consent
    try demand(consent.state == .given && Consent.isRealName(consent.real_name), "it is kept without a yes, or without a name")
    try demand(consent.recipient.team == world.vault.team.name, "it was agreed to for another team")
    try demand(
        bundle.lines.allSatisfy { (try? EventLine($0)).map { consent.scope.includes_internal || !$0.isInternal } ?? false },
        "a line among workers is kept")
    let most = bundle.statement.events.count - consent.scope.redacted.count
    try demand(bundle.lines.count <= most && bundle.statement.retainUntil >= TestVault.today, "more is kept, or longer, than was agreed to")
    return .accepted
}

private func bundleContents(_ input: [UInt8], in world: FuzzWorld) throws -> BundleContents {
    let real = try world.bundle.get()
    var pieces = Pieces(input)
    let isRefreshed = pieces.byte() % 2 == 1
    let given = [pieces.piece(), pieces.piece(), pieces.rest()]
    var statement = given[0].isEmpty ? real.statement : given[0]
    var consent = given[1].isEmpty ? real.consent : given[1]
    let transcript = given[2].isEmpty ? real.transcript : given[2]
    if isRefreshed {
        consent = replacing(Hex.encode(BLAKE2b.hash(real.transcript)), by: Hex.encode(BLAKE2b.hash(transcript)), in: consent)
        for (old, new) in [(real.consent, consent), (real.transcript, transcript)] {
            statement = replacing(
                "\(old.count) \(Hex.encode(SHA256.hash(old)))", by: "\(new.count) \(Hex.encode(SHA256.hash(new)))", in: statement)
        }
        statement = replacing(name(of: real.consent), by: name(of: consent), in: statement)
    }
    let signature = MinisignSignature.sign(
        statement.rawSpan, with: world.vault.anna.signingKey, trustedComment: "transcript-vault statement 1")
    return BundleContents(statement: statement, signature: signature.fileBytes, consent: consent, transcript: transcript)
}

/// The bundle's id, as `Docs/Spec/ShareBundle.md` says.
private func name(of consent: [UInt8]) -> String {
    Hex.encode(BLAKE2b.hash(Array("transcript-vault/v1/bundle\0".utf8) + BLAKE2b.hash(consent), digestBytes: 16))
}

/// `bytes` with the first piece that is `old` replaced.
private func replacing(_ old: String, by new: String, in bytes: [UInt8]) -> [UInt8] {
    let old = Array(old.utf8)
    guard let place = bytes.indices.first(where: { bytes[$0...].starts(with: old) }) else { return bytes }
    return Array(bytes[..<place] + new.utf8 + bytes[(place + old.count)...])
}
