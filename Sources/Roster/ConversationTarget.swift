package import Records

/// What an act of the keeper does to one conversation, as a target of a request says it: the id, and words in a fixed order.
///
/// The keeper finds out the words that say how things are (the expiry day, until when it is held now, who holds it) and puts them into the
/// request, so that leads approve one state of things, and the approval counts for no other.
package struct ConversationTarget: Hashable, Sendable {
    /// The words in their order; each stands before its value.
    package enum Word: String, CaseIterable, Sendable {
        /// The expiry day: the page on which the conversation's key hangs.
        case expiring
        /// The class that it gets.
        case retention = "class"
        /// The last day of the hold or class.
        case until
        /// The last day of the hold that it has now.
        case now
        /// The key id of whoever holds it alone.
        case holder
        /// Why it gets the class.
        case reason
    }

    /// The conversation.
    package let conversation: ConversationID
    /// The last day on which it may be opened, unless it is kept longer.
    package var expiry: Day?
    /// The class that it gets.
    package var retention: RetentionClass?
    /// The last day of the hold or class that is given, extended or ended.
    package var until: Day?
    /// The last day of the hold that it has now.
    package var now: Day?
    /// Whoever holds it alone.
    package var holder: KeyID?
    /// Why it gets the class.
    package var reason: ClassReason?

    /// A target of these words.
    package init(
        _ conversation: ConversationID, expiry: Day? = nil, retention: RetentionClass? = nil, until: Day? = nil, now: Day? = nil,
        holder: KeyID? = nil, reason: ClassReason? = nil
    ) {
        self.conversation = conversation
        self.expiry = expiry
        self.retention = retention
        self.until = until
        self.now = now
        self.holder = holder
        self.reason = reason
    }

    /// The target in its one form; nil for any other text.
    package init?(text: String) {
        let pieces = text.split(separator: " ", omittingEmptySubsequences: false)
        guard pieces.count % 2 == 1, let conversation = ConversationID(text: pieces[0]) else { return nil }
        self.init(conversation)
        for index in stride(from: 1, to: pieces.count, by: 2) {
            let value = pieces[index + 1]
            switch Word(rawValue: String(pieces[index])) {
            case .expiring: expiry = Day(text: value)
            case .retention: retention = RetentionClass(name: value)
            case .until: until = Day(text: value)
            case .now: now = Day(text: value)
            case .holder: holder = KeyID(text: value)
            case .reason: reason = ClassReason(rawValue: String(value))
            case nil: return nil
            }
        }
        // A word twice, in another place, or with a value that is none, gives another text.
        guard self.text == text else { return nil }
    }

    /// The target's one text.
    package var text: String {
        Word.allCases.reduce(conversation.description) { text, word in value(of: word).map { "\(text) \(word.rawValue) \($0)" } ?? text }
    }

    /// The words that it has.
    var words: Set<Word> { Set(Word.allCases.filter { value(of: $0) != nil }) }

    private func value(of word: Word) -> String? {
        switch word {
        case .expiring: expiry?.description
        case .retention: retention?.name
        case .until: until?.description
        case .now: now?.description
        case .holder: holder?.description
        case .reason: reason?.rawValue
        }
    }
}

extension Act {
    /// The most conversations that one request names.
    package static let mostConversations = 32

    /// Whether it is done to conversations.
    package var isOnConversations: Bool { targetWords != nil }

    /// The words that a request's target must have, and may have; nil for an act that is not done to conversations.
    private var targetWords: (must: Set<ConversationTarget.Word>, may: Set<ConversationTarget.Word>)? {
        switch self {
        case .erase: ([.expiring], [.holder])
        case .hold: ([.expiring, .until], [.now])
        case .release: ([.expiring, .until], [])
        case .changeClass: ([.expiring, .retention, .until, .reason], [])
        case .enrol, .retire, .sweep, .removeCell: nil
        }
    }

    /// The words that whoever asks for a request must give; the expiry day they may.
    private var askedWords: Set<ConversationTarget.Word> {
        switch self {
        case .hold: [.until]
        case .changeClass: [.retention, .reason]
        default: []
        }
    }

    /// The target of a request that `text` is; nil where it is none of this act's.
    package func target(_ text: String) -> ConversationTarget? {
        guard let (must, may) = targetWords, let target = ConversationTarget(text: text), target.words.isSuperset(of: must),
            target.words.isSubset(of: must.union(may)), isConsistent(target)
        else { return nil }
        return target
    }

    /// What somebody asks a request for: the same, without what the keeper finds out.
    package func askedTarget(_ text: String) -> ConversationTarget? {
        guard isOnConversations, let target = ConversationTarget(text: text), target.words.subtracting([.expiring]) == askedWords,
            isConsistent(target)
        else { return nil }
        return target
    }

    private func isConsistent(_ target: ConversationTarget) -> Bool {
        // A hold only gets longer; and nobody gives the classes that come by other ways.
        if let now = target.now, let until = target.until, until <= now { return false }
        return target.retention.map { target.reason?.isFor($0) ?? false } ?? true
    }
}
