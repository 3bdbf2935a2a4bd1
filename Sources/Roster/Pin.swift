package import Minisign
package import Records

/// What an installation keeps of the last roster that it verified: it accepts that one and its successors, and nothing else.
package struct Pin: Hashable, Sendable {
    /// The organisation's key.
    package let organisationKey: MinisignPublicKey
    /// The vault.
    package let vault: VaultID
    /// The roster's number; a lower one is refused.
    package let number: Int
    /// SHA-256 of the roster's file.
    package let digest: RosterDigest

    /// The largest pin file.
    package static let maximumFileBytes = 1024

    private static let form = SignedText.Form(
        context: "transcript-vault pin 1",
        fields: [.init("organisation-key"), .init("vault"), .init("number"), .init("digest")]
    )

    init(organisationKey: MinisignPublicKey, vault: VaultID, number: Int, digest: RosterDigest) {
        self.organisationKey = organisationKey
        self.vault = vault
        self.number = number
        self.digest = digest
    }

    /// The pin in a file; throws `refused` for anything but its one form.
    package init(file: [UInt8]) throws(RosterError) {
        guard file.count <= Self.maximumFileBytes else { throw RosterError(.refused) }
        let text = try SignedText(Self.form, parsing: file)
        guard let key = text.value(of: "organisation-key").flatMap({ try? MinisignPublicKey(text: $0) }),
            let vault = text.value(of: "vault").flatMap(VaultID.init(text:)),
            let number = text.value(of: "number").flatMap({ Int($0) }), (1...RosterContent.largestNumber).contains(number),
            let digest = text.value(of: "digest").flatMap(RosterDigest.init(text:))
        else { throw RosterError(.refused) }
        self.init(organisationKey: key, vault: vault, number: number, digest: digest)
        guard fileBytes == file else { throw RosterError(.refused) }
    }

    /// The file.
    package var fileBytes: [UInt8] {
        let lines = [
            ("organisation-key", organisationKey.text), ("vault", vault.description), ("number", String(number)),
            ("digest", digest.description),
        ]
        return Array((Self.form.context + "\n" + lines.map { "\($0.0): \($0.1)\n" }.joined()).utf8)
    }
}
