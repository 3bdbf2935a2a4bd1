internal import Sodium

/// A hash in a Merkle tree: of a leaf, of two nodes, or of a whole tree (RFC 6962, 2.1, with SHA-256).
package struct MerkleHash: Hashable, Sendable {
    /// Length in bytes.
    package static let lengthBytes = SHA256.digestBytes
    /// The root of a tree without leaves.
    package static let empty = MerkleHash(hashing: [])

    /// The bytes.
    package let bytes: [UInt8]

    /// The hash made of exactly 32 bytes; nil for any other length.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.lengthBytes else { return nil }
        self.bytes = Array(bytes)
    }

    private init(hashing pieces: [[UInt8]]) {
        var hash = SHA256()
        for piece in pieces { hash.update(piece.rawSpan) }
        bytes = hash.finalize()
    }

    /// The hash of a leaf. Its first byte differs from a node's, so that none can be taken for the other.
    package static func leaf(_ data: [UInt8]) -> MerkleHash {
        MerkleHash(hashing: [[0], data])
    }

    /// The hash of the node above two others.
    package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        MerkleHash(hashing: [[1], left.bytes, right.bytes])
    }
}

/// A Merkle tree that grows at its end (RFC 6962, 2.1).
///
/// The hash of every complete subtree is kept, so that a new leaf, a root of any size, and a proof take a number of steps that grows with the
/// tree's height; nothing is hashed twice.
package struct MerkleTree: Sendable {
    /// At each height the hashes of the complete subtrees of that height, one after the other.
    private var levels: [[UInt8]] = []

    /// How many leaves there are.
    package private(set) var size = 0

    /// A tree without leaves.
    package init() {}

    /// Adds a leaf at the end.
    package mutating func append(_ leaf: MerkleHash) {
        size += 1
        var (hash, height) = (leaf, 0)
        while true {
            if height == levels.count { levels.append([]) }
            levels[height] += hash.bytes
            let count = size >> height
            // An odd one waits for its neighbour.
            guard count.isMultiple(of: 2) else { return }
            hash = .node(subtree(count - 2, height: height), hash)
            height += 1
        }
    }

    /// The hash of the leaf at `index`, counted from zero.
    package func leaf(at index: Int) -> MerkleHash {
        hash(of: index..<(index + 1))
    }

    /// The root of the first `size` leaves, which must be there.
    package func root(at size: Int) -> MerkleHash {
        precondition((0...self.size).contains(size), "a tree has a root for each size that it had")
        return size == 0 ? .empty : hash(of: 0..<size)
    }

    /// The hash of the subtree over these leaves: one into which the definition splits a tree (RFC 6962, 2.1).
    func hash(of leaves: Range<Int>) -> MerkleHash {
        precondition(!leaves.isEmpty && leaves.upperBound <= size, "a subtree has leaves that are there")
        if leaves.count.nonzeroBitCount == 1 {
            let height = leaves.count.trailingZeroBitCount
            return subtree(leaves.lowerBound >> height, height: height)
        }
        let middle = leaves.split
        return .node(hash(of: leaves.lowerBound..<middle), hash(of: middle..<leaves.upperBound))
    }

    /// The hash of the complete subtree number `index` of a height.
    private func subtree(_ index: Int, height: Int) -> MerkleHash {
        let start = index * MerkleHash.lengthBytes
        guard let hash = MerkleHash(levels[height][start..<(start + MerkleHash.lengthBytes)]) else {
            preconditionFailure("a level consists of whole hashes")
        }
        return hash
    }
}

extension Range<Int> {
    /// Where the definition splits a tree of more than one leaf: behind the largest power of two that is less than their number.
    var split: Int {
        lowerBound + 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
