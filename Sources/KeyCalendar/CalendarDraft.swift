internal import Records
internal import Sodium

/// A calendar to be written: what comes from where, without any key.
///
/// Its content is then written in one go into one new piece of guarded memory, so that no page lies anywhere else on the way.
struct CalendarDraft {
    enum PageSource {
        case copied(Calendar.Page)
        case fresh(Day)
        case punctured(Calendar.Page, path: UInt64, node: Int, nodeCount: Int)

        var day: Day {
            switch self {
            case .copied(let page), .punctured(let page, _, _, _): page.day
            case .fresh(let day): day
            }
        }

        var nodeCount: Int {
            switch self {
            case .copied(let page): page.nodeCount
            case .fresh: 1
            case .punctured(_, _, _, let count): count
            }
        }
    }

    enum KeySource {
        case copied(Range<Int>)
        case derived(UInt64, Range<Int>)
    }

    struct KeptSource {
        let conversation: ConversationID
        let day: Day
        let until: Day
        let retention: RetentionClass
        let key: KeySource

        var order: (ConversationID, UInt32, UInt8) { (conversation, day.number, retention.rawValue) }
    }

    let vault: VaultID
    let serial: UInt64
    private(set) var highWater: Day
    private(set) var budget: TimeBudget
    private(set) var pages: [PageSource]
    private(set) var keptLeaves: [KeptSource]
    private(set) var spentRequests: [SpentRequest]

    init(
        vault: VaultID,
        serial: UInt64,
        highWater: Day,
        budget: TimeBudget,
        pages: [PageSource],
        keptLeaves: [KeptSource],
        spentRequests: [SpentRequest]
    ) {
        self.vault = vault
        self.serial = serial
        self.highWater = highWater
        self.budget = budget
        self.pages = pages
        self.keptLeaves = keptLeaves
        self.spentRequests = spentRequests
    }

    init(copying calendar: borrowing Calendar, serial: UInt64) {
        self.init(
            vault: calendar.vault,
            serial: serial,
            highWater: calendar.highWater,
            budget: calendar.budget,
            pages: calendar.pages.map { .copied($0) },
            keptLeaves: calendar.keptLeaves.map {
                KeptSource(conversation: $0.conversation, day: $0.day, until: $0.until, retention: $0.retention, key: .copied($0.key))
            },
            spentRequests: calendar.spentRequests
        )
    }

    mutating func add(_ days: [Day]) throws(KeyCalendarError) {
        guard days.allSatisfy({ $0 >= highWater }) else {
            throw KeyCalendarError(.outOfBounds, "a page cannot be drawn for a day that is over; check the clock and the day")
        }
        let present = Set(pages.map(\.day))
        pages += Set(days).subtracting(present).map { .fresh($0) }
    }

    mutating func tearOff(before day: Day, budget: TimeBudget) {
        highWater = max(highWater, day)
        self.budget = budget
        pages.removeAll { $0.day < highWater }
        keptLeaves.removeAll { $0.until < highWater }
        spentRequests.removeAll { $0.until < highWater }
    }

    mutating func puncture(_ path: UInt64, page: Calendar.Page, nodes: RawSpan) throws(KeyCalendarError) {
        guard let node = KeyTree.indexOfNode(above: path, in: nodes), let place = pages.firstIndex(where: { $0.day == page.day }) else {
            return
        }
        let count = KeyTree.nodeCount(puncturing: node, in: nodes)
        guard count <= CalendarLimits.nodesPerPage else {
            throw KeyCalendarError(
                .outOfBounds,
                "too many conversations of \(page.day) were erased for one page; have the day torn off instead"
            )
        }
        pages[place] = .punctured(page, path: path, node: node, nodeCount: count)
    }

    mutating func keep(
        _ conversation: ConversationID,
        day: Day,
        until: Day,
        _ retention: RetentionClass,
        key: KeySource
    ) throws(KeyCalendarError) {
        release(conversation, day: day, retention)
        keptLeaves.append(KeptSource(conversation: conversation, day: day, until: until, retention: retention, key: key))
    }

    mutating func release(_ conversation: ConversationID, day: Day, _ retention: RetentionClass) {
        keptLeaves.removeAll { $0.conversation == conversation && $0.day == day && $0.retention == retention }
    }

    mutating func spend(_ spent: SpentRequest) throws(KeyCalendarError) {
        guard !spentRequests.contains(where: { $0.request == spent.request }) else {
            throw KeyCalendarError(.requestSpent, "the request was used before; ask for a new one and have it approved")
        }
        guard spent.until >= highWater else {
            throw KeyCalendarError(.outOfBounds, "the request has expired; ask for a new one and have it approved")
        }
        spentRequests.append(spent)
    }

