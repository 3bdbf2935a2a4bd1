package import Records

/// What the organisation has laid down; in the roster, so that everybody keeps to the same.
package struct Policy: Hashable, Sendable {
    /// How long a conversation is kept.
    package let defaultRetention: RetentionPeriod
    /// How long the record of a disclosure is kept.
    package let disclosureRetention: RetentionPeriod
    /// Where copies of the calendar are kept.
    package let replicas: [String]
    /// The versions of the notice that may be shown when a young person is asked.
    package let notices: [String]

    /// The most replicas, and the most notices.
    package static let mostItems = 64
    /// The longest replica or notice, in bytes of UTF-8.
    package static let itemBytes = 1024

    /// A policy; throws `invalid` for too many or too long items, or one that is not a line for people to read.
    package init(
        defaultRetention: RetentionPeriod,
        disclosureRetention: RetentionPeriod,
        replicas: [String] = [],
        notices: [String] = []
    ) throws(RosterError) {
        for items in [replicas, notices] {
            guard items.count <= Self.mostItems, items.allSatisfy({ SignedText.isValue($0) && $0.utf8.count <= Self.itemBytes }) else {
                throw RosterError(.invalid)
            }
        }
        self.defaultRetention = defaultRetention
        self.disclosureRetention = disclosureRetention
        self.replicas = replicas
        self.notices = notices
    }

    init?(_ document: PolicyDocument) {
        guard let defaultRetention = RetentionPeriod(text: document.retention.default),
            let disclosureRetention = RetentionPeriod(text: document.retention.disclosure),
            let policy = try? Policy(
                defaultRetention: defaultRetention,
                disclosureRetention: disclosureRetention,
                replicas: document.replicas,
                notices: document.notices
            ),
            // `P01Y` is `P1Y` in another form.
            policy.document == document
        else { return nil }
        self = policy
    }

    var document: PolicyDocument {
        PolicyDocument(
            retention: .init(default: defaultRetention.description, disclosure: disclosureRetention.description),
            replicas: replicas,
            notices: notices
        )
    }
}

/// A policy as it stands in the roster.
struct PolicyDocument: Codable, Hashable {
    struct Retention: Codable, Hashable {
        let `default`: String
        let disclosure: String
    }

    let retention: Retention
    let replicas: [String]
    let notices: [String]
}
