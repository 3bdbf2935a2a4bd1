package import Handover
internal import PartKeys
package import Records
package import Roster
package import Sodium
package import SodiumIdentity
internal import SodiumOpen

/// The person's half of one part's key, with the commitment's proof that it is the right one, and the header unchanged.
package struct PartSecret: ~Copyable {
    /// The part's header.
    package let header: PartHeader
    /// `W`. It is boxed to a new holder, and goes nowhere else.
    package let secret: SecretBytes
    /// How the part came to the reader; none where the header names them.
    package let steps: [HandoverStep]
    /// The header without its commitment, as it stands in the file.
    let encoded: [UInt8]
    let commitment: [UInt8]
    let streamKey: SecretBytes

    /// As the holder has it whom the header names, or whoever a handover names.
    ///
    /// Throws `notYours` where it is neither, `corrupt` for everything that was changed or made by those who may not, `unsupportedVersion`.
    package init(
        of file: [UInt8], leaf: borrowing SecretBytes, reader: borrowing BoxKeyPair, handover: [UInt8]?, roster: VerifiedRoster
    ) throws(OpeningError) {
        let (header, commitment) = try PartOpener.decodeHeader(file)
        let mine = Card.id(of: reader.publicKey.bytes)
        let box: [UInt8]
        let steps: [HandoverStep]
        if let holder = header.holder, holder.key == mine {
            (box, steps) = (holder.box, [])
        } else {
            guard let handover else { throw .notYours }
            let proven: ProvenHandover
            do throws(HandoverError) {
                proven = try HandoverFile(parsing: handover).checked(for: header, to: mine, in: roster).proven(by: leaf)
            } catch {
                throw .corrupt
            }
            (box, steps) = (proven.box, proven.steps)
        }
        try self.init(header, commitment: commitment, box: box, leaf: leaf, reader: reader, steps: steps)
    }

    /// As the second of two leads has it, out of the box that the first one gave on; throws `corrupt`, `unsupportedVersion`.
    package init(
        of file: [UInt8], leaf: borrowing SecretBytes, innerBox box: [UInt8], second reader: borrowing BoxKeyPair
    ) throws(OpeningError) {
        let (header, commitment) = try PartOpener.decodeHeader(file)
        try self.init(header, commitment: commitment, box: box, leaf: leaf, reader: reader, steps: [])
    }

    private init(
        _ header: PartHeader, commitment: [UInt8], box: [UInt8], leaf: borrowing SecretBytes, reader: borrowing BoxKeyPair,
        steps: [HandoverStep]
    ) throws(OpeningError) {
        let secret = try authenticating { () throws(SodiumError) in
            try SealedBox.open(box.rawSpan, publicKey: reader.publicKey, secretKey: reader.secretKey)
        }
        guard secret.count == PartHeader.secretBytes else { throw .corrupt }
        let encoded = header.encoded
        let keys = PartKeys(leaf: leaf, secret: secret, header: encoded)
        let derived = keys.commitment
        // Compared before anything is decrypted: it authenticates the header and commits to the key.
        guard constantTimeEqual(derived.rawSpan, commitment.rawSpan) else { throw .corrupt }
        self.header = header
        self.secret = secret
        self.steps = steps
        self.encoded = encoded
        self.commitment = commitment
        streamKey = keys.takeStreamKey()
    }
}
