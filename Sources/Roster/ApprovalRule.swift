/// How many of whom must sign an act.
package struct ApprovalRule: Hashable, Sendable {
    /// Whether the organisation's key must sign as well.
    package let organisation: Bool
    /// Whether the record's holder must sign as well.
    package let holder: Bool
    /// How many leads must sign: different people, in force in the roster before the act.
    package let leads: Int

    /// A rule.
    package init(organisation: Bool, holder: Bool, leads: Int) {
        self.organisation = organisation
        self.holder = holder
        self.leads = leads
    }

    /// Something to be approved, as far as it matters for who must sign.
    package enum Subject: Hashable, Sendable {
        /// Enrol or retire people of this role.
        case membership(Role)
        /// Sweep beyond the clock or the time budget.
        case sweep
        /// Erase one conversation.
        case erase
        /// At a team: erase the team's copy, because its young person withdrew or the team has no more use for it.
        case eraseCopy
        /// Hold a conversation that is not held, for so many days from today.
        case hold(days: Int)
        /// Hold a conversation longer that is held: however short, or one lead could go on for ever, a fortnight at a time.
        case extendHold
        /// End a hold before its day.
        case release
        /// Give a record another class.
        case changeClass
        /// Give up a cell.
        case removeCell
    }

    /// The longest hold that one lead may order; so may a disclosure, which no version makes yet.
    package static let shortHoldDays = 14

    /// The ways in which a subject can be approved, one of which must be met.
    package static func rules(for subject: Subject) -> [ApprovalRule] {
        switch subject {
        case .membership(.lead): [ApprovalRule(organisation: true, holder: false, leads: 2)]
        case .membership: [ApprovalRule(organisation: true, holder: false, leads: 1)]
        case .erase: [oneLeadAndTheHolder, twoLeads]
        case .eraseCopy: [ApprovalRule(organisation: false, holder: true, leads: 0), twoLeads]
        case .hold(let days) where days <= shortHoldDays: [ApprovalRule(organisation: false, holder: false, leads: 1)]
        case .hold, .extendHold, .release, .sweep, .changeClass, .removeCell: [twoLeads]
        }
    }

    private static let oneLeadAndTheHolder = ApprovalRule(organisation: false, holder: true, leads: 1)
    private static let twoLeads = ApprovalRule(organisation: false, holder: false, leads: 2)
}
