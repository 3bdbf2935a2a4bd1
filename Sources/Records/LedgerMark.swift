/// What stands in the ledger for an act about a conversation: 32 bytes that say nothing to anybody without the conversation's leaf.
///
/// How it is made stands in `Docs/Spec/Ledger.md`; who has the leaf makes and checks it with `LedgeredAct`.
package struct LedgerMark: Hashable, Sendable, CustomStringConvertible {
    /// Length in bytes.
    package static let lengthBytes = 32

    /// The bytes.
    package let bytes: [UInt8]

    /// The mark made of exactly 32 bytes; nil for any other length.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.lengthBytes else { return nil }
        self.bytes = bytes
    }

    /// The mark that 64 lower-case hexadecimal digits stand for; nil for anything else.
    package init?(text: String) {
        guard let bytes = Hex.decode(text) else { return nil }
        self.init(bytes)
    }

    /// 64 lower-case hexadecimal digits.
    package var description: String { Hex.encode(bytes) }
}

/// The acts about one conversation that the ledger tells of.
package enum ConversationAct: String, Codable, CaseIterable, Sendable {
    /// A copy was made for somebody.
    case copy
    /// A team took a copy in.
    case acknowledgement
    /// A yes was taken back.
    case withdrawal
    /// Something was told without a yes.
    case disclosure
    /// Another holder was given it.
    case handover
    /// It is kept longer.
    case hold
    /// It is kept no longer.
    case release
    /// It was given another class.
    case changeClass = "change-class"
    /// It was erased early.
    case erase
}
