package import Records

/// The framing of the keeper's socket: `u32` length ‖ `u8` version ‖ `u8` type ‖ payload. See `Docs/Spec/Keeper.md`.
package enum KeeperFrame {
    /// The protocol's version.
    package static let version: UInt8 = 1
    /// Bytes before the length's subject: the length itself.
    package static let lengthBytes = 4
    /// Version and type, which the length counts.
    package static let prefixBytes = 2
    /// The longest frame that either side accepts, in bytes, its length field not counted.
    package static let maximumBytes = 256 << 10
    /// The most leaves asked for at once.
    package static let maximumLeaves = 512
    /// The most days asked for at once.
    package static let maximumDays = 4096

    /// The beginning of a frame whose payload has this many bytes.
    package static func prefix(type: UInt8, payloadBytes: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(payloadBytes + prefixBytes))
        bytes += [version, type]
        return bytes
    }
}

/// What a program asks of the keeper.
package enum KeeperRequest: Equatable, Sendable {
    /// Leaves of conversations.
    case leaves(LeafPurpose, [LeafName])
    /// Today's day, as the keeper counts it, and the vault it keeps.
    case today
    /// Pages for these expiry days, drawn in one change where they are missing.
    case pages([Day])
    /// What a person wants to know about the keeper: canonical JSON.
    case status
    /// A request to be signed for an act: canonical JSON of act and targets.
    case request([UInt8])
    /// An act with its approvals: canonical JSON.
    case act([UInt8])
    /// Something that others do and the keeper writes down: canonical JSON.
    case record([UInt8])
    /// What became of records, without their leaves.
    case states([RecordName])
    /// The records that are kept beyond their pages, or will be, after this place.
    case kept(after: KeptRecord.Place)
    /// How the keeper is, for Prometheus.
    case metrics
    /// Trying, aside, whether the vault would come back: canonical JSON.
    case drill([UInt8])
    /// A further cell: canonical JSON.
    case cell([UInt8])

    private enum Kind: UInt8 {
        case leaves = 1
        case today, pages, status, request, act, record
        case states = 9
        case kept
        case metrics = 20
        case drill = 21
        case cell
    }

    /// Whether something is done because of it that must not be done twice.
    var isAct: Bool {
        switch self {
        case .act, .record, .drill, .cell: true
        case .leaves, .today, .pages, .status, .request, .states, .kept, .metrics: false
        }
    }

    /// The whole frame.
    package var encoded: [UInt8] {
        var payload: [UInt8] = []
        let kind: Kind
        switch self {
        case .leaves(let purpose, let names):
            kind = .leaves
            payload.append(purpose.rawValue)
            payload.append(littleEndian: UInt16(names.count))
            for name in names {
                payload.append(littleEndian: name.expiry.number)
                payload += name.conversation.bytes
            }
        case .today: kind = .today
        case .pages(let days):
            kind = .pages
            payload.append(littleEndian: UInt16(days.count))
            for day in days { payload.append(littleEndian: day.number) }
        case .status: kind = .status
        case .request(let text):
            kind = .request
            payload = text
        case .act(let text):
            kind = .act
            payload = text
        case .record(let text):
            kind = .record
            payload = text
        case .states(let names):
            kind = .states
            payload.append(littleEndian: UInt16(names.count))
            payload += names.flatMap(\.bytes)
        case .kept(let place):
            kind = .kept
            payload = place.bytes
        case .metrics: kind = .metrics
        case .drill(let text):
            kind = .drill
            payload = text
        case .cell(let text):
            kind = .cell
            payload = text
        }
        return KeeperFrame.prefix(type: kind.rawValue, payloadBytes: payload.count) + payload
    }

    /// The request in a frame's bytes after its length; nil where it is malformed or exceeds a limit.
    package init?(frame: [UInt8]) {
        var reader = ByteReader(frame)
        guard reader.integer(UInt8.self) == KeeperFrame.version, let kind = reader.integer(UInt8.self).flatMap(Kind.init(rawValue:)) else {
            return nil
        }
        switch kind {
        case .leaves:
            guard let purpose = reader.integer(UInt8.self).flatMap(LeafPurpose.init(rawValue:)), let count = reader.integer(UInt16.self),
                count <= KeeperFrame.maximumLeaves
            else { return nil }
            var names: [LeafName] = []
            for _ in 0..<count {
                guard let expiry = reader.day(), let conversation = reader.identifier(ConversationID.self) else { return nil }
                names.append(LeafName(expiry: expiry, conversation: conversation))
            }
            self = .leaves(purpose, names)
        case .today: self = .today
        case .pages:
            guard let count = reader.integer(UInt16.self), count <= KeeperFrame.maximumDays else { return nil }
            var days: [Day] = []
            for _ in 0..<count {
                guard let day = reader.day() else { return nil }
                days.append(day)
            }
            self = .pages(days)
        case .status: self = .status
        case .request: self = .request(reader.take(reader.remaining) ?? [])
        case .act: self = .act(reader.take(reader.remaining) ?? [])
        case .record: self = .record(reader.take(reader.remaining) ?? [])
        case .states:
            guard let count = reader.integer(UInt16.self), count <= KeeperFrame.maximumLeaves else { return nil }
            var names: [RecordName] = []
            for _ in 0..<count {
                guard let name = RecordName(&reader) else { return nil }
                names.append(name)
            }
            self = .states(names)
        case .kept:
            guard let place = KeptRecord.Place(&reader) else { return nil }
            self = .kept(after: place)
        case .metrics: self = .metrics
        case .drill: self = .drill(reader.take(reader.remaining) ?? [])
        case .cell: self = .cell(reader.take(reader.remaining) ?? [])
        }
        guard reader.remaining == 0 else { return nil }
    }
}

