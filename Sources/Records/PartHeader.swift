/// The header of a sealed part: for whom it is, until when, and the wrapped secrets. See `Docs/Spec/SealedPart.md`.
package struct PartHeader: Equatable, Sendable {
    /// The first eight bytes of every sealed part: not text, torn by careless line-end conversion, as in PNG.
    package static let magic: [UInt8] = [0x89, 0x54, 0x56, 0x4C, 0x54, 0x0D, 0x0A, 0x1A]
    /// The version that is written, and the only one there is yet.
    package static let version: UInt16 = 1
    /// Where the bytes end that a lead pair's digest covers.
    package static let boundBytes = 144
    /// The shortest header: no lead pairs.
    package static let minimumBytes = 146 + commitmentBytes
    /// The longest header: 325 lead pairs.
    package static let maximumBytes = minimumBytes + LeadPair.lengthBytes * Limits.leadPairs
    /// Length of the commitment in bytes.
    package static let commitmentBytes = 32
    /// Length of the person's secret `W` in bytes.
    package static let secretBytes = 32
    /// Length of `W` boxed to a record key, in bytes.
    package static let boxBytes = secretBytes + 48

    /// Whom a part is sealed to.
    package struct Holder: Equatable, Sendable {
        /// BLAKE2b-128 of the holder's record public key.
        package let key: KeyID
        /// `W` boxed to that key, 80 bytes.
        package let box: [UInt8]

        /// A holder's key id and box.
        package init(key: KeyID, box: [UInt8]) {
            self.key = key
            self.box = box
        }
    }

    /// Two leads who together can open a part.
    package struct LeadPair: Equatable, Sendable {
        /// Length in bytes.
        package static let lengthBytes = 32 + boxBytes
        /// Length of the box in bytes: a digest and a box to the second lead, boxed to the first.
        package static let boxBytes = 32 + PartHeader.boxBytes + 48

        /// The smaller key id: whose box is the outer one.
        package let first: KeyID
        /// The larger key id: whose box is inside.
        package let second: KeyID
        /// Boxed to the first: BLAKE2b-256 of the bound bytes, then `W` boxed to the second. 160 bytes.
        package let box: [UInt8]

        /// A pair and its box.
        package init(first: KeyID, second: KeyID, box: [UInt8]) {
            self.first = first
            self.second = second
            self.box = box
        }
    }

    /// The last day on which the record may be opened.
    package let expiry: Day
    /// The conversation.
    package let conversation: ConversationID
    /// This file of it.
    package let part: PartID
    /// Whom it is sealed to; nil where nobody has taken the chat yet.
    package let holder: Holder?
    /// All pairs of at least three leads, sorted; or none.
    package let leadPairs: [LeadPair]

    /// A header.
    package init(expiry: Day, conversation: ConversationID, part: PartID, holder: Holder?, leadPairs: [LeadPair]) {
        self.expiry = expiry
        self.conversation = conversation
        self.part = part
        self.holder = holder
        self.leadPairs = leadPairs
    }

    /// Length of the encoded header, commitment included, in bytes.
    package var lengthBytes: Int { Self.minimumBytes + leadPairs.count * LeadPair.lengthBytes }

    /// Bytes 0–143: what a lead pair's digest binds it to.
    package var boundPart: [UInt8] {
        var bytes = Self.magic
        bytes.append(littleEndian: Self.version)
        bytes.append(littleEndian: UInt16(lengthBytes))
        bytes.append(littleEndian: expiry.number)
        bytes += conversation.bytes + part.bytes
        bytes += holder?.key.bytes ?? KeyID.zero.bytes
        bytes += holder?.box ?? [UInt8](repeating: 0, count: Self.boxBytes)
        return bytes
    }

    /// The whole header without the commitment, which is derived from it.
    package var encoded: [UInt8] {
        var bytes = boundPart
        bytes.append(littleEndian: UInt16(leadPairs.count))
        for pair in leadPairs { bytes += pair.first.bytes + pair.second.bytes + pair.box }
        return bytes
    }

    /// The length that a header says it has, commitment included, within `maximumBytes`; nil where these bytes do not say it.
    package static func length(in bytes: [UInt8]) -> Int? {
        guard bytes.count >= magic.count + 4 else { return nil }
        return min(Int(bytes[magic.count + 2]) | Int(bytes[magic.count + 3]) << 8, maximumBytes)
    }

    /// Reads a header and its commitment from the beginning of a part; nothing is authenticated by this.
    package static func decode(_ bytes: some Sequence<UInt8>) throws(RecordsError) -> (header: PartHeader, commitment: [UInt8]) {
        var reader = ByteReader(bytes)
        let malformed = RecordsError(.malformed, "this is not a sealed transcript, or its header was changed")
        guard reader.take(magic.count) == magic else { throw malformed }
        guard let version = reader.integer(UInt16.self) else { throw malformed }
        guard version == Self.version else {
            throw RecordsError(.unsupportedVersion, "the sealed transcript is of version \(version); this program reads version 1")
        }
        guard let length = reader.integer(UInt16.self), let expiry = reader.day(),
            let conversation = reader.identifier(ConversationID.self), let part = reader.identifier(PartID.self),
            let key = reader.identifier(KeyID.self), let box = reader.take(boxBytes), let count = reader.integer(UInt16.self),
            count <= Limits.leadPairs, Int(length) == minimumBytes + Int(count) * LeadPair.lengthBytes
        else { throw malformed }
        var pairs: [LeadPair] = []
        for _ in 0..<count {
            guard let first = reader.identifier(KeyID.self), let second = reader.identifier(KeyID.self), first < second,
                let box = reader.take(LeadPair.boxBytes)
            else { throw malformed }
            if let last = pairs.last, (last.first, last.second) >= (first, second) { throw malformed }
            pairs.append(LeadPair(first: first, second: second, box: box))
        }
        let isHeld = key != .zero || box.contains { $0 != 0 }
        guard isHeld || !pairs.isEmpty, let commitment = reader.take(commitmentBytes) else { throw malformed }
        let holder = isHeld ? Holder(key: key, box: box) : nil
        let header = PartHeader(
            expiry: expiry, conversation: conversation, part: part, holder: holder, leadPairs: pairs)
        return (header, commitment)
    }
}
