/// One record inside a sealed part.
package struct PartRecord: Equatable, Sendable {
    /// What a record is.
    package enum Kind: UInt8, Sendable {
        /// The first record: predecessors and the writer's signature over the header.
        case opening = 1
        /// An event line as it was received, without its line feed.
        case line = 2
        /// A line of our own making: a note, a consent. Counts only in a part signed by its holder.
        case act = 3
        /// The last record: the writer's signature over everything before it.
        case closing = 4
    }

    /// What it is.
    package let kind: Kind
    /// Its bytes.
    package let bytes: [UInt8]

    /// A record.
    package init(_ kind: Kind, _ bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }

    /// Bytes before a record's own: its length and its kind.
    package static let overheadBytes = 5

    /// How many bytes it takes in a frame.
    package var encodedBytes: Int { Self.overheadBytes + bytes.count }
}

/// The plaintext of one frame of a sealed part: records, then zeros.
package enum Frame {
    /// The least plaintext of a frame that is not the last, in bytes, so that short messages look alike.
    package static let minimumBytes = 256
    /// How many bytes of records a finished transcript gathers in one frame.
    package static let batchBytes = 64 << 10
    /// Bytes that encryption adds.
    package static let overheadBytes = 17
    /// The longest sealed frame, in bytes: one record of the greatest length, padded.
    package static let maximumSealedBytes = Padme.padded(4 + Limits.recordBytes) + overheadBytes

    /// The padded plaintext of a frame that holds these records.
    package static func encode(_ records: [PartRecord]) -> [UInt8] {
        let length = records.reduce(0) { $0 + $1.encodedBytes }
        return encode(records, paddedTo: Padme.padded(max(minimumBytes, length)))
    }

    /// The plaintext of a frame that holds these records and has exactly this length.
    package static func encode(_ records: [PartRecord], paddedTo length: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length)
        for record in records {
            bytes.append(littleEndian: UInt32(record.bytes.count + 1))
            bytes.append(record.kind.rawValue)
            bytes += record.bytes
        }
        bytes += [UInt8](repeating: 0, count: max(0, length - bytes.count))
        return bytes
    }

    /// The records of a frame's plaintext; refuses unknown kinds, lengths past the end, and padding that is not zero.
    package static func decode(_ plaintext: [UInt8]) throws(RecordsError) -> [PartRecord] {
        let malformed = RecordsError(.malformed, "a frame of the sealed transcript is malformed")
        var records: [PartRecord] = []
        var offset = 0
        while plaintext.count - offset >= 4 {
            let length = (0..<4).reduce(0) { $0 | Int(plaintext[offset + $1]) << (8 * $1) }
            guard length > 0 else { break }
            guard length <= Limits.recordBytes, length <= plaintext.count - offset - 4,
                let kind = PartRecord.Kind(rawValue: plaintext[offset + 4])
            else { throw malformed }
            records.append(PartRecord(kind, Array(plaintext[(offset + 5)..<(offset + 4 + length)])))
            offset += 4 + length
        }
        guard plaintext[offset...].allSatisfy({ $0 == 0 }) else { throw malformed }
        return records
    }
}

/// A predecessor that an opening names, with what was found of it.
package struct Predecessor: Equatable, Sendable {
    /// Length in bytes of one in an opening.
    package static let lengthBytes = 56
    /// Length of the digest in bytes.
    package static let digestBytes = 32

    /// The part.
    package let part: PartID
    /// The length of the file as it was found, in bytes.
    package let lengthFound: UInt64
    /// BLAKE2b-256 of the file as it was found.
    package let digest: [UInt8]

    /// A predecessor as it was found.
    package init(part: PartID, lengthFound: UInt64, digest: [UInt8]) {
        self.part = part
        self.lengthFound = lengthFound
        self.digest = digest
    }
}

