package import Minisign
package import Records
internal import Sodium

/// A roster and signature as they came, of which nothing is believed.
package struct UnverifiedRoster: Hashable, Sendable {
    /// The exact file.
    package let bytes: [UInt8]
    /// The exact signature file.
    package let signature: [UInt8]

    /// A roster and its signature.
    package init(bytes: [UInt8], signature: [UInt8]) {
        self.bytes = bytes
        self.signature = signature
    }
}

/// Who is who in a vault, signed by the organisation, every change approved as the rules ask.
///
/// It is had in three ways, each of which proves what it needs: as a first roster, which is trusted because it is the first seen; as the one
/// that a pin names; as the successor of a verified one.
package struct VerifiedRoster: Sendable {
    /// The organisation's key.
    package let organisationKey: MinisignPublicKey
    /// The vault.
    package let vault: VaultID
    /// The organisation's name, for people.
    package let organisation: String
    /// Its number: 1 for the first.
    package let number: Int
    /// When the custodian made it.
    package let created: Timestamp
    /// What the organisation has laid down.
    package let policy: Policy
    /// Every entry there ever was, in the order of enrolment.
    package let members: [Member]
    /// SHA-256 of its file.
    package let digest: RosterDigest
    /// Its file and signature, exactly.
    package let file: UnverifiedRoster

    static let context = "transcript-vault roster 1"

    /// The request number of every change of this roster: the first half of its digest. When the roster has changed, approvals of other
    /// changes of it count no more.
    package var changeID: RequestID { Self.changeID(of: digest) }

    /// What an installation keeps, to accept this roster and its successors and nothing else.
    package var pin: Pin { Pin(organisationKey: organisationKey, vault: vault, number: number, digest: digest) }

    /// A first roster, believed because there was none before it: only for a vault that this installation has never seen.
    package init(first file: UnverifiedRoster, organisationKey: MinisignPublicKey) throws(RosterError) {
        try Self.checkSignature(of: file, by: organisationKey)
        let content = try RosterContent(parsing: file.bytes, known: [])
        try RosterRules.checkFirst(content)
        self.init(content, file: file, organisationKey: organisationKey)
    }

    /// The roster that a pin names; throws `refused` for any other.
    package init(_ file: UnverifiedRoster, pinnedBy pin: Pin) throws(RosterError) {
        try Self.checkSignature(of: file, by: pin.organisationKey)
        guard Self.digest(of: file.bytes) == pin.digest else { throw RosterError(.refused) }
        let content = try RosterContent(parsing: file.bytes, known: [])
        guard content.vault == pin.vault, content.number == pin.number else { throw RosterError(.refused) }
        self.init(content, file: file, organisationKey: pin.organisationKey)
    }

    /// The roster that follows this one; throws what is wrong with the change or its approvals, `refused` for everything else.
    package func successor(_ file: UnverifiedRoster) throws(RosterError) -> VerifiedRoster {
        try Self.checkSignature(of: file, by: organisationKey)
        let content = try RosterContent(parsing: file.bytes, known: members)
        try RosterRules.checkStep(from: self, to: content)
        return VerifiedRoster(content, file: file, organisationKey: organisationKey)
    }

    private init(_ content: RosterContent, file: UnverifiedRoster, organisationKey: MinisignPublicKey) {
        self.organisationKey = organisationKey
        vault = content.vault
        organisation = content.organisation
        number = content.number
        created = content.created
        policy = content.policy
        members = content.members
        digest = Self.digest(of: file.bytes)
        self.file = file
    }

    private static func checkSignature(of file: UnverifiedRoster, by key: MinisignPublicKey) throws(RosterError) {
        guard file.bytes.count <= Limits.rosterBytes else { throw RosterError(.refused) }
        do {
            try MinisignSignature(file: file.signature).verify(file.bytes.rawSpan, with: key, expecting: context)
        } catch {
            throw RosterError(.refused)
        }
    }

    private static func digest(of bytes: [UInt8]) -> RosterDigest {
        RosterDigest(hash: SHA256.hash(bytes))
    }

    private static func changeID(of digest: RosterDigest) -> RequestID {
        RequestID(digest.bytes.prefix(RequestID.lengthBytes)) ?? .zero
    }
}
