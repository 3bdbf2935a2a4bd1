internal import Identity
internal import Keeper
internal import Opening
internal import PartKeys
internal import Records
internal import Roster
internal import Sodium
internal import SodiumIdentity
internal import SodiumSeal
internal import System
internal import TestVault

/// Sealed parts: header, records, frames, and whole files.
let partTargets = [
    FuzzTarget("part-header", maximumBytes: 1024, seeds: { try headers(in: $0) }) { _, input in
        guard let (header, commitment) = try? PartHeader.decode(input) else { return .refused }
        try demand((header.encoded + commitment).elementsEqual(input.prefix(header.lengthBytes)), "a header has a second form")
        try demand(header.lengthBytes <= PartHeader.maximumBytes && header.leadPairs.count <= Limits.leadPairs, "a header is too long")
        try demand(header.expiry <= .last && (header.holder != nil || !header.leadPairs.isEmpty), "a header is for nobody")
        return .accepted
    },
    FuzzTarget("part-frame", seeds: { _ in frames }) { _, input in
        guard let records = try? Frame.decode(input) else { return .refused }
        try demand(Frame.encode(records, paddedTo: input.count) == input, "a frame has a second form")
        try demand(records.allSatisfy { $0.bytes.count < Limits.recordBytes }, "a record is too long")
        return .accepted
    },
    FuzzTarget("part-opening", seeds: { _ in openings }) { _, input in
        if let closing = try? Closing.decode(input) { try demand(closing.encoded == input, "a closing has a second form") }
        guard let opening = try? Opening.decode(input) else { return .refused }
        try demand(opening.encoded == input, "an opening has a second form")
        try demand(opening.predecessors.count <= Limits.predecessors, "an opening names too many parts")
        return .accepted
    },
    FuzzTarget("part", maximumBytes: 8192, seeds: { _ in FuzzedPart.seeds }) { world, input in
        let part = try FuzzedPart(input, in: world)
        let opened: OpenedPart
        do throws(OpeningError) {
            opened = try part.open()
        } catch {
            try demand(error.code == .corrupt, "a part is refused as something else than changed")
            return .refused
        }
        try demand(opened.records == part.readable, "other records are shown than were sealed")
        try demand((opened.end == .closed) == part.isClosed, "a part's end is not what was sealed")
        try demand(opened.found.lengthFound == UInt64(part.file.count) && opened.found.digest == BLAKE2b.hash(part.file), "another file")
        return .accepted
    },
    FuzzTarget("conversation", maximumBytes: 16_384, seeds: { try [file(of: $0.conversation.get(), in: $0)] }) { world, input in
        try judgeConversation(input, in: world)
    },
]

/// The input as the only file of the conversation that it names: closed, and being written.
private func judgeConversation(_ input: [UInt8], in world: FuzzWorld) throws -> FuzzTarget.Verdict {
    guard let header = try? PartHeader.decode(input).header else { return .refused }
    var verdict = FuzzTarget.Verdict.refused
    let layout = world.vault.layout
    let places = [
        layout.part(header.part, of: header.conversation, expiring: header.expiry), layout.openPart(header.part, of: header.conversation),
    ]
    for path in places {
        let before = try? world.disk.readFile(path, limitBytes: Limits.partBytes)
        try world.disk.createDirectories(layout.records(expiring: header.expiry), mode: VaultLayout.directoryMode)
        try world.disk.replaceDurably(path, input.rawSpan, mode: VaultLayout.fileMode)
        let opened = Result { try world.vault.read(header.conversation) }
        try world.disk.remove(path)
        if let before { try world.disk.writeDurably(path, before.rawSpan, mode: VaultLayout.fileMode) }
        // Days that inputs make up do not pile up.
        try? world.disk.removeDirectory(layout.records(expiring: header.expiry))
        guard let opened = try? opened.get() else { continue }
        // Nobody but this world's service can have sealed what opens, and it never says anything else.
        try demand(FuzzWorld.lines.starts(with: opened.lines), "something is shown that nobody said")
        try demand(opened.lines == FuzzWorld.lines || !opened.remarks.isEmpty, "something is missing, and nothing is said of it")
        verdict = .accepted
    }
    return verdict
}

private func file(of id: ConversationID, in world: FuzzWorld) throws -> [UInt8] {
    try world.vault.store.read(world.vault.onlyPart(of: id))
}

private func headers(in world: FuzzWorld) throws -> [[UInt8]] {
    let sealed = try PartHeader.decode(file(of: world.conversation.get(), in: world))
    let alone = PartHeader(
        expiry: sealed.header.expiry, conversation: sealed.header.conversation, part: sealed.header.part, holder: sealed.header.holder,
        leadPairs: [])
    return [sealed.header.encoded + sealed.commitment, alone.encoded + sealed.commitment]
}

private let frames = [
    Frame.encode([PartRecord(.line, Array("{}".utf8)), PartRecord(.act, Array("[]".utf8))]),
    Frame.encode([PartRecord(.closing, [UInt8](repeating: 1, count: 80))], paddedTo: 85), Frame.encode([], paddedTo: 0),
]

