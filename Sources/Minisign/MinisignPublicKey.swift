package import Sodium

/// A public key as the minisign program writes it: an algorithm, a key id and an Ed25519 key.
package struct MinisignPublicKey: Hashable, Sendable {
    /// The longest public key file: a comment line with the id, and 56 characters of base64.
    package static let maximumFileBytes = 128

    /// Length of the base64 text.
    package static let textBytes = 56

    private static let algorithm = Array("Ed".utf8)

    /// The hint that this key's signatures carry.
    package let id: MinisignKeyID
    /// The Ed25519 key.
    package let key: SigningPublicKey

    /// The minisign form of a key of this software, whose id is BLAKE2b-64 of it.
    package init(_ key: SigningPublicKey) {
        self.key = key
        id = MinisignKeyID(derivedFrom: key.bytes)
    }

    /// The key that a line of base64 holds (what `minisign -P` takes); throws `malformedKey` for anything else.
    package init(text: String) throws(MinisignError) {
        guard text.utf8.count == Self.textBytes, let bytes = try? Base64.decode(text),
            bytes.count == Self.algorithm.count + MinisignKeyID.lengthBytes + SigningPublicKey.keyBytes, bytes.starts(with: Self.algorithm),
            let key = try? SigningPublicKey(Array(bytes[10...]))
        else { throw MinisignError(.malformedKey) }
        self.key = key
        id = MinisignKeyID(bytes: Array(bytes[2..<10]))
    }

    /// The key in a `.pub` file; throws `malformedKey` for anything but the one form in which it is written.
    package init(file: [UInt8]) throws(MinisignError) {
        guard file.count <= Self.maximumFileBytes else { throw MinisignError(.malformedKey) }
        let lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count == 3 else { throw MinisignError(.malformedKey) }
        try self.init(text: String(decoding: lines[1], as: UTF8.self))
        guard fileBytes == file else { throw MinisignError(.malformedKey) }
    }

    /// The base64 text: what `minisign -P` takes.
    package var text: String {
        Base64.encode(Self.algorithm + id.bytes + key.bytes)
    }

    /// The `.pub` file, exactly as the minisign program writes it.
    package var fileBytes: [UInt8] {
        Array("untrusted comment: minisign public key \(id)\n\(text)\n".utf8)
    }
}