    /// The calendar, written into new memory; `old` is the content that copied pieces lie in.
    func written(from old: borrowing SecretBytes, random: any RandomSource) throws(KeyCalendarError) -> Calendar {
        try written(from: old.bytes, random: random)
    }

    /// The first calendar of all, into which nothing is copied.
    func writtenAfresh(random: any RandomSource) throws(KeyCalendarError) -> Calendar {
        let nothing: [UInt8] = []
        return try written(from: nothing.rawSpan, random: random)
    }

    private func written(from old: RawSpan, random: any RandomSource) throws(KeyCalendarError) -> Calendar {
        var draft = self
        draft.pages.sort { $0.day < $1.day }
        draft.keptLeaves.sort { $0.order < $1.order }
        draft.spentRequests.sort { $0.request < $1.request }
        let size = draft.sizeBytes
        guard size <= CalendarLimits.contentBytes, pages.count <= CalendarLimits.pages, keptLeaves.count <= CalendarLimits.keptLeaves,
            spentRequests.count <= CalendarLimits.spentRequests
        else { throw KeyCalendarError(.outOfBounds, "the calendar would grow beyond its limits; ask for fewer days or requests") }
        let content = SecretBytes(count: size) { (out: inout MutableRawSpan) in draft.write(from: old, random: random, into: &out) }
        return try Calendar(content: content)
    }

    private var sizeBytes: Int {
        Calendar.headerBytes + pages.reduce(0) { $0 + Calendar.pageHeaderBytes + $1.nodeCount * KeyTree.nodeBytes }
            + keptLeaves.count * Calendar.keptLeafBytes + spentRequests.count * Calendar.spentRequestBytes
    }

    private func write(from old: RawSpan, random: any RandomSource, into out: inout MutableRawSpan) {
        out.copy(vault.bytes.rawSpan, at: 0)
        out.storeLittleEndian(serial, at: 16)
        out.storeLittleEndian(highWater.number, at: 24)
        out.storeLittleEndian(budget.days, at: 28)
        out.copy(budget.mark.boot.bytes.rawSpan, at: 30)
        out.storeLittleEndian(budget.mark.seconds, at: 46)
        out.storeLittleEndian(UInt32(pages.count), at: 54)
        out.storeLittleEndian(UInt32(keptLeaves.count), at: 58)
        out.storeLittleEndian(UInt32(spentRequests.count), at: 62)
        var offset = Calendar.headerBytes
        for page in pages { write(page, from: old, random: random, into: &out, at: &offset) }
        for leaf in keptLeaves { write(leaf, from: old, into: &out, at: &offset) }
        for spent in spentRequests {
            out.copy(spent.request.bytes.rawSpan, at: offset)
            out.storeLittleEndian(spent.until.number, at: offset + 16)
            offset += Calendar.spentRequestBytes
        }
    }

    private func write(
        _ page: PageSource,
        from old: RawSpan,
        random: any RandomSource,
        into out: inout MutableRawSpan,
        at offset: inout Int
    ) {
        out.storeLittleEndian(page.day.number, at: offset)
        out.storeLittleEndian(UInt16(page.nodeCount), at: offset + 4)
        offset += Calendar.pageHeaderBytes
        let end = offset + page.nodeCount * KeyTree.nodeBytes
        var nodes = out.part(offset..<end)
        switch page {
        case .copied(let page): nodes.copy(old.extracting(page.nodes), at: 0)
        case .fresh: KeyTree.writeFreshPage(from: random, into: &nodes)
        case .punctured(let page, let path, let node, _):
            KeyTree.puncture(path, below: node, in: old.extracting(page.nodes), into: &nodes)
        }
        offset = end
    }

    private func write(_ leaf: KeptSource, from old: RawSpan, into out: inout MutableRawSpan, at offset: inout Int) {
        out.copy(leaf.conversation.bytes.rawSpan, at: offset)
        out.storeLittleEndian(leaf.day.number, at: offset + 16)
        out.storeLittleEndian(leaf.until.number, at: offset + 20)
        out.storeLittleEndian(leaf.retention.rawValue, at: offset + 24)
        switch leaf.key {
        case .copied(let key): out.copy(old.extracting(key), at: offset + 25)
        case .derived(let path, let nodes):
            if let key = KeyTree.leaf(of: path, in: old.extracting(nodes)) { out.copy(key.bytes, at: offset + 25) }
        }
        offset += Calendar.keptLeafBytes
    }
}
