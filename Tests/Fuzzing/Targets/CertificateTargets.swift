internal import Certificate
internal import Minisign
internal import Records
internal import Sodium
internal import System
internal import TestVault

/// A certificate's document.
let certificateTargets = [
    FuzzTarget("certificate", maximumBytes: 8192, seeds: { try [signed($0).document] }) { world, input in
        try judgeCertificate(input, in: world)
    }
]

private let vault = VaultID(repeatElement(7, count: 16)) ?? .zero

/// A certificate of our own.
private func signed(_ world: FuzzWorld) throws -> SignedCertificate {
    let day = TestVault.today.description
    let digest = String(repeating: "ab", count: 32)
    let none = CertificateContent.Classes([:])
    let content = CertificateContent(
        number: 2, previous: digest, organisation: "The Charity", vault: vault,
        keeper: MinisignPublicKey(world.vault.service.publicKey).text, act: "sweep", lagging: ["cell 2 is away"], completes: [],
        done: TestVault.start, calendar: 4, destroyed: .init(from: day, until: day, pages: 1, kept: none, erased: 0, conversations: nil),
        files: .init(removed: 3, left: 0), approvals: [digest], cells: [.init(label: "cell 1", level: "L1", reason: "a test")],
        verified: .init(cells: 1, readBack: 1, earlierTried: 1, earlierOpened: 0, keysSought: 1, keysFound: 0),
        remaining: .init(overdue: 0, pages: 9, kept: none, calendars: 0),
        time: .init(clock: TestVault.start, drawn: 0, left: 7, approved: false), ledger: .init(entry: 1, checkpoint: "none\n"),
        program: .init(name: "vault-retention", version: "1", sha256: digest), warnings: [])
    return try SignedCertificate(content, by: world.vault.service)
}

/// Whatever the keeper signs is refused, or says what was signed and nothing that what was tried does not bear out.
private func judgeCertificate(_ input: [UInt8], in world: FuzzWorld) throws -> FuzzTarget.Verdict {
    let good = try signed(world)
    let signature = MinisignSignature.sign(input.rawSpan, with: world.vault.service, trustedComment: CertificateContent.context).fileBytes
    func read(_ text: [UInt8], _ textSignature: [UInt8]) -> SignedCertificate? {
        try? SignedCertificate(
            document: input, signature: signature, text: text, textSignature: textSignature, number: 2, vault: vault,
            keys: [world.vault.service.publicKey])
    }
    let withText = read(good.text, good.textSignature)
    try demand((withText != nil) == (input == good.document), "a document is believed beside another's text")
    guard
        let content = try? CanonicalJSON.value(CertificateContent.self, fromFile: input, limitBytes: SignedCertificate.maximumBytes),
        let again = try? SignedCertificate(content, by: world.vault.service)
    else { return .refused }
    try demand(again.document == input, "a document has two forms")
    guard read(again.text, again.textSignature) != nil else { return .refused }
    try demand(
        content.state == .incomplete || (content.lagging.isEmpty && content.verified.readBack == content.verified.cells),
        "complete beside what was not seen")
    return .accepted
}
