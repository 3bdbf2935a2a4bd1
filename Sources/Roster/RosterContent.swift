internal import Records

/// What a roster says, between its bytes and its values. Its cards are verified; its signature and its place in the chain are not.
struct RosterContent {
    let vault: VaultID
    let organisation: String
    let number: Int
    let created: Timestamp
    let predecessor: RosterDigest?
    let policy: Policy
    let members: [Member]
    let approvals: [UnverifiedApproval]

    /// The most approvals in one roster: two kinds of act, and every lead for each.
    static let mostApprovals = 64
    /// The highest number of a roster.
    static let largestNumber = 1_000_000

    /// What the file says; throws `refused` where it is not in its one form. `known` are the predecessor's members, whose cards need not be
    /// verified a second time.
    init(parsing bytes: [UInt8], known: [Member]) throws(RosterError) {
        guard let document = try? CanonicalJSON.value(RosterDocument.self, fromFile: bytes, limitBytes: Limits.rosterBytes),
            document.type == RosterDocument.type, let vault = VaultID(text: document.vault), Self.isOrganisation(document.organisation),
            (1...Self.largestNumber).contains(document.number), let created = Timestamp(canonical: document.created),
            let policy = Policy(document.policy), document.approvals.count <= Self.mostApprovals
        else { throw RosterError(.refused) }
        self.vault = vault
        organisation = document.organisation
        number = document.number
        self.created = created
        predecessor = try Self.optional(document.predecessor) { RosterDigest(text: $0) }
        self.policy = policy
        var members: [Member] = []
        for (index, entry) in document.entries.enumerated() {
            members.append(try Self.member(entry, known: index < known.count ? known[index] : nil))
        }
        self.members = members
        approvals = document.approvals.map(\.unverified)
        guard (predecessor == nil) == (number == 1) else { throw RosterError(.refused) }
    }

    init(
        vault: VaultID,
        organisation: String,
        number: Int,
        created: Timestamp,
        predecessor: RosterDigest?,
        policy: Policy,
        members: [Member],
        approvals: [UnverifiedApproval]
    ) {
        self.vault = vault
        self.organisation = organisation
        self.number = number
        self.created = created
        self.predecessor = predecessor
        self.policy = policy
        self.members = members
        self.approvals = approvals
    }

    /// The file; throws `invalid` where it would be none that can be read again.
    func encoded() throws(RosterError) -> [UInt8] {
        let approvals = approvals.compactMap { ApprovalDocument($0) }
        guard approvals.count == self.approvals.count, approvals.count <= Self.mostApprovals, Self.isOrganisation(organisation),
            (1...Self.largestNumber).contains(number)
        else { throw RosterError(.invalid) }
        let document = RosterDocument(
            type: RosterDocument.type,
            vault: vault.description,
            organisation: organisation,
            number: number,
            created: created.description,
            predecessor: predecessor?.description,
            policy: policy.document,
            entries: members.map { EntryDocument($0) },
            approvals: approvals
        )
        guard let bytes = try? CanonicalJSON.file(document), bytes.count <= Limits.rosterBytes else { throw RosterError(.invalid) }
        return bytes
    }

    private static func isOrganisation(_ text: String) -> Bool {
        SignedText.isValue(text) && text.utf8.count <= Limits.nameBytes
    }

    private static func member(_ entry: EntryDocument, known: Member?) throws(RosterError) -> Member {
        guard let from = Day(text: entry.validFrom) else { throw RosterError(.refused) }
        let to = try optional(entry.validTo) { Day(text: $0) }
        guard to.map({ from <= $0 }) ?? true else { throw RosterError(.refused) }
        let unverified = UnverifiedCard(text: Array(entry.card.utf8), signature: Array(entry.signature.utf8))
        if let known, known.card.text == unverified.text, known.card.signature == unverified.signature {
            return Member(card: known.card, validFrom: from, validTo: to)
        }
        return Member(card: try unverified.verified(), validFrom: from, validTo: to)
    }

    /// Nil for nil, and for a text what it stands for, which must be something.
    private static func optional<Value>(_ text: String?, _ read: (String) -> Value?) throws(RosterError) -> Value? {
        guard let text else { return nil }
        guard let value = read(text) else { throw RosterError(.refused) }
        return value
    }
}
