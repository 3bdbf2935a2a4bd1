internal import Records

/// A roster as it stands in its file: canonical JSON.
struct RosterDocument: Codable {
    static let type = "transcript-vault roster 1"

    let type: String
    let vault: String
    let organisation: String
    let number: Int
    let created: String
    let predecessor: String?
    let policy: PolicyDocument
    let entries: [EntryDocument]
    let approvals: [ApprovalDocument]

    /// Written out because an absent predecessor is `null`, not left out.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try container.encode(vault, forKey: .vault)
        try container.encode(organisation, forKey: .organisation)
        try container.encode(number, forKey: .number)
        try container.encode(created, forKey: .created)
        try container.encode(predecessor, forKey: .predecessor)
        try container.encode(policy, forKey: .policy)
        try container.encode(entries, forKey: .entries)
        try container.encode(approvals, forKey: .approvals)
    }
}

/// An entry of a roster.
struct EntryDocument: Codable {
    let card: String
    let signature: String
    let validFrom: String
    let validTo: String?

    enum CodingKeys: String, CodingKey {
        case card
        case signature
        case validFrom = "valid_from"
        case validTo = "valid_to"
    }

    init(_ member: Member) {
        card = String(decoding: member.card.text, as: UTF8.self)
        signature = String(decoding: member.card.signature, as: UTF8.self)
        validFrom = member.validFrom.description
        validTo = member.validTo?.description
    }

    /// Written out because an absent last day is `null`, not left out.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(card, forKey: .card)
        try container.encode(signature, forKey: .signature)
        try container.encode(validFrom, forKey: .validFrom)
        try container.encode(validTo, forKey: .validTo)
    }
}

/// An approval and its signature in a roster.
struct ApprovalDocument: Codable {
    let text: String
    let signature: String

    init?(_ approval: UnverifiedApproval) {
        guard let text = String(validating: approval.text, as: UTF8.self),
            let signature = String(validating: approval.signature, as: UTF8.self)
        else { return nil }
        self.text = text
        self.signature = signature
    }

    var unverified: UnverifiedApproval {
        UnverifiedApproval(text: Array(text.utf8), signature: Array(signature.utf8))
    }
}
