package import Records
package import Sodium

/// How much a ledger held at a moment, in one hash (C2SP tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
    /// Which ledger it is of.
    package let origin: String
    /// How many entries there were.
    package let size: Int
    /// The root of the Merkle tree of their lines.
    package let root: MerkleHash

    /// The origin of a vault's ledger, which is also the name of its keepers' keys: unique, and nobody's name.
    package static func origin(of vault: VaultID) -> String { "transcript-vault/ledger/\(vault)" }

    /// A vault's ledger at this size.
    package init(vault: VaultID, size: Int, root: MerkleHash) {
        origin = Self.origin(of: vault)
        self.size = size
        self.root = root
    }

    /// The three lines that are signed.
    package var text: [UInt8] {
        Array("\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n".utf8)
    }

    /// The checkpoint that a note's text is; nil where it is none in its one form. Extension lines are not read.
    package init?(text: [UInt8]) {
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, let size = Int(lines[1]), let hash = try? Base64.decode(String(lines[2])), let root = MerkleHash(hash)
        else { return nil }
        (origin, self.size, self.root) = (String(lines[0]), size, root)
        guard !origin.isEmpty, size >= 0, self.text == text else { return nil }
    }
}

/// A checkpoint that one of a vault's keepers signed.
package struct SignedCheckpoint: Hashable, Sendable {
    /// The largest file: three lines and some dozens of signatures, others' among them.
    package static let maximumBytes = 128 << 10

    /// What it says.
    package let checkpoint: Checkpoint
    /// The file, exactly.
    package let note: [UInt8]

    /// Verifies a file.
    ///
    /// - Parameters:
    ///   - note: the file.
    ///   - vault: the vault whose ledger it must be of.
    ///   - keys: the signing keys of every keeper that the vault ever had.
    /// - Throws: `refused` for one that no keeper of this vault signed.
    package init(_ note: [UInt8], vault: VaultID, keys: [SigningPublicKey]) throws(LedgerError) {
        let origin = Checkpoint.origin(of: vault)
        guard note.count <= Self.maximumBytes, let signed = SignedNote(note),
            signed.isSigned(by: keys.map { NoteKey(name: origin, key: $0) }), let checkpoint = Checkpoint(text: signed.text),
            checkpoint.origin == origin
        else { throw .refusedCheckpoint }
        self.checkpoint = checkpoint
        self.note = note
    }

    /// Signs a checkpoint.
    init(_ checkpoint: Checkpoint, by keeper: borrowing SigningKey) {
        self.checkpoint = checkpoint
        note = SignedNote.signed(checkpoint.text, name: checkpoint.origin, by: keeper)
    }
}
