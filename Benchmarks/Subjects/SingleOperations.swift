import KeyCalendar
import Opening
import Records
import RecordStore
import Sodium
import SodiumIdentity
import SodiumOpen
import SodiumSeal
import System
import TestVault

/// The operations that reading a record cannot do without, each alone: their sum is the floor of reading.
public final class SingleOperations {
    private let page: SecretBytes
    private let key: BoxKeyPair
    private let box: [UInt8]
    private let signer: SigningKey
    private let signature: [UInt8]
    private let message = [UInt8](repeating: 7, count: 900)
    private var path: UInt64 = 0

    /// Draws the keys.
    public init() throws {
        let random = SystemRandom()
        page = KeyTree.freshPage(from: random)
        key = try BoxKeyPair(secretKey: .random(BoxPublicKey.keyBytes, from: random))
        let secret = SecretBytes.random(32, from: random)
        box = SealedBox.seal(secret.bytes, to: key.publicKey)
        signer = try SigningKey(seed: .random(SigningKey.seedBytes, from: random))
        signature = signer.sign(message)
    }

    /// One leaf, 64 steps below its page.
    public func deriveLeaf() -> Bool {
        path &+= 0x9E37_79B9_7F4A_7C15
        return Self.hasLeaf(path, in: page)
    }

    private static func hasLeaf(_ path: UInt64, in page: borrowing SecretBytes) -> Bool {
        KeyTree.leaf(of: path, in: page.bytes) != nil
    }

    /// One sealed box of 32 bytes.
    public func openBox() throws -> Int {
        let box = box
        return try SealedBox.open(box.rawSpan, publicKey: key.publicKey, secretKey: key.secretKey).count
    }

    /// One signature of a message of 900 bytes.
    public func checkSignature() -> Bool {
        signer.publicKey.isValid(signature, for: message)
    }
}

extension MeasuredVault {
    /// The paths of all sealed parts.
    public func parts() throws -> [String] {
        try vault.store.parts().map(\.path)
    }

    /// Reads a file; returns its length in bytes.
    public func read(_ path: String) throws -> Int {
        try DiskFileSystem().readFile(path, limitBytes: Limits.partBytes).count
    }
}
