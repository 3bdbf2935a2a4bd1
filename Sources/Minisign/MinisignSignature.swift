package import Sodium

/// A signature file of the minisign program, with algorithm `ED` (the file is hashed with BLAKE2b-512 first).
///
/// It has one form: four lines, the first fixed, so that not one byte of it is outside of what is checked. A file made by
/// `minisign -S` has that form; one made with `-c` or `-l` has not.
package struct MinisignSignature: Hashable, Sendable {
    /// The largest signature file.
    package static let maximumFileBytes = 1024

    private static let algorithm = Array("ED".utf8)
    private static let untrustedComment = Array("untrusted comment: signature from minisign secret key".utf8)
    private static let trustedPrefix = Array("trusted comment: ".utf8)

    /// The hint by which the key is found.
    package let keyID: MinisignKeyID
    /// The signed comment. In this software: the context line, which says what kind of file was signed.
    package let trustedComment: String

    private let signature: [UInt8]
    private let globalSignature: [UInt8]

    /// Signs `message`; `trustedComment` is one of our context lines, printable and at most 512 bytes.
    package static func sign(_ message: RawSpan, with key: borrowing SigningKey, trustedComment: String) -> MinisignSignature {
        precondition(isComment(trustedComment), "a trusted comment is one short printable line")
        let signature = key.sign(BLAKE2b.hash(message, digestBytes: 64))
        return MinisignSignature(
            keyID: MinisignKeyID(derivedFrom: key.publicKey.bytes),
            trustedComment: trustedComment,
            signature: signature,
            globalSignature: key.sign(signature + Array(trustedComment.utf8))
        )
    }

    private init(keyID: MinisignKeyID, trustedComment: String, signature: [UInt8], globalSignature: [UInt8]) {
        self.keyID = keyID
        self.trustedComment = trustedComment
        self.signature = signature
        self.globalSignature = globalSignature
    }

    /// The signature in a `.minisig` file; throws `refused` for anything but its one form.
    package init(file: [UInt8]) throws(MinisignError) {
        guard file.count <= Self.maximumFileBytes else { throw MinisignError(.refused) }
        let lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count == 5, lines[4].isEmpty, lines[0].elementsEqual(Self.untrustedComment), lines[2].starts(with: Self.trustedPrefix),
            let signed = Self.decode(lines[1]), signed.count == 2 + MinisignKeyID.lengthBytes + SigningPublicKey.signatureBytes,
            signed.starts(with: Self.algorithm),
            let comment = String(validating: lines[2].dropFirst(Self.trustedPrefix.count), as: UTF8.self), Self.isComment(comment),
            let global = Self.decode(lines[3]), global.count == SigningPublicKey.signatureBytes
        else { throw MinisignError(.refused) }
        self.init(
            keyID: MinisignKeyID(bytes: Array(signed[2..<10])),
            trustedComment: comment,
            signature: Array(signed[10...]),
            globalSignature: global
        )
    }

    /// The `.minisig` file.
    package var fileBytes: [UInt8] {
        let signed = Base64.encode(Self.algorithm + keyID.bytes + signature)
        let line = Array("\(signed)\n".utf8)
        return Self.untrustedComment + [UInt8(ascii: "\n")] + line + Self.trustedPrefix
            + Array("\(trustedComment)\n\(Base64.encode(globalSignature))\n".utf8)
    }

    /// Checks that `key` signed `message` for the purpose that `trustedComment` names; throws `refused` otherwise, whatever the reason.
    package func verify(_ message: RawSpan, with key: MinisignPublicKey, expecting trustedComment: String) throws(MinisignError) {
        // Compared as bytes: Swift's strings are equal when they look alike.
        guard keyID == key.id, self.trustedComment.utf8.elementsEqual(trustedComment.utf8),
            key.key.isValid(signature, for: BLAKE2b.hash(message, digestBytes: 64)),
            key.key.isValid(globalSignature, for: signature + Array(trustedComment.utf8))
        else { throw MinisignError(.refused) }
    }

    private static func decode(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        try? Base64.decode(String(decoding: line, as: UTF8.self))
    }

    /// One printable line; the tab is allowed because the minisign program's own comments have it.
    private static func isComment(_ text: String) -> Bool {
        (1...512).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0 == "\t" || $0.properties.generalCategory != .control }
    }
}
