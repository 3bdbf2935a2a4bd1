internal import Minisign
internal import Sodium

/// What a card says, between its text and its values.
struct CardContent {
    let name: String
    let role: Role
    let recordKey: BoxPublicKey?
    let signingKey: MinisignPublicKey
    let recipients: [DatedRecipient]

    static let form = SignedText.Form(
        context: "transcript-vault card 1",
        fields: [
            .init("name"), .init("role"), .init("record-key", 0...1), .init("signing-key"), .init("age-recipient", 0...Card.mostRecipients),
        ]
    )

    init(name: String, role: Role, recordKey: BoxPublicKey?, signingKey: MinisignPublicKey, recipients: [DatedRecipient]) {
        self.name = name
        self.role = role
        self.recordKey = recordKey
        self.signingKey = signingKey
        self.recipients = recipients
    }

    init(parsing bytes: [UInt8]) throws(RosterError) {
        let text = try SignedText(Self.form, parsing: bytes)
        guard let name = text.value(of: "name"), let role = text.value(of: "role").flatMap(Role.init(rawValue:)),
            let signingKey = text.value(of: "signing-key").flatMap({ try? MinisignPublicKey(text: $0) })
        else { throw RosterError(.refused) }
        let recordKeyText = text.value(of: "record-key")
        let recordKey = recordKeyText.flatMap { try? BoxPublicKey(Base64.decode($0)) }
        let lines = text.values(of: "age-recipient")
        let recipients = lines.compactMap(DatedRecipient.init(line:))
        guard (recordKey == nil) == (recordKeyText == nil), recipients.count == lines.count else { throw RosterError(.refused) }
        self.init(name: name, role: role, recordKey: recordKey, signingKey: signingKey, recipients: recipients)
        guard isComplete else { throw RosterError(.refused) }
    }

    /// Whether the name is one and the role has the keys that it has: both kinds for a holder, none for the others.
    var isComplete: Bool {
        let isOrdered = zip(recipients, recipients.dropFirst()).allSatisfy { $0.precedes($1) }
        guard Card.isName(name), isOrdered else { return false }
        guard let recordKey else { return !role.isHolder && recipients.isEmpty }
        return role.isHolder && !recipients.isEmpty && RecordKey.isUsable(recordKey)
    }

    var lines: [SignedText.Line] {
        [.init("name", name), .init("role", role.rawValue)] + (recordKey.map { [.init("record-key", Base64.encode($0.bytes))] } ?? [])
            + [.init("signing-key", signingKey.text)] + recipients.map { .init("age-recipient", $0.line) }
    }
}
