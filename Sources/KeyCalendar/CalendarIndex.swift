internal import Records
internal import Sodium

/// What `Calendar` knows of its content without the keys: read strictly, so that every calendar has one encoding.
struct CalendarIndex {
    let vault: VaultID
    let serial: UInt64
    let highWater: Day
    let budget: TimeBudget
    private(set) var pages: [Calendar.Page] = []
    private(set) var keptLeaves: [Calendar.KeptLeaf] = []
    private(set) var spentRequests: [SpentRequest] = []

    /// The index of `content`; throws `corrupt` for anything that no writer makes.
    init(of content: borrowing SecretBytes) throws(KeyCalendarError) {
        try self.init(reading: content.bytes)
    }

    private init(reading bytes: RawSpan) throws(KeyCalendarError) {
        guard (Calendar.headerBytes...CalendarLimits.contentBytes).contains(bytes.byteCount) else { throw .corruptCalendar }
        var reader = SpanReader(bytes)
        vault = try reader.identifier()
        serial = try reader.integer(UInt64.self)
        highWater = try reader.day()
        let budgetDays = try reader.integer(UInt16.self)
        let boot: BootID = try reader.identifier()
        guard let budget = TimeBudget(days: budgetDays, mark: TimeMark(boot: boot, seconds: try reader.integer(UInt64.self))),
            (1..<UInt64.max).contains(serial)
        else { throw .corruptCalendar }
        self.budget = budget
        let pageCount = Int(try reader.integer(UInt32.self))
        let keptCount = Int(try reader.integer(UInt32.self))
        let spentCount = Int(try reader.integer(UInt32.self))
        guard pageCount <= CalendarLimits.pages, keptCount <= CalendarLimits.keptLeaves, spentCount <= CalendarLimits.spentRequests
        else { throw .corruptCalendar }
        for _ in 0..<pageCount { try readPage(&reader) }
        for _ in 0..<keptCount { try readKeptLeaf(&reader) }
        for _ in 0..<spentCount { try readSpentRequest(&reader) }
        guard reader.isAtEnd else { throw .corruptCalendar }
    }

    private mutating func readPage(_ reader: inout SpanReader) throws(KeyCalendarError) {
        let day = try reader.day()
        let count = Int(try reader.integer(UInt16.self))
        let offset = reader.offset
        let nodes = try reader.skip(count * KeyTree.nodeBytes)
        // What is before the high-water day was torn off in the same change that moved it.
        guard day >= highWater, pages.last.map({ $0.day < day }) ?? true, KeyTree.isValid(nodes) else { throw .corruptCalendar }
        pages.append(Calendar.Page(day: day, nodeCount: count, offset: offset))
    }

    private mutating func readKeptLeaf(_ reader: inout SpanReader) throws(KeyCalendarError) {
        let offset = reader.offset
        let conversation: ConversationID = try reader.identifier()
        let (day, until) = (try reader.day(), try reader.day())
        guard let retention = RetentionClass(rawValue: try reader.integer(UInt8.self)), until >= highWater else { throw .corruptCalendar }
        _ = try reader.skip(KeyTree.keyBytes)
        let leaf = Calendar.KeptLeaf(conversation: conversation, day: day, until: until, retention: retention, offset: offset)
        guard keptLeaves.last.map({ $0.order < leaf.order }) ?? true else { throw .corruptCalendar }
        keptLeaves.append(leaf)
    }

    private mutating func readSpentRequest(_ reader: inout SpanReader) throws(KeyCalendarError) {
        let request: RequestID = try reader.identifier()
        let until = try reader.day()
        guard until >= highWater, spentRequests.last.map({ $0.request < request }) ?? true else { throw .corruptCalendar }
        spentRequests.append(SpentRequest(request, until: until))
    }
}

/// Reads the fields of a content that has an end, one after the other.
struct SpanReader: ~Escapable {
    private let bytes: RawSpan
    private(set) var offset = 0

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset == bytes.byteCount }

    mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type) throws(KeyCalendarError) -> Integer {
        let start = offset
        _ = try skip(MemoryLayout<Integer>.size)
        return bytes.littleEndian(at: start, as: type)
    }

    mutating func day() throws(KeyCalendarError) -> Day {
        let number = try integer(UInt32.self)
        guard number <= Day.last.number else { throw .corruptCalendar }
        return Day(number: number)
    }

    mutating func identifier<Tag>() throws(KeyCalendarError) -> Identifier<Tag> {
        let start = offset
        _ = try skip(Identifier<Tag>.lengthBytes)
        guard let identifier = Identifier<Tag>(bytes.extracting(start..<offset).array) else { throw .corruptCalendar }
        return identifier
    }

    @_lifetime(copy self)
    mutating func skip(_ count: Int) throws(KeyCalendarError) -> RawSpan {
        guard count >= 0, count <= bytes.byteCount - offset else { throw .corruptCalendar }
        let range = offset..<(offset + count)
        offset += count
        return bytes.extracting(range)
    }
}
