package import Handover
package import Identity
package import Opening
package import RecordStore
package import Records
package import Roster
internal import Sodium
internal import SodiumIdentity
internal import SodiumOpen

/// The first of two leads: opens the outer boxes of a conversation's pairs, and signs what the second may do with what is inside.
///
/// Nothing can be read by this. Who is first is decided by the pair: whoever's key id is the smaller.
package struct LeadPeeler: Sendable {
    /// How long the second lead has, in days.
    package static let lifeDays: UInt32 = 7

    private let reader: ConversationReader
    private let roster: VerifiedRoster
    private let second: Holder
    private let recipient: Holder
    private let reason: HandoverReason
    private let now: Timestamp

    /// A peeler for one second lead and one new holder.
    ///
    /// - Throws: `sameLead`, `otherMustBegin`, `refused` where the second is no lead or the new holder no worker or lead.
    package init(
        _ reader: ConversationReader, roster: VerifiedRoster, first: Holder, second: Holder, to recipient: Holder, reason: HandoverReason,
        now: Timestamp
    ) throws(HandingOverError) {
        guard first.keyID != second.keyID, first.name != second.name else {
            throw HandingOverError(.sameLead, "two different leads must agree: name the other one")
        }
        guard first.role == .lead, second.role == .lead else { throw HandingOverError(HandoverError(.notEntitled)) }
        guard recipient.role == .worker || recipient.role == .lead else { throw HandingOverError(HandoverError(.unknownRecipient)) }
        guard first.keyID < second.keyID else {
            throw HandingOverError(
                .otherMustBegin,
                "\(second.name) must begin: of these two leads \(second.name)'s is the outer box. Have \(second.name) run 'vault-worker peel' "
                    + "with --with \(first.name), then finish it with 'vault-worker handover --peel'")
        }
        self.reader = reader
        self.roster = roster
        self.second = second
        self.recipient = recipient
        self.reason = reason
        self.now = now
    }

    /// Peels those parts of a conversation that the new holder cannot open yet; 64 at a time, and none is no failure.
    ///
    /// - Returns: what to give on, and how many parts were not prepared for these two leads.
    /// - Throws: `corrupt` where a pair is not of this very file; `opening` where the record's day is over, or it is damaged.
    package func peel(
        _ parts: [RecordStore.StoredPart], of id: ConversationID, by first: borrowing PersonalIdentity
    ) throws(HandingOverError) -> (peels: [Peel], unprepared: Int) {
        var found: [(item: HandoverTerms.Item, box: [UInt8])] = []
        var (expiry, unprepared) = (Day(number: 0), 0)
        for part in parts {
            guard let part = try HandingOverError.onOpening({ () throws(OpeningError) in try reader.find(part, of: id) }) else { continue }
            expiry = part.header.expiry
            let leaf = try HandingOverError.onOpening { () throws(OpeningError) in try reader.leaf(of: id, expiring: expiry) }
            let isReadable = try HandingOverError.onOpening { () throws(OpeningError) in
                try reader.isReadable(part.header, by: recipient.keyID, leaf: leaf)
            }
            if isReadable { continue }
            guard let box = try innerBox(of: part, by: first) else {
                unprepared += 1
                continue
            }
            found.append((HandoverTerms.Item(part: part.header.part, box: box), box))
        }
        found.sort { $0.item.part < $1.item.part }
        var peels: [Peel] = []
        for start in stride(from: 0, to: found.count, by: Limits.handoverParts) {
            let some = Array(found[start..<min(start + Limits.handoverParts, found.count)])
            peels.append(try sign(some, of: id, expiring: expiry, by: first))
        }
        return (peels, unprepared)
    }

    /// What is in the pair's box for the second lead; nil where the part has no such pair.
    private func innerBox(of part: FoundPart, by first: borrowing PersonalIdentity) throws(HandingOverError) -> [UInt8]? {
        let own = Card.id(of: first.record.publicKey.bytes)
        guard let pair = part.header.leadPairs.first(where: { $0.first == own && $0.second == second.keyID }) else { return nil }
        let content: [UInt8]
        do throws(SodiumError) {
            let opened = try SealedBox.open(pair.box.rawSpan, publicKey: first.record.publicKey, secretKey: first.record.secretKey)
            content = opened.bytes.array
        } catch {
            throw .corrupt
        }
        // A pair out of another file would have the second lead open a record that the first did not mean.
        let binding = BLAKE2b.hash(Array(part.file.prefix(PartHeader.boundBytes)))
        guard content.count == binding.count + PartHeader.boxBytes, Array(content.prefix(binding.count)) == binding else { throw .corrupt }
        return Array(content.dropFirst(binding.count))
    }

    private func sign(
        _ found: [(item: HandoverTerms.Item, box: [UInt8])], of id: ConversationID, expiring expiry: Day,
        by first: borrowing PersonalIdentity
    ) throws(HandingOverError) -> Peel {
        let terms = HandoverTerms(
            vault: roster.vault, conversation: id, expiry: expiry, items: found.map(\.item), recipient: recipient.keyID, reason: reason,
            authority: .leads(first: Card.id(of: first.record.publicKey.bytes), second: second.keyID),
            expires: now.adding(days: Self.lifeDays))
        do throws(HandoverError) {
            return Peel(document: try PeelStatement.sign(terms, by: first.signingKey), boxes: found.map(\.box))
        } catch {
            throw HandingOverError(error)
        }
    }
}
