package import Records
package import Roster

/// One sealed part, decrypted completely and verified.
package struct OpenedPart: Sendable {
    /// How a part ends.
    package enum End: Sendable {
        /// With its writer's closing: nothing is missing.
        case closed
        /// Without one: its writer was stopped, or is still at work. A successor may prove how long it was.
        case notProven
    }

    /// Its header.
    package let header: PartHeader
    /// The parts that it follows, as its writer found them.
    package let predecessors: [Predecessor]
    /// Who wrote it.
    package let signer: Card
    /// Its lines and acts, in order.
    package let records: [PartRecord]
    /// How it ends.
    package let end: End
    /// The file as it is now, for comparing with what a successor says.
    package let found: Predecessor

    /// Whether its writer had any business in it: a service, or whoever it is sealed to.
    var isByItsWriter: Bool { signer.role == .service || isByHolder }

    /// Whether received lines may stand in it. A worker cannot put words into a young person's mouth, not even in their own record.
    var mayHoldLines: Bool { signer.role == .service || (signer.role == .team && isByHolder) }

    /// Whether its holder wrote it: only then do its acts count.
    package var isByHolder: Bool { signer.keyID == header.holder?.key }
}
