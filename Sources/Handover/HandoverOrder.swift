package import Records

/// A handover that the keeper is asked to record. It has no box and no secret: the keeper learns nothing by which a record opens.
package struct HandoverOrder: Hashable, Sendable {
    /// The most bytes of it.
    package static let maximumBytes = 192 << 10

    /// What was signed.
    package let proposed: ProposedHandover

    private struct Document: Codable {
        let act: String
        @Nullable var peel: SignedDocument?
        let statement: SignedDocument
    }

    private struct Answer: Codable {
        let receipt: SignedDocument
    }

    /// An order.
    package init(_ proposed: ProposedHandover) {
        self.proposed = proposed
    }

    /// The order in canonical JSON; throws `malformed` or `tooLarge` for anything else.
    package init(json: [UInt8]) throws(RecordsError) {
        let document = try CanonicalJSON.value(Document.self, fromLine: json, limitBytes: Self.maximumBytes)
        guard document.act == HandoverReceipt.act else { throw RecordsError(.malformed, "the keeper records no act of that name") }
        proposed = ProposedHandover(peel: document.peel, statement: document.statement)
    }

    /// The canonical JSON.
    package var json: [UInt8] {
        get throws(RecordsError) {
            try CanonicalJSON.line(
                Document(act: HandoverReceipt.act, peel: proposed.peel, statement: proposed.statement))
        }
    }

    /// The keeper's answer in canonical JSON.
    package static func answer(_ receipt: SignedDocument) throws(RecordsError) -> [UInt8] {
        try CanonicalJSON.line(Answer(receipt: receipt))
    }

    /// The receipt in the keeper's answer; nothing is believed of it.
    package static func receipt(answer: [UInt8]) throws(RecordsError) -> SignedDocument {
        try CanonicalJSON.value(Answer.self, fromLine: answer, limitBytes: maximumBytes).receipt
    }
}