private let openings = [
    Opening(predecessors: [], signer: .zero, signature: [UInt8](repeating: 1, count: 64)).encoded,
    Opening(
        predecessors: [Predecessor(part: .zero, lengthFound: .max, digest: [UInt8](repeating: 2, count: 32))], signer: .zero,
        signature: [UInt8](repeating: 3, count: 64)
    ).encoded,
]

/// A part whose header, keys and signatures are right, and whose frames are what an input says.
private struct FuzzedPart {
    /// What an input can put next: a byte each, and then a piece.
    enum Step: UInt8, CaseIterable {
        /// A frame with these bytes as its plaintext.
        case frame
        /// A final frame with these bytes as its plaintext.
        case final
        /// A frame with the service's opening, and these bytes behind it.
        case opening
        /// The service's closing, padded as it must be, and these bytes behind the end.
        case closing
        /// These bytes, not sealed.
        case bare
        /// A frame with one line.
        case line
    }

    private let header: PartHeader
    private let world: FuzzWorld
    private(set) var file: [UInt8]
    /// The records that a reader may show, if it shows any.
    private(set) var readable: [PartRecord] = []
    /// Whether the part is closed and nothing follows.
    private(set) var isClosed = false
    /// Whether there are bytes in it that were not sealed.
    private var isTorn = false

    static let seeds: [[UInt8]] = [
        step(.opening) + step(.line, Array("{\"v\":1}".utf8)) + step(.closing),
        step(.opening, Array(Frame.encode([PartRecord(.act, Array("{}".utf8))]))) + step(.bare, [0, 1, 0]),
        step(.opening) + step(.bare, [0, 0, 0, 0, 0]),
    ]

    private static func step(_ step: Step, _ bytes: [UInt8] = []) -> [UInt8] { [step.rawValue] + Pieces.encode(bytes) }

    private static let leaf = [UInt8](repeating: 0x51, count: 32)
    private static let secret = [UInt8](repeating: 0x57, count: 32)

    init(_ input: [UInt8], in world: FuzzWorld) throws {
        self.world = world
        let secret = SecretBytes(copying: Self.secret.rawSpan)
        header = PartHeader(
            expiry: TestVault.today, conversation: ConversationID(repeatElement(1, count: 16)) ?? .zero,
            part: PartID(repeatElement(2, count: 16)) ?? .zero,
            holder: .init(key: Card.id(of: world.vault.annaKey.bytes), box: SealedBox.seal(secret.bytes, to: world.vault.annaKey)),
            leadPairs: [])
        let keys = PartKeys(leaf: SecretBytes(copying: Self.leaf.rawSpan), secret: secret, header: header.encoded)
        let commitment = keys.commitment
        var stream = StreamWriter(key: keys.takeStreamKey())
        file = header.encoded + commitment + stream.header
        var pieces = Pieces(input)
        var isOver = false
        while !pieces.isEmpty {
            guard let step = Step(rawValue: pieces.byte() % UInt8(Step.allCases.count)) else { break }
            let bytes = pieces.piece()
            switch step {
            case .bare:
                file += bytes
                isTorn = isTorn || !bytes.isEmpty
            case _ where isOver: break
            case .frame: try append(bytes, .rekey, to: &stream)
            case .line: try append(Frame.encode([PartRecord(.line, bytes)]), .rekey, to: &stream)
            case .opening:
                try append(Frame.encode([PartRecord(.opening, opening(commitment))], paddedTo: 87) + bytes, .rekey, to: &stream)
            case .final:
                try append(bytes, .final, to: &stream)
                isOver = true
            case .closing:
                try close(&stream)
                isClosed = true
                file += bytes
                isTorn = isTorn || !bytes.isEmpty
                isOver = true
            }
        }
        isClosed = isClosed && !isTorn
    }

    private mutating func append(_ plaintext: [UInt8], _ tag: SecretStream.Tag, to stream: inout StreamWriter) throws {
        let sealed = try stream.push(plaintext.rawSpan, tag: tag)
        file.append(littleEndian: UInt32(sealed.count))
        file += sealed
        // Behind bytes that are no frame no frame is found any more.
        if tag == .rekey && !isTorn { readable += ((try? Frame.decode(plaintext)) ?? []).filter { $0.kind == .line || $0.kind == .act } }
    }

    private mutating func close(_ stream: inout StreamWriter) throws {
        let signature = world.vault.service.sign(Closing.signedBytes(digest: BLAKE2b.hash(file)))
        let closing = Closing(signer: signer, signature: signature)
        let plaintext = Frame.encode([PartRecord(.closing, closing.encoded)], paddedTo: Closing.plaintextBytes(after: file.count))
        try append(plaintext, .final, to: &stream)
    }

    private func opening(_ commitment: [UInt8]) -> [UInt8] {
        let signed = Opening.signedBytes(header: header.encoded, commitment: commitment, predecessors: [])
        return Opening(predecessors: [], signer: signer, signature: world.vault.service.sign(signed)).encoded
    }

    private var signer: KeyID { Card.id(of: world.vault.service.publicKey.bytes) }

    func open() throws(OpeningError) -> OpenedPart {
        let leaf = SecretBytes(copying: Self.leaf.rawSpan)
        return try PartOpener.open(file, leaf: leaf, reader: world.vault.anna.record, roster: world.vault.roster)
    }
}
