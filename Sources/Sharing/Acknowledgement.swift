internal import Identity
internal import Minisign
internal import Records
internal import Roster
internal import Sodium

/// What a team answers when it has stored a copy: signed, and the same each time the same bundle comes. See `Docs/Spec/ShareBundle.md`.
package struct Acknowledgement: Hashable, Sendable {
    /// The exact text.
    package let text: [UInt8]
    /// Its signature file.
    package let signature: [UInt8]
    /// The act that is sealed for it, exactly, to be marked in the ledger.
    package let act: [UInt8]

    /// The first line of its text.
    package static let context = "transcript-vault acknowledgement 1"

    private static let form = SignedText.Form(
        context: context,
        fields: [.init("bundle"), .init("team"), .init("statement"), .init("imported"), .init("retain-until")])

    /// The acknowledgement of a received copy.
    init(_ received: ReceivedCopy, by owner: borrowing PersonalIdentity) throws(SharingError) {
        guard let statement = Statement(parsing: Array(received.statement.utf8)) else { throw .notGenuine }
        let text: [UInt8]
        do {
            text = try SignedText(
                Self.form,
                lines: [
                    .init("bundle", received.bundle), .init("team", "\(owner.name) \(MinisignPublicKey(owner.signingKey.publicKey).text)"),
                    .init("statement", Hex.encode(SHA256.hash(Array(received.statement.utf8)))), .init("imported", received.imported_at),
                    .init("retain-until", statement.retainUntil.description),
                ]
            ).bytes
        } catch {
            throw .notGenuine
        }
        self.text = text
        do throws(RecordsError) { act = try CanonicalJSON.line(received) } catch { throw .notGenuine }
        signature = MinisignSignature.sign(text.rawSpan, with: owner.signingKey, trustedComment: Self.form.context).fileBytes
    }
}
