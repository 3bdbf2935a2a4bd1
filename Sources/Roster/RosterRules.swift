internal import Minisign
internal import Records
internal import Sodium

/// What a roster may be, and what may become of one: the same rules for whoever writes the next and for whoever verifies it.
enum RosterRules {
    /// The fewest leads that remain once there were any: two approve the next one.
    static let fewestLeads = 2

    /// Checks a first roster: nobody approved it, so it holds the first leads and nobody else, or is of a vault without leads.
    static func checkFirst(_ roster: RosterContent) throws(RosterError) {
        guard roster.number == 1, roster.approvals.isEmpty,
            roster.members.allSatisfy({ $0.validFrom == roster.created.day && $0.validTo == nil })
        else { throw RosterError(.refused) }
        let leads = leadsInForce(of: roster).count
        guard leads == 0 || leads >= Limits.leadsForPairs else { throw RosterError(.tooFewLeads) }
        guard leads == 0 || leads == roster.members.count else { throw RosterError(.leadsFirst) }
        try checkMembers(of: roster)
    }

    /// Checks that `next` is `before` with entries added and entries retired, each approved by leads of `before`, and nothing else.
    static func checkStep(from before: VerifiedRoster, to next: RosterContent) throws(RosterError) {
        let difference = try checkChange(from: before, to: next)
        try checkApprovals(of: next, for: difference, by: before)
    }

    /// All of `checkStep` but the approvals: what can be known before anybody is asked.
    @discardableResult
    static func checkChange(from before: VerifiedRoster, to next: RosterContent) throws(RosterError) -> Difference {
        guard next.number == before.number + 1, next.predecessor == before.digest, next.vault == before.vault,
            // As bytes: Swift's strings are equal when they look alike.
            next.organisation.utf8.elementsEqual(before.organisation.utf8), isSame(next.policy, before.policy),
            next.created >= before.created
        else { throw RosterError(.refused) }
        let difference = try difference(from: before.members, to: next)
        guard !(difference.enrolled.isEmpty && difference.retired.isEmpty) else { throw RosterError(.refused) }
        try checkMembers(of: next)
        let leadsBefore = before.members.filter { $0.card.role == .lead && $0.isInForce }.count
        guard leadsInForce(of: next).count >= min(leadsBefore, fewestLeads) else { throw RosterError(.tooFewLeads) }
        return difference
    }

    /// What holds for every roster: names, keys and the keeper are each one's own.
    private static func checkMembers(of roster: RosterContent) throws(RosterError) {
        let inForce = roster.members.filter(\.isInForce)
        guard Set(inForce.map(\.card.name)).count == inForce.count else { throw RosterError(.nameTaken) }
        guard inForce.filter({ $0.card.role == .keeper }).count <= 1 else { throw RosterError(.keeperTaken) }
        let leads = leadsInForce(of: roster).count
        guard leads * (leads - 1) / 2 <= Limits.leadPairs else { throw RosterError(.tooManyLeads) }
        try checkKeys(of: roster)
    }

    /// Who had a key once keeps it for ever: what was signed or sealed with it stays theirs. A later card of theirs may have it again, and a
    /// worker may become a lead with it.
    private static func checkKeys(of roster: RosterContent) throws(RosterError) {
        struct Owner: Equatable {
            let name: String
            let role: Role
        }
        var owners: [[UInt8]: Owner] = [:]
        for card in roster.members.map(\.card) {
            let owner = Owner(name: card.name, role: card.role == .lead ? .worker : card.role)
            for key in keys(of: card) {
                guard owners.updateValue(owner, forKey: key) ?? owner == owner else { throw RosterError(.keyTaken) }
            }
        }
    }

    private static func keys(of card: Card) -> [[UInt8]] {
        [card.signingKey.key.bytes] + (card.recordKey.map { [$0.bytes] } ?? []) + Set(card.recipients.map(\.text)).map { Array($0.utf8) }
    }

    private static func leadsInForce(of roster: RosterContent) -> [Member] {
        roster.members.filter { $0.card.role == .lead && $0.isInForce }
    }

    private static func isSame(_ first: Policy, _ second: Policy) -> Bool {
        guard let one = try? CanonicalJSON.line(first.document), let two = try? CanonicalJSON.line(second.document) else { return false }
        return one == two
    }

    /// What one roster has that the one before had not.
    struct Difference {
        var enrolled: [Card] = []
        var retired: [Card] = []
    }

    /// The entries added and those retired, both on the day of the roster; throws `refused` for any other difference.
    private static func difference(from before: [Member], to next: RosterContent) throws(RosterError) -> Difference {
        guard next.members.count >= before.count else { throw RosterError(.refused) }
        let day = next.created.day
        var difference = Difference()
        for (old, new) in zip(before, next.members) where old != new {
            guard old.isInForce, new == old.retired(on: day) else { throw RosterError(.refused) }
            difference.retired.append(old.card)
        }
        for added in next.members.dropFirst(before.count) {
            guard added.validFrom == day, added.validTo == nil else { throw RosterError(.refused) }
            difference.enrolled.append(added.card)
        }
        return difference
    }

    /// Each approval belongs to an act that happens, and each act that happens has the approvals it needs.
    private static func checkApprovals(of next: RosterContent, for difference: Difference, by before: VerifiedRoster) throws(RosterError) {
        let acts: [(Act, [Card])] = [(.enrol, difference.enrolled), (.retire, difference.retired)].filter { !$0.1.isEmpty }
        let approvers = Approvers(vault: before.vault, members: before.members, moment: next.created)
        var parsed: [(Act, UnverifiedApproval)] = []
        for approval in next.approvals {
            let act = try Approval(parsing: approval.text).act
            guard acts.contains(where: { $0.0 == act }) else { throw RosterError(.otherAct) }
            parsed.append((act, approval))
        }
        for (act, cards) in acts {
            // The strictest rule that one of the cards asks for.
            let role = cards.contains { $0.role == .lead } ? Role.lead : cards[0].role
            let question = ApprovalQuestion(
                act: act,
                targets: cards.map(\.digest.description),
                request: before.changeID,
                subject: .membership(role)
            )
            _ = try approvers.check(parsed.filter { $0.0 == act }.map(\.1), answer: question)
        }
    }
}
