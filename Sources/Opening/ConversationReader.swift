internal import Handover
package import Keeper
package import RecordStore
package import Records
package import Roster
package import Sodium
package import SodiumIdentity
internal import System

/// Finds and opens the conversations that are sealed to one person.
package struct ConversationReader: Sendable {
    let store: RecordStore
    let leaves: any LeafSource
    let roster: VerifiedRoster

    /// A reader of the vault that `store` shows.
    package init(store: RecordStore, leaves: any LeafSource, roster: VerifiedRoster) {
        self.store = store
        self.leaves = leaves
        self.roster = roster
    }

    /// A conversation as its headers tell of it, before it is opened.
    package struct Summary: Sendable {
        /// The conversation.
        package let id: ConversationID
        /// The last day on which it may be opened.
        package let expiry: Day
        /// Its parts, those of somebody else among them.
        package let parts: [RecordStore.StoredPart]
    }

    /// The conversations of which at least one part is sealed or handed over to `holder`, by expiry day; unreadable headers are counted, not
    /// hidden. Whether a handover is genuine is told when the conversation is opened.
    package func conversations(of holder: KeyID) throws(OpeningError) -> (found: [Summary], unreadable: Int) {
        try conversations(of: [holder])
    }

    /// The same for somebody who has had several keys.
    package func conversations(of holders: Set<KeyID>) throws(OpeningError) -> (found: [Summary], unreadable: Int) {
        var all: [ConversationID: Summary] = [:]
        var theirs: Set<ConversationID> = []
        var unreadable = 0
        var handed: Set<PartID> = []
        for key in holders { handed.formUnion(try reading { () throws(FileError) in try store.partsHanded(to: key) }) }
        let parts = try reading { () throws(FileError) in try store.parts() }
        let headers = store.mapHeaders(of: parts) { (isHeld: $0.holder.map { holders.contains($0.key) } ?? false, expiry: $0.expiry) }
        for (part, header) in zip(parts, headers) {
            guard let header else {
                if !store.isGone(part) { unreadable += 1 }
                continue
            }
            let parts = (all[part.conversation]?.parts ?? []) + [part]
            all[part.conversation] = Summary(id: part.conversation, expiry: header.expiry, parts: parts)
            if header.isHeld || handed.contains(part.part) { theirs.insert(part.conversation) }
        }
        return (all.values.filter { theirs.contains($0.id) }.sorted { ($0.expiry, $0.id) < ($1.expiry, $1.id) }, unreadable)
    }

    /// Opens all parts of a conversation with both halves of its key.
    package func open(_ id: ConversationID, reader: borrowing BoxKeyPair) throws(OpeningError) -> OpenedConversation {
        try open(id, parts: try parts(of: id), reader: reader)
    }

    /// The parts of a conversation; throws `missing` where there is none, or `erased` where that is why.
    package func parts(of id: ConversationID) throws(OpeningError) -> [RecordStore.StoredPart] {
        let parts = try reading { () throws(FileError) in try store.parts(of: id) }
        guard !parts.isEmpty else {
            guard try !asking({ () throws(KeeperError) in try leaves.isErased(id) }) else { throw .erased }
            throw .missing(id)
        }
        return parts
    }

    /// Opens the parts of a conversation that were found before.
    package func open(
        _ id: ConversationID, parts: [RecordStore.StoredPart], reader: borrowing BoxKeyPair
    ) throws(OpeningError) -> OpenedConversation {
        do throws(OpeningError) {
            return try openAll(id, parts: parts, reader: reader)
        } catch {
            throw told(instead: error, of: id, parts)
        }
    }

    /// The failure that is told. The keeper was asked for the day in a header, which nothing has authenticated yet: so a record that was changed
    /// must not be told as expired, nor one that was erased as changed.
    private func told(instead error: OpeningError, of id: ConversationID, _ parts: [RecordStore.StoredPart]) -> OpeningError {
        switch error.code {
        case .corrupt, .expired, .noPage, .storage(.notFound):
            // Nothing of an erased conversation can be opened, whatever became of its files.
            if (try? leaves.isErased(id)) == true { return .erased }
            // The keeper removes what has expired while others read: then it is as if nothing had been found.
            if parts.allSatisfy(store.isGone) { return .missing(id) }
            if case .storage = error.code { return error }
            return isOnOneDay(parts) ? error : .corrupt
        default: return error
        }
    }

    /// Whether all headers name one day, and the closed parts lie in its folder. An open part may have been torn before it had one, and any
    /// may be gone by now.
    private func isOnOneDay(_ parts: [RecordStore.StoredPart]) -> Bool {
        var days: Set<Day> = []
        for part in parts {
            guard let day = (try? store.header(of: part))?.expiry else {
                if part.isOpen || store.isGone(part) { continue }
                return false
            }
            guard part.isOpen || part.path == store.layout.part(part.part, of: part.conversation, expiring: day) else { return false }
            days.insert(day)
        }
        return days.count <= 1
    }

    private func openAll(
        _ id: ConversationID, parts: [RecordStore.StoredPart], reader: borrowing BoxKeyPair
    ) throws(OpeningError) -> OpenedConversation {
        var opened: [OpenedPart] = []
        var remarks: [OpenedConversation.Remark] = []
        let mine = Card.id(of: reader.publicKey.bytes)
        for part in parts {
            guard let found = try find(part, of: id) else {
                // Its writer was stopped before anything in it could be acknowledged.
                remarks.append(.endNotProven(part.part))
                continue
            }
            let isHolder = found.header.holder?.key == mine
            let handover = isHolder ? nil : try self.handover(of: found.header, to: mine)
            // Asked before the keeper is: who may not read learns nothing of the calendar.
            guard isHolder || handover != nil else {
                remarks.append(.sealedToAnother(part.part))
                continue
            }
            let leaf = try self.leaf(of: id, expiring: found.header.expiry)
            let one = try PartOpener.open(found.file, leaf: leaf, reader: reader, handover: handover, roster: roster)
            if one.isByItsWriter { opened.append(one) } else { remarks.append(.writtenByAnother(part.part)) }
        }
        guard !opened.isEmpty else {
            guard remarks.contains(where: { if case .sealedToAnother = $0 { true } else { false } }) else { throw .corrupt }
            throw .notYours
        }
        return try OpenedConversation(id: id, parts: opened, remarks: remarks)
    }

    /// Reads a part and its header; nil for one whose writer was stopped before anything in it could be acknowledged.
    package func find(_ part: RecordStore.StoredPart, of id: ConversationID) throws(OpeningError) -> FoundPart? {
        let file = try reading { () throws(FileError) in try store.read(part) }
        if part.isOpen && FrameReader.isTornBeginning(file) { return nil }
        let header = try PartOpener.decodeHeader(file).0
        guard header.conversation == id, header.part == part.part else { throw .corrupt }
        return FoundPart(stored: part, file: file, header: header)
    }

    /// All bytes of the handover of a part to whoever has this key; nil where there is none.
    package func handover(of header: PartHeader, to key: KeyID) throws(OpeningError) -> [UInt8]? {
        try reading { () throws(FileError) in try store.handover(of: header, to: key) }
    }

    /// Whether whoever has this key can open a part: the header names them, or there is a handover to them that is genuine as far as can be
    /// known without their key.
    package func isReadable(_ header: PartHeader, by key: KeyID, leaf: borrowing SecretBytes) throws(OpeningError) -> Bool {
        if header.holder?.key == key { return true }
        guard let file = try handover(of: header, to: key) else { return false }
        do throws(HandoverError) {
            _ = try HandoverFile(parsing: file).checked(for: header, to: key, in: roster).proven(by: leaf)
            return true
        } catch {
            return false
        }
    }

    /// The calendar's half; throws `expired`, `erased`, `noPage`, or what the keeper said.
    package func leaf(of id: ConversationID, expiring expiry: Day) throws(OpeningError) -> SecretBytes {
        let batch = try asking { () throws(KeeperError) in
            try leaves.leaf(LeafName(expiry: expiry, conversation: id), for: .reading)
        }
        guard let leaf = batch.leaf(at: 0) else {
            switch batch.states.first {
            case .expired:
                throw OpeningError(
                    .expired, "the record could be opened until \(expiry): that day is over, and nobody can open it any more")
            case .erased: throw .erased
            default: throw OpeningError(.noPage, "the key calendar has no page for \(expiry); is this the keeper of this vault?")
            }
        }
        return leaf
    }

    private func asking<R: ~Copyable>(_ question: () throws(KeeperError) -> R) throws(OpeningError) -> R {
        do {
            return try question()
        } catch {
            throw OpeningError(error)
        }
    }

    private func reading<R>(_ body: () throws(FileError) -> R) throws(OpeningError) -> R {
        do {
            return try body()
        } catch {
            throw OpeningError(error)
        }
    }
}