/// The first record of a part: its predecessors, who wrote it, and the signature that says so.
package struct Opening: Equatable, Sendable {
    /// The context that the signature begins with.
    package static let context = Array("transcript-vault/v1/opening\0".utf8)

    /// The unfinished or finished parts that this one follows.
    package let predecessors: [Predecessor]
    /// BLAKE2b-128 of the writer's signing key.
    package let signer: KeyID
    /// Ed25519 over `signedBytes`.
    package let signature: [UInt8]

    /// An opening.
    package init(predecessors: [Predecessor], signer: KeyID, signature: [UInt8]) {
        self.predecessors = predecessors
        self.signer = signer
        self.signature = signature
    }

    /// Count and predecessors, as they stand in the record and under the signature.
    static func encode(_ predecessors: [Predecessor]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt16(predecessors.count))
        for predecessor in predecessors {
            bytes += predecessor.part.bytes
            bytes.append(littleEndian: predecessor.lengthFound)
            bytes += predecessor.digest
        }
        return bytes
    }

    /// What is signed: the context, the header with its commitment, count and predecessors.
    package static func signedBytes(header: [UInt8], commitment: [UInt8], predecessors: [Predecessor]) -> [UInt8] {
        context + header + commitment + encode(predecessors)
    }

    /// The record's bytes.
    package var encoded: [UInt8] { Self.encode(predecessors) + signer.bytes + signature }

    /// The opening that a record holds.
    package static func decode(_ bytes: [UInt8]) throws(RecordsError) -> Opening {
        let malformed = RecordsError(.malformed, "the opening of the sealed transcript is malformed")
        var reader = ByteReader(bytes)
        guard let count = reader.integer(UInt16.self), count <= Limits.predecessors else { throw malformed }
        var predecessors: [Predecessor] = []
        for _ in 0..<count {
            guard let part = reader.identifier(PartID.self), let length = reader.integer(UInt64.self),
                let digest = reader.take(Predecessor.digestBytes)
            else {
                throw malformed
            }
            predecessors.append(Predecessor(part: part, lengthFound: length, digest: digest))
        }
        guard let signer = reader.identifier(KeyID.self), let signature = reader.take(64), reader.remaining == 0 else { throw malformed }
        return Opening(predecessors: predecessors, signer: signer, signature: signature)
    }
}

/// The last record of a part: the signature over everything before it.
package struct Closing: Equatable, Sendable {
    /// The context that the signature begins with.
    package static let context = Array("transcript-vault/v1/closing\0".utf8)
    /// How much a final frame adds to the file before its zeros: length, encryption, record.
    package static let sealedBytes = 4 + Frame.overheadBytes + PartRecord.overheadBytes + 80

    /// BLAKE2b-128 of the writer's signing key.
    package let signer: KeyID
    /// Ed25519 over `signedBytes`.
    package let signature: [UInt8]

    /// A closing.
    package init(signer: KeyID, signature: [UInt8]) {
        self.signer = signer
        self.signature = signature
    }

    /// What is signed: the context and BLAKE2b-256 of all earlier bytes of the file.
    package static func signedBytes(digest: [UInt8]) -> [UInt8] { context + digest }

    /// The record's bytes.
    package var encoded: [UInt8] { signer.bytes + signature }

    /// The closing that a record holds.
    package static func decode(_ bytes: [UInt8]) throws(RecordsError) -> Closing {
        var reader = ByteReader(bytes)
        guard let signer = reader.identifier(KeyID.self), let signature = reader.take(64), reader.remaining == 0 else {
            throw RecordsError(.malformed, "the closing of the sealed transcript is malformed")
        }
        return Closing(signer: signer, signature: signature)
    }

    /// How long the plaintext of the final frame is, so that the file's length becomes Padmé(P + 106).
    package static func plaintextBytes(after fileBytes: Int) -> Int {
        Padme.padded(fileBytes + sealedBytes) - fileBytes - 4 - Frame.overheadBytes
    }
}
