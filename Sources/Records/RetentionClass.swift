/// For how long a record is kept, and why: the policy's period, or longer by a leaf that was lifted out of its page.
package enum RetentionClass: UInt8, Sendable, CaseIterable {
    /// The retention period of the policy.
    case standard = 0
    /// The record of a disclosure.
    case disclosure = 1
    /// A hold until a day that was named.
    case held = 2
    /// A team's monthly age secret.
    case transport = 3

    /// The class's name in texts.
    package var name: String {
        switch self {
        case .standard: "standard"
        case .disclosure: "disclosure"
        case .held: "held"
        case .transport: "transport"
        }
    }

    /// The class of that name; nil for any other text.
    package init?(name: some StringProtocol) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

/// Why a record gets another class: a closed list, because words of a person's own could tell what was said in the conversation.
///
/// The code stands in the request and in each approval of it, which whoever asked keeps. It is in no calendar and in no ledger, which has
/// the approvals' digests alone.
package enum ClassReason: String, Sendable, CaseIterable {
    /// To `disclosure`: it is the record of one.
    case disclosure
    /// To `disclosure`: an allegation of abuse was made.
    case allegation
    /// To `disclosure`: an authority or an inquiry has asked for it.
    case inquiry
    /// To `disclosure`: a legal claim is made or expected.
    case legalClaim = "legal-claim"
    /// Back to `standard`: the reason is there no longer.
    case ended
    /// Back to `standard`: the class was a mistake.
    case mistake

    /// Whether a record can get this class for this reason; `held` and `transport` are given by no one's reason.
    package func isFor(_ retention: RetentionClass) -> Bool {
        switch self {
        case .disclosure, .allegation, .inquiry, .legalClaim: retention == .disclosure
        case .ended, .mistake: retention == .standard
        }
    }

    /// The reason as the end of a sentence that goes on after "because".
    package var words: String {
        switch self {
        case .disclosure: "it is the record of a disclosure"
        case .allegation: "an allegation of abuse was made"
        case .inquiry: "an authority or an inquiry has asked that it be preserved"
        case .legalClaim: "a legal claim is made or expected"
        case .ended: "the reason for keeping it longer has ended"
        case .mistake: "it was given its class by mistake"
        }
    }
}
