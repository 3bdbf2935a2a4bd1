package import Records
package import Sodium

/// An act about a conversation, as the ledger tells of it to those who can open the conversation, and to nobody else.
///
/// The act itself is a text: a line that is sealed into the conversation, or what was signed at a handover. What stands in the ledger is a mark:
/// a hash of the text's digest and of a salt, which comes from the conversation's leaf. When the leaf is gone nobody can make the salt, and the mark is noise. See
/// `Docs/Spec/Ledger.md`.
package struct LedgeredAct: Hashable, Sendable {
    /// Length of a digest in bytes.
    package static let digestBytes = 32
    /// Length of a salt in bytes.
    package static let saltBytes = 32
    /// Length of a conversation's leaf in bytes.
    private static let leafBytes = 32

    private static let saltContext = Array("transcript-vault/v1/ledger-salt\0".utf8)
    private static let markContext = Array("transcript-vault/v1/ledger-entry\0".utf8)

    /// What kind of act it is; this stands in the ledger in the clear.
    package let kind: ConversationAct
    /// BLAKE2b-256 of the act's exact text.
    package let digest: [UInt8]

    /// The act whose exact text is `text`.
    package init(_ kind: ConversationAct, text: [UInt8]) {
        self.kind = kind
        digest = BLAKE2b.hash(text, digestBytes: Self.digestBytes)
    }

    /// The act whose text has this digest: enough for a keeper, which need not know the text. Nil for any length but 32 bytes.
    package init?(_ kind: ConversationAct, digest: [UInt8]) {
        guard digest.count == Self.digestBytes else { return nil }
        self.kind = kind
        self.digest = digest
    }

    /// The salt of this act under the leaf of its conversation.
    ///
    /// Who is shown salt and text can check the mark of this act, for ever, and learns nothing of any other.
    package func salt(leaf: borrowing SecretBytes) -> SecretBytes {
        precondition(leaf.count == Self.leafBytes, "a leaf has 32 bytes")
        return BLAKE2b.keyedHash((Self.saltContext + digest).rawSpan, key: leaf, digestBytes: Self.saltBytes)
    }

    /// The mark that a salt gives; nil for a salt of any length but 32 bytes.
    package func mark(salt: borrowing SecretBytes) -> LedgerMark? {
        guard salt.count == Self.saltBytes else { return nil }
        var hash = BLAKE2b(digestBytes: LedgerMark.lengthBytes)
        hash.update(Self.markContext.rawSpan)
        hash.update(salt.bytes)
        hash.update((Array(kind.rawValue.utf8) + [0] + digest).rawSpan)
        return LedgerMark(hash.finalize())
    }

    /// The mark of this act under the leaf of its conversation.
    package func mark(leaf: borrowing SecretBytes) -> LedgerMark {
        guard let mark = mark(salt: salt(leaf: leaf)) else { preconditionFailure("a salt that was just made has 32 bytes") }
        return mark
    }

    /// The event that tells of this act, for the keeper to write down; `approvals` are BLAKE2b-256 of each approval that it rests on.
    package func event(
        leaf: borrowing SecretBytes, _ state: LedgerEvent.State = .done, approvals: [[UInt8]] = []
    ) throws(LedgerError) -> LedgerEvent {
        try LedgerEvent(state, act: kind.rawValue, approvals: approvals, mark: mark(leaf: leaf))
    }
}
