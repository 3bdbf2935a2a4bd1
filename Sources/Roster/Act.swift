package import Records

/// What people can be asked to approve.
package enum Act: String, CaseIterable, Codable, Sendable {
    /// Put cards into the roster; the targets are the cards' digests.
    case enrol
    /// End entries of the roster; the targets are the digests of their cards.
    case retire
    /// Destroy all that has expired by a day that the clock has not reached, or beyond the time budget; the target is the day.
    case sweep
    /// Make one conversation unreadable for everybody; the target is the conversation.
    case erase
    /// Keep a conversation from being destroyed; the target is `<conversation> until <day>`.
    case hold
    /// End a hold; the target is the conversation.
    case release
    /// Give a record another retention class. Named here; not yet put into words, so not yet approved.
    case changeClass = "change-class"
    /// Give up a cell. Named here; not yet put into words, so not yet approved.
    case removeCell = "remove-cell"

    /// The most targets that one approval names.
    package static let mostTargets = 64

    /// Whether the act changes the roster: then its request is the number of the roster that it changes.
    package var changesRoster: Bool { self == .enrol || self == .retire }

    /// Whether `targets` are what this act can be done to: 1 to 64 (one for a sweep), sorted, each once; throws `unsupported` for an act
    /// that this version does not know how to put into words.
    func areTargets(_ targets: [String]) throws(RosterError) -> Bool {
        let most = self == .sweep ? 1 : Self.mostTargets
        guard (1...most).contains(targets.count), zip(targets, targets.dropFirst()).allSatisfy({ precedes($0, $1) }) else { return false }
        for target in targets {
            guard try isTarget(target) else { return false }
        }
        return true
    }

    private func isTarget(_ text: String) throws(RosterError) -> Bool {
        switch self {
        case .enrol, .retire: CardDigest(text: text) != nil
        case .sweep: Day(text: text) != nil
        case .erase, .release: ConversationID(text: text) != nil
        case .hold: Self.parseHold(text) != nil
        case .changeClass, .removeCell: throw RosterError(.unsupported)
        }
    }

    /// The conversation and the last day of a hold's target; nil for anything else.
    package static func parseHold(_ target: String) -> (conversation: ConversationID, until: Day)? {
        let words = target.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[1] == "until", let conversation = ConversationID(text: words[0]), let until = Day(text: words[2])
        else {
            return nil
        }
        return (conversation, until)
    }

    /// The target of a hold.
    package static func holdTarget(_ conversation: ConversationID, until day: Day) -> String {
        "\(conversation) until \(day)"
    }

    /// The order of targets: of their bytes.
    private func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }
}
