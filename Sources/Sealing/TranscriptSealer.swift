package import Keeper
internal import RecordStore
package import Records
package import Roster
package import Sodium
package import System

/// Seals finished conversations and acts into a vault; what it has written it cannot read back.
package struct TranscriptSealer: Sendable {
    private let fileSystem: any FileSystem
    private let layout: VaultLayout
    private let leaves: any LeafSource
    private let roster: VerifiedRoster
    private let random: any RandomSource

    /// A sealer for the vault at `layout`.
    package init(
        fileSystem: any FileSystem, layout: VaultLayout, leaves: any LeafSource, roster: VerifiedRoster, random: any RandomSource
    ) {
        self.fileSystem = fileSystem
        self.layout = layout
        self.leaves = leaves
        self.roster = roster
        self.random = random
    }

    /// Seals a finished conversation that starts on `start`; when this returns its id, all of it is durable.
    ///
    /// A start in the future counts as today. Throws `overAge` where the retention period is over already.
    package func seal(
        lines: [[UInt8]], start: Day?, retention: RetentionPeriod, for holder: Holder, signer: borrowing SigningKey
    ) throws(SealingError) -> ConversationID {
        let today = try asking { () throws(KeeperError) in try leaves.today() }
        let expiry = retention.expiry(from: min(start ?? today, today))
        guard expiry >= today else {
            throw SealingError(.overAge, "the conversation began over its retention period ago: not stored")
        }
        let conversation = random.identifier(ConversationID.self)
        try write(
            lines.map { PartRecord(.line, $0) }, to: conversation, expiring: expiry, after: [], for: holder, signer: signer)
        return conversation
    }

    /// Seals records into a further part of a conversation, after the parts that were found.
    package func append(
        _ records: [PartRecord], to conversation: ConversationID, expiring expiry: Day, after predecessors: [Predecessor],
        for holder: Holder, signer: borrowing SigningKey
    ) throws(SealingError) {
        try write(records, to: conversation, expiring: expiry, after: predecessors, for: holder, signer: signer)
    }

    /// Removes what sealings that were stopped left behind: nothing of it was acknowledged, and no reader sees it.
    package func removeLeftovers() {
        RecordStore(fileSystem: fileSystem, layout: layout).removeLeftovers()
    }

    /// Writes as many parts as the records need, each naming the one before it; after an error none of them is left.
    ///
    /// They get their places when all of them are whole, the last one first: were the machine to stop between, the record would say that
    /// parts are missing, and not look complete.
    private func write(
        _ records: [PartRecord], to conversation: ConversationID, expiring expiry: Day, after predecessors: [Predecessor],
        for holder: Holder, signer: borrowing SigningKey
    ) throws(SealingError) {
        var predecessors = predecessors
        var writers: [PartWriter] = []
        var rest = records[...]
        do throws(SealingError) {
            repeat {
                let plan = PartPlan(
                    conversation: conversation, part: random.identifier(PartID.self), expiry: expiry, holder: holder,
                    leadPairs: roster.leadPairs, predecessors: predecessors)
                let writer = try PartWriter(
                    plan, leaf: try leaf(of: conversation, expiring: expiry), signer: signer, durability: .atClose,
                    fileSystem: fileSystem, layout: layout, random: random)
                writers.append(writer)
                predecessors = [try write(&rest, into: writer, signer: signer)]
            } while !rest.isEmpty
            for writer in writers.reversed() { try writer.publish() }
        } catch {
            // Nothing was acknowledged: a conversation is stored whole or not at all.
            for writer in writers { writer.discard() }
            throw error
        }
    }

    /// Writes as many of the records as one part holds.
    private func write(
        _ rest: inout ArraySlice<PartRecord>, into writer: PartWriter, signer: borrowing SigningKey
    ) throws(SealingError) -> Predecessor {
        while let record = rest.first, writer.hasRoom(forRecordOf: record.bytes.count) {
            try writer.append(record)
            rest = rest.dropFirst()
        }
        return try writer.finish(signer: signer)
    }

    /// The calendar's half; a page that is missing is asked for once.
    private func leaf(of conversation: ConversationID, expiring expiry: Day) throws(SealingError) -> SecretBytes {
        let name = LeafName(expiry: expiry, conversation: conversation)
        var batch = try asking { () throws(KeeperError) in try leaves.leaf(name, for: .sealing) }
        if batch.states == [.noPage] {
            try asking { () throws(KeeperError) in try leaves.preparePages([expiry]) }
            batch = try asking { () throws(KeeperError) in try leaves.leaf(name, for: .sealing) }
        }
        guard let leaf = batch.leaf(at: 0) else {
            switch batch.states.first {
            case .erased: throw SealingError(.erased, "the conversation was erased: nothing more is stored in it")
            case .expired: throw SealingError(.overAge, "the conversation's day is over: not stored")
            default: throw SealingError(.noPage, "the key calendar has no page for the expiry day \(expiry): not stored")
            }
        }
        return leaf
    }

    private func asking<R: ~Copyable>(_ question: () throws(KeeperError) -> R) throws(SealingError) -> R {
        do {
            return try question()
        } catch {
            throw SealingError(error)
        }
    }
}

extension RandomSource {
    /// A fresh id.
    package func identifier<Tag>(_ type: Identifier<Tag>.Type) -> Identifier<Tag> {
        Identifier<Tag>(bytes(Identifier<Tag>.lengthBytes)) ?? .zero
    }
}
