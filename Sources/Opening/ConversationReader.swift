package import Keeper
package import RecordStore
package import Records
package import Roster
internal import Sodium
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
        /// Its parts.
        package let parts: [RecordStore.StoredPart]
    }

    /// The conversations of which at least one part is sealed to `holder`, by expiry day; unreadable headers are counted, not hidden.
    package func conversations(of holder: KeyID) throws(OpeningError) -> (found: [Summary], unreadable: Int) {
        var found: [ConversationID: Summary] = [:]
        var unreadable = 0
        let parts = try reading { () throws(FileError) in try store.parts() }
        let headers = store.mapHeaders(of: parts) { (isHeld: $0.holder?.key == holder, expiry: $0.expiry) }
        for (part, header) in zip(parts, headers) {
            guard let header else {
                unreadable += 1
                continue
            }
            guard header.isHeld else { continue }
            let parts = (found[part.conversation]?.parts ?? []) + [part]
            found[part.conversation] = Summary(id: part.conversation, expiry: header.expiry, parts: parts)
        }
        return (found.values.sorted { ($0.expiry, $0.id) < ($1.expiry, $1.id) }, unreadable)
    }

    /// Opens all parts of a conversation with both halves of its key.
    package func open(_ id: ConversationID, reader: borrowing BoxKeyPair) throws(OpeningError) -> OpenedConversation {
        let parts = try reading { () throws(FileError) in try store.parts(of: id) }
        guard !parts.isEmpty else {
            guard try !asking({ () throws(KeeperError) in try leaves.isErased(id) }) else { throw .erased }
            throw OpeningError(
                .missing,
                "there is no conversation \(id) in this vault: no file of it is here, and it was not erased; if its day is over, it expired and was "
                    + "removed, else ask whoever keeps the vault")
        }
        return try open(id, parts: parts, reader: reader)
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
        case .corrupt, .expired, .noPage:
            // Nothing of an erased conversation can be opened, whatever became of its files.
            if (try? leaves.isErased(id)) == true { return .erased }
            return isOnOneDay(parts) ? error : .corrupt
        default: return error
        }
    }

    /// Whether all headers name one day, and the closed parts lie in its folder. An open part may have been torn before it had one.
    private func isOnOneDay(_ parts: [RecordStore.StoredPart]) -> Bool {
        var days: Set<Day> = []
        for part in parts {
            guard let day = (try? store.header(of: part))?.expiry else {
                if part.isOpen { continue }
                return false
            }
            guard part.isOpen || part.path == store.layout.part(part.part, of: part.conversation, expiring: day) else { return false }
            days.insert(day)
        }
        return days.count == 1
    }

    private func openAll(
        _ id: ConversationID, parts: [RecordStore.StoredPart], reader: borrowing BoxKeyPair
    ) throws(OpeningError) -> OpenedConversation {
        var opened: [OpenedPart] = []
        var remarks: [OpenedConversation.Remark] = []
        let mine = Card.id(of: reader.publicKey.bytes)
        for part in parts {
            let file = try reading { () throws(FileError) in try store.read(part) }
            if part.isOpen && FrameReader.isTornBeginning(file) {
                // Its writer was stopped before anything in it could be acknowledged.
                remarks.append(.endNotProven(part.part))
                continue
            }
            let header = try PartOpener.decodeHeader(file).0
            guard header.conversation == id, header.part == part.part else { throw .corrupt }
            // Asked before the keeper is: who may not read learns nothing of the calendar.
            guard header.holder?.key == mine else {
                remarks.append(.sealedToAnother(part.part))
                continue
            }
            let leaf = try self.leaf(of: id, expiring: header.expiry)
            let one = try PartOpener.open(file, leaf: leaf, reader: reader, roster: roster)
            if one.isByItsWriter { opened.append(one) } else { remarks.append(.writtenByAnother(part.part)) }
        }
        guard !opened.isEmpty else {
            guard remarks.contains(where: { if case .sealedToAnother = $0 { true } else { false } }) else { throw .corrupt }
            throw OpeningError(.notYours, "the record is sealed to somebody else: only they, or two leads together, can open it")
        }
        return try OpenedConversation(id: id, parts: opened, remarks: remarks)
    }

    private func leaf(of id: ConversationID, expiring expiry: Day) throws(OpeningError) -> SecretBytes {
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
