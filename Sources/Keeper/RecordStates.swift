package import Records

/// Which record is asked about, without asking for its leaf.
package struct RecordName: Hashable, Sendable {
    /// Length in bytes in a question.
    package static let lengthBytes = 20
    /// What stands for the day where it is not known.
    private static let noDay = UInt32.max

    /// The conversation.
    package let conversation: ConversationID
    /// Its expiry day; nil where no file is there that would say.
    package let expiry: Day?

    /// Names a record.
    package init(_ conversation: ConversationID, expiry: Day? = nil) {
        self.conversation = conversation
        self.expiry = expiry
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: expiry?.number ?? Self.noDay)
        return bytes + conversation.bytes
    }

    init?(_ reader: inout ByteReader) {
        guard let day = reader.integer(UInt32.self), day == Self.noDay || day <= Day.last.number,
            let conversation = reader.identifier(ConversationID.self)
        else { return nil }
        self.init(conversation, expiry: day == Self.noDay ? nil : Day(number: day))
    }
}

/// A record that is kept beyond its page, or will be: a hold, or a class with a longer period.
package struct KeptRecord: Hashable, Sendable {
    /// Length in bytes in an answer.
    package static let lengthBytes = 25
    /// The most of them in one answer.
    package static let mostInOneAnswer = 8_192

    /// The conversation.
    package let conversation: ConversationID
    /// Its expiry day.
    package let expiry: Day
    /// The last day on which it may be opened because of this.
    package let until: Day
    /// Why.
    package let retention: RetentionClass

    /// A kept record.
    package init(_ conversation: ConversationID, expiry: Day, until: Day, retention: RetentionClass) {
        self.conversation = conversation
        self.expiry = expiry
        self.until = until
        self.retention = retention
    }

    /// What orders them, and where an answer goes on: conversation, expiry day, class.
    package struct Place: Hashable, Sendable {
        /// Length in bytes in a question.
        package static let lengthBytes = 21
        /// Before all of them.
        package static let first = Place(bytes: [UInt8](repeating: 0, count: lengthBytes))

        let bytes: [UInt8]
        private init(bytes: [UInt8]) { self.bytes = bytes }

        /// The place of these.
        package init(_ conversation: ConversationID, _ expiry: Day, _ retention: RetentionClass) {
            // Most significant byte first, so that comparing bytes compares days.
            bytes = conversation.bytes + (0..<4).map { UInt8(truncatingIfNeeded: expiry.number >> (24 - 8 * $0)) } + [retention.rawValue]
        }

        init?(_ reader: inout ByteReader) {
            guard let bytes = reader.take(Self.lengthBytes) else { return nil }
            self.bytes = bytes
        }

        /// Whether this is behind another.
        package func isAfter(_ other: Place) -> Bool { other.bytes.lexicographicallyPrecedes(bytes) }
    }

    /// Its place.
    package var place: Place { Place(conversation, expiry, retention) }

    var bytes: [UInt8] {
        var bytes = conversation.bytes
        bytes.append(littleEndian: expiry.number)
        bytes.append(littleEndian: until.number)
        return bytes + [retention.rawValue]
    }

    init?(_ reader: inout ByteReader) {
        guard let conversation = reader.identifier(ConversationID.self), let expiry = reader.integer(UInt32.self),
            let until = reader.integer(UInt32.self), max(expiry, until) <= Day.last.number,
            let retention = reader.integer(UInt8.self).flatMap(RetentionClass.init(rawValue:))
        else { return nil }
        self.init(conversation, expiry: Day(number: expiry), until: Day(number: until), retention: retention)
    }
}

extension KeeperAnswer {
    /// The frame that tells the states of records, in the order of the question: `u16` count, `u8` each.
    package static func frame(states: [LeafState]) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(littleEndian: UInt16(states.count))
        return KeeperAnswer.states.frame(payload + states.map(\.rawValue))
    }

    /// The frame that tells of kept records: `u8` whether there are more, `u16` count, 25 bytes each.
    package static func frame(kept: [KeptRecord], hasMore: Bool) -> [UInt8] {
        var payload: [UInt8] = [hasMore ? 1 : 0]
        payload.append(littleEndian: UInt16(kept.count))
        return KeeperAnswer.kept.frame(payload + kept.flatMap(\.bytes))
    }
}

extension KeeperClient {
    /// What became of records, in the same order, without their leaves; where a day is not known, `erased` or `noPage` for nothing known.
    package func states(of names: [RecordName]) throws(KeeperError) -> [LeafState] {
        var states: [LeafState] = []
        for start in stride(from: 0, to: names.count, by: KeeperFrame.maximumLeaves) {
            let batch = Array(names[start..<min(start + KeeperFrame.maximumLeaves, names.count)])
            var reader = ByteReader(try ask(.states(batch), expecting: .states))
            guard reader.integer(UInt16.self).map(Int.init) == batch.count else { throw .malformedAnswer }
            for _ in batch {
                guard let state = reader.integer(UInt8.self).flatMap(LeafState.init(rawValue:)) else { throw .malformedAnswer }
                states.append(state)
            }
            guard reader.remaining == 0 else { throw .malformedAnswer }
        }
        return states
    }

    /// Whether a conversation was erased, whatever its day is.
    package func isErased(_ conversation: ConversationID) throws(KeeperError) -> Bool {
        try states(of: [RecordName(conversation)]) == [.erased]
    }

    /// All records that are kept beyond their pages, or will be.
    package func kept() throws(KeeperError) -> [KeptRecord] {
        var kept: [KeptRecord] = []
        while true {
            let place = kept.last?.place ?? .first
            var reader = ByteReader(try ask(.kept(after: place), expecting: .kept))
            guard let hasMore = reader.integer(UInt8.self), hasMore <= 1, let count = reader.integer(UInt16.self) else {
                throw .malformedAnswer
            }
            for _ in 0..<count {
                // Each behind the one before, so that this comes to an end.
                guard let record = KeptRecord(&reader), record.place.isAfter(kept.last?.place ?? .first) else { throw .malformedAnswer }
                kept.append(record)
            }
            guard reader.remaining == 0, hasMore == 0 || count > 0 else { throw .malformedAnswer }
            if hasMore == 0 { return kept }
        }
    }
}
