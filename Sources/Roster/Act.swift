internal import Records

/// What people can be asked to approve.
package enum Act: String, CaseIterable, Codable, Sendable {
    /// Put cards into the roster; the targets are the cards' digests.
    case enrol
    /// End entries of the roster; the targets are the digests of their cards.
    case retire
    /// Destroy all that has expired by a day that the clock has not reached, or beyond the time budget; the target is the day.
    case sweep
    /// Make conversations unreadable for everybody; the targets are `ConversationTarget`s, as of the next three.
    case erase
    /// Keep conversations from being destroyed, until a day.
    case hold
    /// End holds before their days.
    case release
    /// Give records another retention class, for a reason of a closed list.
    case changeClass = "change-class"
    /// Give up a cell. Named here; not yet put into words, so not yet approved.
    case removeCell = "remove-cell"

    /// The most targets that one approval names.
    package static let mostTargets = 64

    /// Whether the act changes the roster: then its request is the number of the roster that it changes.
    package var changesRoster: Bool { self == .enrol || self == .retire }

    /// Whether `targets` are what this act can be done to: 1 to 64 (one for a sweep, 32 conversations, each on one day once), sorted, each
    /// once; throws `unsupported` for an act that this version does not know how to put into words.
    func areTargets(_ targets: [String]) throws(RosterError) -> Bool {
        let most = self == .sweep ? 1 : isOnConversations ? Self.mostConversations : Self.mostTargets
        guard (1...most).contains(targets.count), zip(targets, targets.dropFirst()).allSatisfy({ precedes($0, $1) }) else { return false }
        switch self {
        case .enrol, .retire: return targets.allSatisfy { CardDigest(text: $0) != nil }
        case .sweep: return targets.allSatisfy { Day(text: $0) != nil }
        case .erase, .hold, .release, .changeClass:
            let conversations = targets.compactMap { target($0) }
            return conversations.count == targets.count
                && Set(conversations.map { ConversationTarget($0.conversation, expiry: $0.expiry) }).count == targets.count
        case .removeCell: throw RosterError(.unsupported)
        }
    }

    /// The order of targets: of their bytes.
    private func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }
}
