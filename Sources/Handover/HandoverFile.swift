internal import Ledger
package import Records
package import Roster
package import Sodium

/// A step by which a part came to somebody: what was signed, and the keeper's receipt. Nothing is believed of it.
package struct HandoverStep: Codable, Hashable, Sendable {
    /// The first lead's text; nil on the holder's word.
    @Nullable package var peel: SignedDocument?
    /// The keeper's receipt.
    package let receipt: SignedDocument
    /// The statement.
    package let statement: SignedDocument

    /// A handover that was recorded.
    package init(_ proposed: ProposedHandover, receipt: SignedDocument) {
        _peel = Nullable(wrappedValue: proposed.peel)
        self.receipt = receipt
        statement = proposed.statement
    }

    var proposed: ProposedHandover { ProposedHandover(peel: peel, statement: statement) }
}

/// A handover file as it came, of which nothing is believed: a box for the new holder of one part, and how it came to be.
package struct HandoverFile: Hashable, Sendable {
    /// `W` of the part, boxed to the new holder, 80 bytes.
    package let box: [UInt8]
    /// How the part came to them: two leads, or the holder in the header, and then from holder to holder.
    package let steps: [HandoverStep]

    private static let type = "transcript-vault handover file 1"

    private struct Document: Codable {
        let box: String
        let steps: [HandoverStep]
        let type: String
    }

    /// A file; throws `tooManySteps` for more of them than any may have.
    package init(box: [UInt8], steps: [HandoverStep]) throws(HandoverError) {
        guard steps.count <= Limits.handoverSteps else { throw HandoverError(.tooManySteps) }
        self.box = box
        self.steps = steps
    }

    /// The file in `bytes`; throws `refused` for anything but its one form.
    package init(parsing bytes: [UInt8]) throws(HandoverError) {
        guard let document = try? CanonicalJSON.value(Document.self, fromFile: bytes, limitBytes: Limits.handoverBytes),
            document.type == Self.type, let box = try? Base64.decode(document.box), box.count == PartHeader.boxBytes,
            (1...Limits.handoverSteps).contains(document.steps.count)
        else { throw HandoverError(.refused) }
        self.box = box
        steps = document.steps
    }

    /// The exact file.
    package var bytes: [UInt8] {
        get throws(HandoverError) {
            do throws(RecordsError) {
                let bytes = try CanonicalJSON.file(Document(box: Base64.encode(box), steps: steps, type: Self.type))
                guard bytes.count <= Limits.handoverBytes else { throw RecordsError(.tooLarge, "") }
                return bytes
            } catch {
                throw HandoverError(.invalid)
            }
        }
    }

    /// Checks every signature and every right from the part's header to `recipient`: all that can be known without a key.
    package func checked(for header: PartHeader, to recipient: KeyID, in roster: VerifiedRoster) throws(HandoverError) -> SignedHandover {
        var holder = header.holder?.key
        var recorded: [(receipt: HandoverReceipt, statement: HandoverStatement)] = []
        for step in steps {
            let receipt = try HandoverReceipt(verifying: step.receipt, in: roster)
            let statement = try HandoverRules(recordedIn: roster, at: receipt.at).check(step.proposed)
            try statement.checkRight(over: header, heldBy: holder, isFirst: recorded.isEmpty)
            holder = statement.terms.recipient
            recorded.append((receipt, statement))
        }
        guard holder == recipient, let last = recorded.last, last.statement.item(of: header.part)?.boxDigest == BLAKE2b.hash(box) else {
            throw HandoverError(.refused)
        }
        return SignedHandover(box: box, steps: steps, recorded: recorded)
    }
}

/// A handover whose signatures and rights are verified; that it stands in the ledger is the keeper's word and not yet compared.
package struct SignedHandover: Sendable {
    fileprivate let box: [UInt8]
    fileprivate let steps: [HandoverStep]
    fileprivate let recorded: [(receipt: HandoverReceipt, statement: HandoverStatement)]

    /// The receipts, to be compared with the ledger.
    package var receipts: [HandoverReceipt] { recorded.map(\.receipt) }

    /// To whom it was handed, in order.
    package var recipients: [KeyID] { recorded.map(\.statement.terms.recipient) }

    /// The last statement, by which it came to whoever has it.
    package var statement: HandoverStatement? { recorded.last?.statement }

    /// Checks with the conversation's leaf that each receipt is for its very statement; throws `notRecorded` otherwise.
    package func proven(by leaf: borrowing SecretBytes) throws(HandoverError) -> ProvenHandover {
        for (receipt, statement) in recorded {
            guard LedgeredAct(.handover, text: statement.text).mark(leaf: leaf) == receipt.mark else {
                throw HandoverError(.notRecorded)
            }
        }
        return ProvenHandover(box: box, steps: steps)
    }
}

/// A handover that was made by those who may, and recorded. Only the key in its box is still to be compared with the part's commitment.
package struct ProvenHandover: Sendable {
    /// `W` of the part, boxed to the new holder.
    package let box: [UInt8]
    /// How the part came to them: what a further handover by them goes on from.
    package let steps: [HandoverStep]

    fileprivate init(box: [UInt8], steps: [HandoverStep]) {
        self.box = box
        self.steps = steps
    }
}
