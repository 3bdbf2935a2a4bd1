package import Minisign
package import Records
package import Sodium

/// Who somebody is in the vault: a name, a role and public keys, signed with its own signing key.
///
/// A card proves only that whoever made it has the signing key. That it counts is said by a roster.
package struct Card: Hashable, Sendable {
    /// The name used on command lines and in file names: see `isName`.
    package let name: String
    /// What it is in the vault.
    package let role: Role
    /// The key that records are sealed to; nil for a service or keeper.
    package let recordKey: BoxPublicKey?
    /// The key that it signs with.
    package let signingKey: MinisignPublicKey
    /// The keys that copies are encrypted to, in order; none for a service or keeper.
    package let recipients: [DatedRecipient]
    /// The exact text.
    package let text: [UInt8]
    /// The exact signature file.
    package let signature: [UInt8]
    /// Names the record key; nil for a service or keeper.
    package let keyID: KeyID?
    /// Names the signing key. Kept, like `keyID`, because a roster is searched by it for every part that is opened.
    package let signerID: KeyID

    /// The most recipients on a card: five years of months and a few.
    package static let mostRecipients = 64

    /// BLAKE2b-256 of the exact text: what an approval of it names.
    package var digest: CardDigest { CardDigest(hash: BLAKE2b.hash(text)) }
    /// The first half of the digest in groups of four, for two people to compare.
    package var fingerprint: String {
        let digits = Array(digest.description.prefix(32))
        return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<($0 + 4)]) }.joined(separator: " ")
    }

    /// Makes and signs a card; throws `invalid` for a bad name, keys that the role does not have or lacks, or bad recipients.
    package static func sign(
        name: String,
        role: Role,
        recordKey: BoxPublicKey?,
        recipients: [DatedRecipient],
        with key: borrowing SigningKey
    ) throws(RosterError) -> Card {
        let content = CardContent(
            name: name,
            role: role,
            recordKey: recordKey,
            signingKey: MinisignPublicKey(key.publicKey),
            recipients: recipients.sorted { $0.precedes($1) }
        )
        guard content.isComplete else { throw RosterError(.invalid) }
        let text = try SignedText(CardContent.form, lines: content.lines).bytes
        let signature = MinisignSignature.sign(text.rawSpan, with: key, trustedComment: CardContent.form.context)
        return Card(content, text: text, signature: signature.fileBytes)
    }

    /// For `sign` and `UnverifiedCard.verified` alone.
    init(_ content: CardContent, text: [UInt8], signature: [UInt8]) {
        name = content.name
        role = content.role
        recordKey = content.recordKey
        signingKey = content.signingKey
        recipients = content.recipients
        self.text = text
        self.signature = signature
        keyID = content.recordKey.map { Self.id(of: $0.bytes) }
        signerID = Self.id(of: content.signingKey.key.bytes)
    }

    /// Whether `text` may be a card's name: 1 to 100 lower-case letters, digits, `-`, `_` and `.` of ASCII, the first not `-` or `.`.
    ///
    /// So a name is never an option, a hidden file, a path, or two names that look alike.
    package static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return (1...Limits.nameBytes).contains(bytes.count) && bytes[0] != UInt8(ascii: "-") && bytes[0] != UInt8(ascii: ".")
            && bytes.allSatisfy(Array("abcdefghijklmnopqrstuvwxyz0123456789-_.".utf8).contains)
    }

    /// BLAKE2b-128 of a public key.
    package static func id(of key: [UInt8]) -> KeyID {
        KeyID(BLAKE2b.hash(key, digestBytes: KeyID.lengthBytes)) ?? .zero
    }
}

/// A card and signature as they came, of which nothing is believed.
package struct UnverifiedCard: Hashable, Sendable {
    /// The card's text.
    package let text: [UInt8]
    /// The signature file.
    package let signature: [UInt8]

    /// A card and its signature.
    package init(text: [UInt8], signature: [UInt8]) {
        self.text = text
        self.signature = signature
    }

    /// The card, if it is of its one form and signed with its own signing key; throws `refused` otherwise.
    package func verified() throws(RosterError) -> Card {
        let content = try CardContent(parsing: text)
        do {
            try MinisignSignature(file: signature).verify(text.rawSpan, with: content.signingKey, expecting: CardContent.form.context)
        } catch {
            throw RosterError(.refused)
        }
        return Card(content, text: text, signature: signature)
    }
}
