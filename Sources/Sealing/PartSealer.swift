internal import PartKeys
package import Records
package import Roster
internal import Sodium
internal import SodiumSeal

/// What a new part is to be: everything its header says, before there are keys.
package struct PartPlan: Sendable {
    /// The conversation.
    package let conversation: ConversationID
    /// The new part.
    package let part: PartID
    /// The last day on which the record may be opened.
    package let expiry: Day
    /// Whom it is sealed to.
    package let holder: Holder
    /// All pairs of at least three leads, or none.
    package let leadPairs: [LeadPair]
    /// The parts that it follows, as they were found.
    package let predecessors: [Predecessor]

    /// A plan.
    package init(
        conversation: ConversationID, part: PartID, expiry: Day, holder: Holder, leadPairs: [LeadPair], predecessors: [Predecessor] = []
    ) {
        self.conversation = conversation
        self.part = part
        self.expiry = expiry
        self.holder = holder
        self.leadPairs = leadPairs
        self.predecessors = predecessors
    }
}

/// The beginning of a sealed part: the secrets are drawn, wrapped for those who may read, and forgotten.
struct PartSealer: ~Copyable {
    /// The header without its commitment.
    let header: [UInt8]
    /// The commitment.
    let commitment: [UInt8]
    /// The stream that follows.
    private var stream: StreamWriter

    /// Draws `W`, wraps it, and starts the stream. `leaf` is consumed: from here on nothing can read back what is written.
    init(_ plan: PartPlan, leaf: consuming SecretBytes, random: any RandomSource) {
        let secret = SecretBytes.random(PartHeader.secretBytes, from: random)
        let holder = PartHeader.Holder(key: plan.holder.keyID, box: SealedBox.seal(secret.bytes, to: plan.holder.recordKey))
        let blank = LeadPair.blank(plan.leadPairs)
        let unbound = PartHeader(
            expiry: plan.expiry, conversation: plan.conversation, part: plan.part, holder: holder, leadPairs: blank)
        // The digest names this very file, so that one lead cannot have the other open a record they did not mean to.
        let binding = BLAKE2b.hash(unbound.boundPart)
        let pairs = plan.leadPairs.map { $0.wrap(secret, binding: binding) }
        let header = PartHeader(
            expiry: plan.expiry, conversation: plan.conversation, part: plan.part, holder: holder, leadPairs: pairs
        ).encoded
        let keys = PartKeys(leaf: leaf, secret: secret, header: header)
        self.header = header
        commitment = keys.commitment
        stream = StreamWriter(key: keys.takeStreamKey())
    }

    /// The bytes that a part begins with: header, commitment, stream header.
    var beginning: [UInt8] { header + commitment + stream.header }

    /// One sealed frame: its length and the encrypted plaintext.
    mutating func frame(_ plaintext: [UInt8], tag: SecretStream.Tag) throws(SodiumError) -> [UInt8] {
        let sealed = try stream.push(plaintext.rawSpan, tag: tag)
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(sealed.count))
        return bytes + sealed
    }
}

extension LeadPair {
    /// Pairs of the right number and ids, whose boxes are still zeros: the header's length must be known before a box is made.
    fileprivate static func blank(_ pairs: [LeadPair]) -> [PartHeader.LeadPair] {
        pairs.map {
            PartHeader.LeadPair(
                first: $0.first.keyID, second: $0.second.keyID, box: [UInt8](repeating: 0, count: PartHeader.LeadPair.boxBytes))
        }
    }

    /// `W` for the second lead, in a box for the first, so that only both together open it.
    fileprivate func wrap(_ secret: borrowing SecretBytes, binding: [UInt8]) -> PartHeader.LeadPair {
        let inner = SealedBox.seal(secret.bytes, to: second.recordKey)
        let content = binding + inner
        return PartHeader.LeadPair(first: first.keyID, second: second.keyID, box: SealedBox.seal(content.rawSpan, to: first.recordKey))
    }
}
