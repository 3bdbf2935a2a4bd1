package import Records
package import Sodium

/// Somebody in force to whom records may be sealed. Only a verified roster gives one: nothing is sealed to a key that is not in it.
package struct Holder: Hashable, Sendable {
    /// The name on the card.
    package let name: String
    /// Worker, lead or team.
    package let role: Role
    /// Names the record key.
    package let keyID: KeyID
    /// The key to seal to.
    package let recordKey: BoxPublicKey

    init?(_ card: Card) {
        guard let recordKey = card.recordKey, let keyID = card.keyID else { return nil }
        name = card.name
        role = card.role
        self.keyID = keyID
        self.recordKey = recordKey
    }
}

/// Two leads in force who together can open a record; the one with the smaller key id is the first.
package struct LeadPair: Hashable, Sendable {
    /// The lead who peels first.
    package let first: Holder
    /// The lead who opens.
    package let second: Holder

    init(first: Holder, second: Holder) {
        self.first = first
        self.second = second
    }
}

/// Somebody in force to whom copies may be sent. Only a verified roster gives one: nothing is sent to a key that is not in it.
package struct Addressee: Hashable, Sendable {
    /// The name on the card.
    package let name: String
    /// Worker, lead or team.
    package let role: Role
    /// The age recipients of the day, at least one, sorted.
    package let recipients: [DatedRecipient]

    init?(_ card: Card, on day: Day) {
        recipients = card.recipients.filter { $0.isValid(on: day) }.sorted { $0.text < $1.text }
        guard !recipients.isEmpty else { return nil }
        name = card.name
        role = card.role
    }
}
