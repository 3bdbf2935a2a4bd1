package import Handover
package import Identity
package import Keeper
package import Opening
package import RecordStore
package import Records
package import Roster
internal import Sodium
internal import SodiumIdentity
internal import SodiumSeal
internal import System

/// Hands records over: boxes each part's secret to the new holder, has that recorded, and only then writes it.
///
/// The secrets go into the boxes and nowhere else.
package struct HandoverMaker: Sendable {
    /// How long after it was signed a handover can still be recorded, in days.
    private static let lifeDays: UInt32 = 1

    private let reader: ConversationReader
    private let store: RecordStore
    private let roster: VerifiedRoster
    private let register: any HandoverRegister
    private let now: Timestamp

    /// A maker of handovers in the vault that `store` shows.
    package init(
        _ reader: ConversationReader, store: RecordStore, roster: VerifiedRoster, register: any HandoverRegister, now: Timestamp
    ) {
        self.reader = reader
        self.store = store
        self.roster = roster
        self.register = register
        self.now = now
    }

    /// A part's secret in a box for the new holder.
    private struct Boxed {
        let header: PartHeader
        let steps: [HandoverStep]
        let box: [UInt8]

        init(_ secret: borrowing PartSecret, to recipient: Holder) {
            header = secret.header
            steps = secret.steps
            box = SealedBox.seal(secret.secret.bytes, to: recipient.recordKey)
        }
    }

    /// On whose word, and by whose key.
    private struct Word {
        let authority: HandoverTerms.Authority
        let peel: SignedDocument?
    }

    /// Hands over, as their present holder, those parts of a conversation that the new holder cannot open yet.
    ///
    /// - Returns: how many parts were handed over, and how many are not the holder's to hand over.
    /// - Throws: `nothing` where the new holder has all of them; `refused`, `opening`, `keeper`, `storage`.
    package func handOver(
        _ parts: [RecordStore.StoredPart], of id: ConversationID, by owner: borrowing PersonalIdentity, to recipient: Holder,
        reason: HandoverReason
    ) throws(HandingOverError) -> (parts: Int, others: Int) {
        let own = Card.id(of: owner.record.publicKey.bytes)
        var boxes: [Boxed] = []
        var others = 0
        for part in parts {
            guard let part = try HandingOverError.onOpening({ () throws(OpeningError) in try reader.find(part, of: id) }) else { continue }
            let handover =
                part.header.holder?.key == own
                ? nil : try HandingOverError.onOpening { () throws(OpeningError) in try reader.handover(of: part.header, to: own) }
            guard part.header.holder?.key == own || handover != nil else {
                others += 1
                continue
            }
            let leaf = try leaf(of: part.header)
            guard
                try !HandingOverError.onOpening({ () throws(OpeningError) in
                    try reader.isReadable(part.header, by: recipient.keyID, leaf: leaf)
                })
            else { continue }
            let secret = try HandingOverError.onOpening { () throws(OpeningError) in
                try PartSecret(of: part.file, leaf: leaf, reader: owner.record, handover: handover, roster: roster)
            }
            boxes.append(Boxed(secret, to: recipient))
        }
        guard !boxes.isEmpty else {
            guard others == 0 else { throw HandingOverError(HandoverError(.notHeld)) }
            throw HandingOverError(.nothing, "\(recipient.name) can open all of this conversation already: nothing was handed over")
        }
        boxes.sort { $0.header.part < $1.header.part }
        for start in stride(from: 0, to: boxes.count, by: Limits.handoverParts) {
            let some = Array(boxes[start..<min(start + Limits.handoverParts, boxes.count)])
            try finish(some, to: recipient, reason: reason, on: Word(authority: .holder(own), peel: nil), by: owner)
        }
        return (boxes.count, others)
    }

    /// Checks what the first lead gave on, as far as it can be known without opening anything.
    ///
    /// - Throws: `refused` where the first lead's word does not count (any more), `notForYou` where it is for another second lead.
    package func review(_ peel: Peel, for second: Holder) throws(HandingOverError) -> (first: Card, recipient: Holder, terms: HandoverTerms)
    {
        let (first, statement) = try HandingOverError.onHandover { () throws(HandoverError) in
            try HandoverRules(recordingIn: roster, at: now).check(peel.document)
        }
        let terms = statement.terms
        guard case .leads(_, let other) = terms.authority, other == second.keyID, second.role == .lead else {
            throw HandingOverError(.notForYou, "this was made for another second lead than you: it is theirs to finish")
        }
        guard let name = roster.member(keyID: terms.recipient)?.card.name, let recipient = try? roster.holder(named: name) else {
            throw HandingOverError(HandoverError(.unknownRecipient))
        }
        guard peel.boxes.count == terms.items.count,
            zip(terms.items, peel.boxes).allSatisfy({ $0 == HandoverTerms.Item(part: $0.part, box: $1) })
        else { throw .corrupt }
        return (first, recipient, terms)
    }

    /// Finishes, as the second lead, what the first one gave on; returns how many parts were handed over.
    ///
    /// - Throws: what `review` throws; `corrupt`, `notPrepared`, `opening`, `keeper`, `storage`.
    package func finish(_ peel: Peel, by second: borrowing PersonalIdentity, as holder: Holder) throws(HandingOverError) -> Int {
        let (_, recipient, terms) = try review(peel, for: holder)
        var boxes: [Boxed] = []
        for (item, inner) in zip(terms.items, peel.boxes) {
            let part = try find(item.part, terms)
            guard case .leads(let first, let other) = terms.authority,
                part.header.leadPairs.contains(where: { $0.first == first && $0.second == other })
            else { throw .notPrepared }
            let leaf = try leaf(of: part.header)
            let secret = try HandingOverError.onOpening { () throws(OpeningError) in
                try PartSecret(of: part.file, leaf: leaf, innerBox: inner, second: second.record)
            }
            boxes.append(Boxed(secret, to: recipient))
        }
        try finish(
            boxes, to: recipient, reason: terms.reason, on: Word(authority: terms.authority, peel: peel.document), by: second)
        return boxes.count
    }

    private func find(_ part: PartID, _ terms: HandoverTerms) throws(HandingOverError) -> FoundPart {
        let stored: RecordStore.StoredPart?
        do throws(FileError) {
            stored = try store.part(part, of: terms.conversation, expiring: terms.expiry)
        } catch {
            throw HandingOverError(OpeningError(.storage(error.code), error.description))
        }
        let found = try stored.map { stored throws(HandingOverError) in
            try HandingOverError.onOpening { () throws(OpeningError) in try reader.find(stored, of: terms.conversation) }
        }
        guard let found = found ?? nil else {
            throw HandingOverError(OpeningError(.missing, "a part of this conversation is not in the vault; it may have expired"))
        }
        guard found.header.expiry == terms.expiry else { throw .corrupt }
        return found
    }

    private func leaf(of header: PartHeader) throws(HandingOverError) -> SecretBytes {
        try HandingOverError.onOpening { () throws(OpeningError) in try reader.leaf(of: header.conversation, expiring: header.expiry) }
    }

    /// Signs, has it recorded, holds the files against everything that a reader will, and writes them.
    private func finish(
        _ boxes: [Boxed], to recipient: Holder, reason: HandoverReason, on word: Word, by signer: borrowing PersonalIdentity
    ) throws(HandingOverError) {
        guard let first = boxes.first?.header, boxes.allSatisfy({ $0.header.expiry == first.expiry }) else { throw .corrupt }
        guard boxes.allSatisfy({ $0.steps.count < Limits.handoverSteps }) else { throw HandingOverError(HandoverError(.tooManySteps)) }
        let terms = HandoverTerms(
            vault: roster.vault, conversation: first.conversation, expiry: first.expiry,
            items: boxes.map { HandoverTerms.Item(part: $0.header.part, box: $0.box) }, recipient: recipient.keyID, reason: reason,
            authority: word.authority, expires: now.adding(days: Self.lifeDays))
        let proposed: ProposedHandover
        do throws(HandoverError) {
            let peel = try word.peel.map { peel throws(HandoverError) in try PeelStatement(parsing: peel) }
            // Recorded no later than the first lead meant.
            let limited = terms.expiring(noLaterThan: peel?.terms.expires)
            proposed = ProposedHandover(peel: word.peel, statement: try HandoverStatement.sign(limited, after: peel, by: signer.signingKey))
            try check(proposed, over: boxes)
        } catch {
            throw HandingOverError(error)
        }
        let step = HandoverStep(proposed, receipt: try record(proposed))
        let leaf = try leaf(of: first)
        var files: [(path: String, bytes: [UInt8])] = []
        for boxed in boxes {
            files.append((path(of: boxed.header, to: recipient), try file(boxed, step, to: recipient, leaf: leaf)))
        }
        do throws(FileError) {
            let folder = store.layout.records(expiring: first.expiry)
            try store.fileSystem.createDirectories(folder, mode: VaultLayout.directoryMode)
            for file in files { try store.fileSystem.replaceDurably(file.path, file.bytes.rawSpan, mode: VaultLayout.fileMode) }
        } catch {
            throw HandingOverError(error)
        }
    }

    /// What the keeper will ask, asked before it is.
    private func check(_ proposed: ProposedHandover, over boxes: [Boxed]) throws(HandoverError) {
        let statement = try HandoverRules(recordingIn: roster, at: now).check(proposed)
        for boxed in boxes {
            let holder: KeyID? =
                if case .holder(let key) = statement.terms.authority, !boxed.steps.isEmpty { key } else { boxed.header.holder?.key }
            try statement.checkRight(over: boxed.header, heldBy: holder, isFirst: true)
        }
    }

    private func record(_ proposed: ProposedHandover) throws(HandingOverError) -> SignedDocument {
        do {
            return try HandoverOrder.receipt(answer: try register.record(try HandoverOrder(proposed).json))
        } catch let error as KeeperError {
            throw HandingOverError(error)
        } catch {
            throw HandingOverError(HandoverError(.notRecorded))
        }
    }

    private func path(of header: PartHeader, to recipient: Holder) -> String {
        store.layout.handover(of: header.part, in: header.conversation, to: recipient.keyID, expiring: header.expiry)
    }

    private func file(
        _ boxed: Boxed, _ step: HandoverStep, to recipient: Holder, leaf: borrowing SecretBytes
    ) throws(HandingOverError) -> [UInt8] {
        do throws(HandoverError) {
            let bytes = try HandoverFile(box: boxed.box, steps: boxed.steps + [step]).bytes
            _ = try HandoverFile(parsing: bytes).checked(for: boxed.header, to: recipient.keyID, in: roster).proven(by: leaf)
            return bytes
        } catch {
            throw HandingOverError(error)
        }
    }
}
