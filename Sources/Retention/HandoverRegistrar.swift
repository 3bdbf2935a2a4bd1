internal import Handover
package import Keeper
package import Ledger
internal import Logging
internal import Minisign
package import RecordStore
package import Records
package import Roster
package import Sodium
internal import System

/// Writes handovers down: checks who signed and whether they may, and marks it in the ledger.
///
/// It gets no box: what it learns opens nothing.
package struct HandoverRegistrar: Sendable {
    private let roster: VerifiedRoster
    private let store: RecordStore
    private let ledger: Ledger

    /// A registrar who goes by a roster.
    package init(roster: VerifiedRoster, store: RecordStore, ledger: Ledger) {
        self.roster = roster
        self.store = store
        self.ledger = ledger
    }

    /// Records a handover and gives the signed receipt, once the entry is durable.
    ///
    /// - Parameters:
    ///   - order: what was signed, in canonical JSON.
    ///   - moment: now.
    ///   - key: the keeper's, which must be in force in the roster.
    ///   - leaf: gives the leaf of a conversation to read.
    /// - Throws: `malformed`; `refused` where those who signed may not, the record's day is over or a part is not there; `otherVault`;
    ///   `failed` where the ledger could not be written.
    package func record(
        _ order: [UInt8], at moment: Timestamp, by key: borrowing SigningKey, leaf: (LeafName) -> LeafBatch
    ) throws(RetentionError) -> [UInt8] {
        let order = try Self.parse(order)
        guard roster.keeper?.card.signingKey.key == key.publicKey else {
            throw RetentionError(.refused, "this keeper is not the one in the roster, so that nobody would believe its receipt")
        }
        let statement = try RetentionError.onHandover { () throws(HandoverError) in
            try HandoverRules(recordingIn: roster, at: moment).check(order.proposed)
        }
        let terms = statement.terms
        let batch = leaf(LeafName(expiry: terms.expiry, conversation: terms.conversation))
        guard let leaf = batch.leaf(at: 0) else {
            throw RetentionError(.refused, "the record's key is destroyed or was never there: there is nothing to hand over")
        }
        try checkRights(statement, leaf: leaf)
        let document = try write(statement, leaf: leaf, at: moment, by: key)
        do throws(RecordsError) { return try HandoverOrder.answer(document) } catch { throw RetentionError(.failed, error.message) }
    }

    private static func parse(_ order: [UInt8]) throws(RetentionError) -> HandoverOrder {
        do throws(RecordsError) { return try HandoverOrder(json: order) } catch { throw RetentionError(.malformed, error.message) }
    }

    /// The entry first, durably; then the receipt for it.
    private func write(
        _ statement: HandoverStatement, leaf: borrowing SecretBytes, at moment: Timestamp, by key: borrowing SigningKey
    ) throws(RetentionError) -> SignedDocument {
        let act = LedgeredAct(.handover, text: statement.text)
        let entry: LedgerEntry
        do throws(LedgerError) {
            entry = try ledger.append(act.event(leaf: leaf), at: moment)
        } catch {
            throw RetentionError(error)
        }
        do throws(HandoverError) {
            // What was written down before, and is told again, has the day on which it was.
            return try HandoverReceipt(entry: entry.number, mark: act.mark(leaf: leaf), at: entry.moment(nearest: moment))
                .sign(for: roster.vault, by: key)
        } catch {
            throw RetentionError(error)
        }
    }

    /// Each part is there, and whoever signed may hand it on: as far as its header says, which only the part's key can prove.
    private func checkRights(_ statement: HandoverStatement, leaf: borrowing SecretBytes) throws(RetentionError) {
        let terms = statement.terms
        for item in terms.items {
            let found = try RetentionError.onFiles { () throws(FileError) in
                try store.part(item.part, of: terms.conversation, expiring: terms.expiry)
            }
            guard let part = found, let header = try? store.header(of: part), header.part == item.part else {
                throw RetentionError(.refused, "a part that is to be handed over is not in the vault, or is damaged")
            }
            do throws(HandoverError) {
                try statement.checkRight(over: header, heldBy: try holder(of: header, for: statement, leaf: leaf), isFirst: true)
            } catch {
                throw RetentionError(error)
            }
        }
    }

    /// Who holds a part: whoever the header names, or the signer, where it was handed to them.
    private func holder(
        of header: PartHeader, for statement: HandoverStatement, leaf: borrowing SecretBytes
    ) throws(HandoverError) -> KeyID? {
        guard case .holder(let key) = statement.terms.authority, header.holder?.key != key else { return header.holder?.key }
        guard let file = (try? store.handover(of: header, to: key)) ?? nil else { throw HandoverError(.notHeld) }
        _ = try HandoverFile(parsing: file).checked(for: header, to: key, in: roster).proven(by: leaf)
        return key
    }
}

extension RetentionKeeper {
    /// Writes a handover down and returns the receipt, or marks another act and returns its entry. Order and answer are canonical JSON.
    package func record(_ order: [UInt8]) throws(RetentionError) -> [UInt8] {
        if let act = MarkOrder(json: order) { return try mark(act) }
        // Somebody may have been retired a moment ago: only the roster of now says who may.
        let registrar = HandoverRegistrar(
            roster: try reloadRoster(), store: RecordStore(fileSystem: place.fileSystem, layout: place.layout), ledger: ledger)
        let receipt = try registrar.record(order, at: place.clock.timestamp, by: receiptKey) { leaves([$0], for: .reading) }
        place.log.tell(.notice, .handover, "recorded a handover")
        return receipt
    }
}
