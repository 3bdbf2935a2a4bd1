internal import Minisign
internal import Records
package import Roster
package import Sodium
package import SodiumIdentity

/// Opens a sealed part with both halves of its key.
package enum PartOpener {
    /// Decrypts all of `file` and verifies who wrote it; every change to the file gives the same refusal, and nothing is released before.
    ///
    /// - Parameters:
    ///   - file: all bytes of the part.
    ///   - leaf: the calendar's half.
    ///   - reader: the record key of the holder, or of whoever it was handed over to.
    ///   - handover: all bytes of the handover to the reader, who is not the holder that the header names; nil where there is none.
    ///   - roster: who may have written it.
    package static func open(
        _ file: [UInt8], leaf: borrowing SecretBytes, reader: borrowing BoxKeyPair, handover: [UInt8]? = nil, roster: VerifiedRoster
    ) throws(OpeningError) -> OpenedPart {
        try open(file, with: try PartSecret(of: file, leaf: leaf, reader: reader, handover: handover, roster: roster), roster: roster)
    }

    /// The header, with damage and later versions told apart.
    static func decodeHeader(_ file: [UInt8]) throws(OpeningError) -> (PartHeader, commitment: [UInt8]) {
        do {
            let decoded = try PartHeader.decode(file.prefix(PartHeader.maximumBytes))
            return (decoded.header, decoded.commitment)
        } catch {
            if error.code == .unsupportedVersion { throw OpeningError(.unsupportedVersion, error.message) }
            throw .corrupt
        }
    }

    private static func open(
        _ file: [UInt8], with secret: borrowing PartSecret, roster: VerifiedRoster
    ) throws(OpeningError) -> OpenedPart {
        let (header, commitment, encoded) = (secret.header, secret.commitment, secret.encoded)
        let body = try FrameReader.read(file, from: header.lengthBytes, key: secret.streamKey)
        guard let first = body.records.first, first.kind == .opening else { throw .corrupt }
        let opening = try decoding { () throws(RecordsError) in try Opening.decode(first.bytes) }
        let signed = Opening.signedBytes(header: encoded, commitment: commitment, predecessors: opening.predecessors)
        guard let signer = roster.card(signer: opening.signer), signer.signingKey.key.isValid(opening.signature, for: signed) else {
            throw .corrupt
        }
        let records = body.records.dropFirst()
        guard records.allSatisfy({ $0.kind == .line || $0.kind == .act }) else { throw .corrupt }
        let digest = try verifiedDigest(of: file, body, opening, by: signer)
        return OpenedPart(
            header: header, predecessors: opening.predecessors, signer: signer, records: Array(records),
            end: body.closing == nil ? .notProven : .closed,
            found: Predecessor(part: header.part, lengthFound: UInt64(file.count), digest: digest))
    }

    /// BLAKE2b-256 of the whole file; on the way, that of all bytes before the final frame is compared with what the closing signs.
    private static func verifiedDigest(
        of file: [UInt8], _ body: FrameReader.Body, _ opening: Opening, by signer: Card
    ) throws(OpeningError) -> [UInt8] {
        guard let closing = body.closing else { return BLAKE2b.hash(file) }
        let end = body.finalFrameOffset
        var hash = BLAKE2b(digestBytes: Predecessor.digestBytes)
        hash.update(file.rawSpan.extracting(first: end))
        let signed = Closing.signedBytes(digest: hash.digestSoFar())
        guard closing.signer == opening.signer, signer.signingKey.key.isValid(closing.signature, for: signed),
            file.count == Padme.padded(end + Closing.sealedBytes)
        else { throw .corrupt }
        hash.update(file.rawSpan.extracting(end..<file.count))
        return hash.finalize()
    }
}

/// Gives every failed authentication the one answer.
func authenticating<R: ~Copyable>(_ body: () throws(SodiumError) -> R) throws(OpeningError) -> R {
    do {
        return try body()
    } catch {
        throw .corrupt
    }
}

/// Gives every malformed decrypted record the one answer.
func decoding<R>(_ body: () throws(RecordsError) -> R) throws(OpeningError) -> R {
    do {
        return try body()
    } catch {
        throw .corrupt
    }
}