/// What a leaf is wanted for; the keeper allows each to its own users.
package enum LeafPurpose: UInt8, Sendable {
    /// To seal a part.
    case sealing = 1
    /// To read one.
    case reading = 2
}

/// Which leaf: of which conversation, on which expiry day's page.
package struct LeafName: Hashable, Sendable {
    /// Length in bytes in a request.
    package static let lengthBytes = 20

    /// The expiry day.
    package let expiry: Day
    /// The conversation.
    package let conversation: ConversationID

    /// Names a leaf.
    package init(expiry: Day, conversation: ConversationID) {
        self.expiry = expiry
        self.conversation = conversation
    }
}

/// The types of the keeper's answers.
package enum KeeperAnswer: UInt8, Sendable {
    /// `u16` count; per leaf `u8` state and 32 bytes.
    case leaves = 129
    /// `u32` day ‖ vault id.
    case today
    /// `u16` pages drawn.
    case pages
    /// Canonical JSON.
    case status
    /// Canonical JSON of the request to be signed.
    case request
    /// Canonical JSON of what was done.
    case act
    /// Canonical JSON of the receipt for what was written down.
    case record
    /// `u16` count; per record `u8` state.
    case states = 137
    /// `u8` whether there are more ‖ `u16` count; 25 bytes for each.
    case kept
    /// UTF-8: the text format of Prometheus.
    case metrics = 148
    /// Canonical JSON of what was tried.
    case drill = 149
    /// Canonical JSON of the cells that there are now.
    case cell
    /// `u8` code ‖ UTF-8 message.
    case failure = 255
}

/// What became of a leaf that was asked for: the four answers that must never be confused, and the leaf itself.
package enum LeafState: UInt8, Sendable {
    /// The leaf follows.
    case found = 0
    /// No page was ever drawn for that day, or not yet.
    case noPage = 1
    /// The day is over: the key is destroyed, or will be at the next sweep.
    case expired = 2
    /// The conversation was erased before its day.
    case erased = 3
}
