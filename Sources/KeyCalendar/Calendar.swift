package import Records
package import Sodium

/// A request that was used, and the day after which its approvals have expired and it may be forgotten.
package struct SpentRequest: Hashable, Sendable {
    /// The request.
    package let request: RequestID
    /// The last day on which it must be remembered.
    package let until: Day

    /// A used request and the last day on which it must be remembered.
    package init(_ request: RequestID, until: Day) {
        self.request = request
        self.until = until
    }
}

/// The content of one calendar file: what can still be opened, in one piece of guarded memory.
///
/// A calendar never changes. `applying` makes the next one, with the next serial number, in new memory; the old one is wiped when its owner
/// lets it go. Beside the guarded bytes stands an index of them that holds no secret.
package struct Calendar: ~Copyable, Sendable {
    /// The place of one page in the content.
    package struct Page: Equatable, Sendable {
        /// The expiry day whose records the page opens.
        package let day: Day
        /// How many nodes it has: one, unless something was punctured.
        package let nodeCount: Int
        let offset: Int

        var nodes: Range<Int> { offset..<(offset + nodeCount * KeyTree.nodeBytes) }
        /// The page as it is written: day, number of nodes, nodes.
        var written: Range<Int> { (offset - Calendar.pageHeaderBytes)..<nodes.upperBound }
    }

    /// The place of one kept leaf in the content.
    package struct KeptLeaf: Equatable, Sendable {
        /// The conversation.
        package let conversation: ConversationID
        /// The expiry day of the page it was lifted from, which its records carry.
        package let day: Day
        /// The last day on which it may be used.
        package let until: Day
        /// Why it is kept.
        package let retention: RetentionClass
        let offset: Int

        var key: Range<Int> { (offset + 25)..<(offset + 57) }
        var written: Range<Int> { offset..<(offset + Calendar.keptLeafBytes) }
        /// What kept leaves are ordered by.
        var order: (ConversationID, UInt32, UInt8) { (conversation, day.number, retention.rawValue) }
    }

    static let headerBytes = 66
    static let pageHeaderBytes = 6
    static let keptLeafBytes = 57
    static let spentRequestBytes = 20

    /// The vault.
    package let vault: VaultID
    /// Counts the calendars of a vault from one.
    package let serial: UInt64
    /// The day before which everything was torn off; it never moves back.
    package let highWater: Day
    /// How far the high-water day may be moved.
    package let budget: TimeBudget
    /// The pages, by day.
    package let pages: [Page]
    /// The kept leaves, by conversation, day and class.
    package let keptLeaves: [KeptLeaf]
    /// The used requests, by id.
    package let spentRequests: [SpentRequest]

    let content: SecretBytes

    /// The calendar that `content` describes; throws `corrupt` for anything that no writer makes.
    package init(content: consuming SecretBytes) throws(KeyCalendarError) {
        let index = try CalendarIndex(of: content)
        vault = index.vault
        serial = index.serial
        highWater = index.highWater
        budget = index.budget
        pages = index.pages
        keptLeaves = index.keptLeaves
        spentRequests = index.spentRequests
        self.content = content
    }

    /// The page of `day`; nil where there is none.
    package borrowing func page(for day: Day) -> Page? {
        let index = pages.partitioningIndex { $0.day >= day }
        return index < pages.count && pages[index].day == day ? pages[index] : nil
    }

    /// The leaf of `conversation` on the page of `day`, today being `today` or the high-water day, whichever is later.
    package borrowing func leaf(day: Day, conversation: ConversationID, today: Day) -> LeafAnswer {
        let today = max(today, highWater)
        if let kept = keptLeaves(of: conversation).first(where: { $0.day == day && $0.until >= today }) {
            return .leaf(content.slice(kept.key))
        }
        // Overdue means unreadable at once, whether or not the page has been torn off.
        guard day >= today else { return .expired }
        guard let page = page(for: day) else { return .noPage }
        guard let leaf = KeyTree.leaf(of: conversation.path, in: content.bytes.extracting(page.nodes)) else { return .erased }
        return .leaf(leaf)
    }

    /// The kept leaves of one conversation.
    borrowing func keptLeaves(of conversation: ConversationID) -> ArraySlice<KeptLeaf> {
        keptLeaves[keptLeaves.partitioningIndex { $0.conversation >= conversation }...].prefix { $0.conversation == conversation }
    }

    /// The kept leaves of every conversation on this path: of one, unless somebody chose an id to share another's key.
    borrowing func keptLeaves(onPath path: UInt64) -> ArraySlice<KeptLeaf> {
        keptLeaves[keptLeaves.partitioningIndex { $0.conversation.path >= path }...].prefix { $0.conversation.path == path }
    }

    /// Whether a conversation was erased from the page of a day that is not over, and no leaf of it is kept that may be used today.
    package borrowing func isErased(_ conversation: ConversationID, today: Day) -> Bool {
        let today = min(max(today, highWater), .last)
        return !keptLeaves(of: conversation).contains { $0.until >= today } && isErased(conversation, on: today...(.last))
    }

    /// Whether a conversation was erased from the page of one of these days.
    package borrowing func isErased(_ conversation: ConversationID, on days: ClosedRange<Day>) -> Bool {
        return pages.contains { page in
            page.nodeCount > 1 && days.contains(page.day)
                && KeyTree.indexOfNode(above: conversation.path, in: content.bytes.extracting(page.nodes)) == nil
        }
    }

    /// Whether a request was used.
    package borrowing func isSpent(_ request: RequestID) -> Bool {
        let index = spentRequests.partitioningIndex { $0.request >= request }
        return index < spentRequests.count && spentRequests[index].request == request
    }
}

/// What the calendar says to the question for a leaf.
package enum LeafAnswer: ~Copyable, Sendable {
    /// The leaf, 32 bytes.
    case leaf(SecretBytes)
    /// No page was drawn for the day: refuse to seal, do not acknowledge.
    case noPage
    /// The day is over.
    case expired
    /// The conversation was erased.
    case erased
}

extension Array {
    /// The index of the first element of a partitioned array for which `belongs` is true.
    func partitioningIndex(_ belongs: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
