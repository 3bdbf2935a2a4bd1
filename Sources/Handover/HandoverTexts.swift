internal import Records
internal import Roster
package import Sodium

/// The first lead's yes: what the second may do with the boxes that are given on with it.
package struct PeelStatement: Hashable, Sendable {
    /// What is agreed to; each item's digest is of the inner box.
    package let terms: HandoverTerms
    /// BLAKE2b-256 of the exact text.
    package let digest: [UInt8]

    static let form = HandoverTerms.form(context: "transcript-vault peel 1")

    /// Signs terms as the first lead; throws `invalid` for terms on anybody else's word, or of no or too many parts.
    package static func sign(_ terms: HandoverTerms, by key: borrowing SigningKey) throws(HandoverError) -> SignedDocument {
        guard case .leads = terms.authority else { throw HandoverError(.invalid) }
        return SignedDocument(try .handover(form, terms.lines()), of: form, by: key)
    }

    /// What a text says; throws `refused` for anything but its one form. Who signed it is not looked at.
    package init(parsing document: SignedDocument) throws(HandoverError) {
        terms = try HandoverTerms(document.parsed(as: Self.form))
        digest = BLAKE2b.hash(document.bytes)
        guard case .leads = terms.authority else { throw HandoverError(.refused) }
    }
}

/// What the holder, or the second lead, signs: the handover itself.
package struct HandoverStatement: Hashable, Sendable {
    /// What is handed over; each item's digest is of the box to the new holder.
    package let terms: HandoverTerms
    /// BLAKE2b-256 of the first lead's text; nil on the holder's word.
    package let peel: [UInt8]?
    /// The exact text.
    package let text: [UInt8]

    static let form = HandoverTerms.form(context: "transcript-vault handover 1", [.init("peel", 0...1)])

    /// Signs terms, as the holder or as the second lead, who names the first one's text; throws `invalid` for terms that do not go together
    /// with it, or are of no or too many parts.
    package static func sign(
        _ terms: HandoverTerms, after peel: PeelStatement?, by key: borrowing SigningKey
    ) throws(HandoverError) -> SignedDocument {
        guard isComplete(terms, peel: peel?.digest), peel.map({ terms.agree(with: $0.terms) }) ?? true else {
            throw HandoverError(.invalid)
        }
        let own = peel.map { [SignedText.Line("peel", Hex.encode($0.digest))] } ?? []
        return SignedDocument(try .handover(form, terms.lines(own)), of: form, by: key)
    }

    /// What a text says; throws `refused` for anything but its one form. Who signed it is not looked at.
    package init(parsing document: SignedDocument) throws(HandoverError) {
        let text = try document.parsed(as: Self.form)
        terms = try HandoverTerms(text)
        peel = text.value(of: "peel").flatMap(Hex.decode)
        self.text = document.bytes
        guard (peel == nil) == text.values(of: "peel").isEmpty, Self.isComplete(terms, peel: peel) else { throw HandoverError(.refused) }
    }

    /// The first lead's text is named where there are leads, and nowhere else; a holder gives a holder's reason, and not to themselves.
    private static func isComplete(_ terms: HandoverTerms, peel: [UInt8]?) -> Bool {
        switch terms.authority {
        case .holder(let key): peel == nil && terms.reason.isForHolders && terms.recipient != key
        case .leads: peel?.count == 32
        }
    }
}
