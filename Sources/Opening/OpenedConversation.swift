package import Records

/// All parts of a conversation, opened, verified and put in order.
package struct OpenedConversation: Sendable {
    /// What a reader should be told besides the lines.
    package enum Remark: Equatable, Sendable {
        /// The part has neither a closing nor a successor: lines at its end may be missing.
        case endNotProven(PartID)
        /// A part is named by another and is not there.
        case partMissing(PartID)
        /// A part is sealed to somebody else, and was left out.
        case sealedToAnother(PartID)
        /// A part is signed by somebody who had no business in it, and was left out.
        case writtenByAnother(PartID)
    }

    /// The conversation.
    package let id: ConversationID
    /// The last day on which it may be opened.
    package let expiry: Day
    /// Its parts, each after those that it follows.
    package let parts: [OpenedPart]
    /// What a reader should be told.
    package let remarks: [Remark]

    /// Orders the parts and compares what they say of each other.
    ///
    /// Throws `corrupt` where a predecessor is not as its successor found it: a tail was cut, or a part was exchanged.
    init(id: ConversationID, parts: [OpenedPart], remarks: [Remark] = []) throws(OpeningError) {
        var ordered: [OpenedPart] = []
        var waiting = parts.sorted { $0.header.part < $1.header.part }
        let present = Set(parts.map(\.header.part))
        guard present.count == parts.count, let expiry = parts.first?.header.expiry, parts.allSatisfy({ $0.header.expiry == expiry }) else {
            throw .corrupt
        }
        while !waiting.isEmpty {
            let placed = Set(ordered.map(\.header.part))
            guard
                let next = waiting.firstIndex(where: { part in
                    part.predecessors.allSatisfy { placed.contains($0.part) || !present.contains($0.part) }
                })
            else { throw .corrupt }
            ordered.append(waiting.remove(at: next))
        }
        let found = Dictionary(uniqueKeysWithValues: parts.map { ($0.header.part, $0.found) })
        var remarks = remarks
        var named: Set<PartID> = []
        for predecessor in ordered.flatMap(\.predecessors) where named.insert(predecessor.part).inserted || found[predecessor.part] != nil {
            guard let actual = found[predecessor.part] else {
                remarks.append(.partMissing(predecessor.part))
                continue
            }
            guard actual == predecessor else { throw .corrupt }
        }
        for part in ordered where part.end == .notProven && !named.contains(part.header.part) {
            remarks.append(.endNotProven(part.header.part))
        }
        self.id = id
        self.expiry = expiry
        self.parts = ordered
        self.remarks = remarks
    }

    /// Every received line, in order, byte for byte: those that a service wrote, or a team that took in a copy.
    package var lines: [[UInt8]] {
        parts.filter(\.mayHoldLines).flatMap { part in part.records.filter { $0.kind == .line }.map(\.bytes) }
    }

    /// Whether the reader has all of it: no part is missing, and none is sealed to somebody else and not handed over.
    package var isWhole: Bool {
        !remarks.contains { remark in
            switch remark {
            case .partMissing, .sealedToAnother: true
            case .endNotProven, .writtenByAnother: false
            }
        }
    }

    /// The received lines, one with identical bytes shown once: a platform that delivers twice has not said it twice.
    package var linesOnce: [[UInt8]] {
        var seen: Set<[UInt8]> = []
        return lines.filter { seen.insert($0).inserted }
    }

    /// The acts that count: those in parts that their holder wrote.
    package var acts: [[UInt8]] {
        parts.filter(\.isByHolder).flatMap { part in part.records.filter { $0.kind == .act }.map(\.bytes) }
    }

    /// How a successor would name the parts that nothing follows yet.
    package var ends: [Predecessor] {
        let followed = Set(parts.flatMap { $0.predecessors.map(\.part) })
        return parts.filter { !followed.contains($0.header.part) }.map(\.found)
    }
}
