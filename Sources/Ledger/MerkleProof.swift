extension MerkleTree {
    /// The hashes that lead from the leaf at `index`, counted from zero, to the root of the first `size` leaves, lowest first (RFC 6962, 2.1.1).
    package func inclusionProof(of index: Int, in size: Int) -> [MerkleHash] {
        precondition((0..<size).contains(index) && size <= self.size, "a proof is of a leaf in a tree that was")
        var (leaves, proof) = (0..<size, [MerkleHash]())
        while leaves.count > 1 {
            let (left, right) = (leaves.lowerBound..<leaves.split, leaves.split..<leaves.upperBound)
            let isLeft = left.contains(index)
            proof.append(hash(of: isLeft ? right : left))
            leaves = isLeft ? left : right
        }
        return proof.reversed()
    }

    /// The hashes that show that the tree of the first `size` leaves begins with that of the first `earlier` (RFC 6962, 2.1.2).
    package func consistencyProof(from earlier: Int, to size: Int) -> [MerkleHash] {
        precondition((1...size).contains(earlier) && size <= self.size, "a proof is of two trees that were, neither of them empty")
        var (leaves, proof) = (0..<size, [MerkleHash]())
        while leaves.upperBound != earlier {
            let (left, right) = (leaves.lowerBound..<leaves.split, leaves.split..<leaves.upperBound)
            let isLeft = earlier <= left.upperBound
            proof.append(hash(of: isLeft ? right : left))
            leaves = isLeft ? left : right
        }
        // Where the earlier tree is a subtree of its own, whoever checks has its root.
        if leaves.lowerBound > 0 { proof.append(hash(of: leaves)) }
        return proof.reversed()
    }
}

/// Checks proofs without a tree (RFC 9162, 2.1.3.2 and 2.1.4.2).
package enum MerkleProof {
    /// Whether a leaf is number `index`, counted from zero, in the tree of `size` leaves that has this root.
    package static func includes(
        _ leaf: MerkleHash, at index: Int, in size: Int, root: MerkleHash, proof: [MerkleHash]
    ) -> Bool {
        guard (0..<max(0, size)).contains(index) else { return false }
        var way = Way(index: index, last: size - 1)
        var hash = leaf
        for sibling in proof {
            guard way.last > 0 else { return false }
            hash = way.isRight ? .node(sibling, hash) : .node(hash, sibling)
            way.ascend()
        }
        return way.last == 0 && hash == root
    }

    /// Whether the tree of `size` leaves with this root begins with the tree of `earlier` leaves that has the other one; a tree without leaves
    /// shows nothing.
    package static func isConsistent(
        from earlier: Int, root earlierRoot: MerkleHash, to size: Int, root: MerkleHash, proof: [MerkleHash]
    ) -> Bool {
        guard earlier > 0, earlier <= size else { return false }
        guard earlier < size else { return proof.isEmpty && earlierRoot == root }
        let path = earlier.nonzeroBitCount == 1 ? [earlierRoot] + proof : proof
        guard !proof.isEmpty, let first = path.first else { return false }
        var way = Way(index: earlier - 1, last: size - 1)
        way.skipLeftEdges()
        var (old, new) = (first, first)
        for hash in path.dropFirst() {
            guard way.last > 0 else { return false }
            if way.isRight {
                (old, new) = (.node(hash, old), .node(hash, new))
            } else {
                new = .node(new, hash)
            }
            way.ascend()
        }
        return way.last == 0 && old == earlierRoot && new == root
    }

    /// Where a proof has come to: the place on a level, and the last place there.
    private struct Way {
        var index: Int
        var last: Int

        /// Whether the next hash stands on the left.
        var isRight: Bool { index & 1 == 1 || index == last }

        /// One level up, and past the levels on which the last place has no neighbour.
        mutating func ascend() {
            if isRight {
                while index & 1 == 0, index != 0 { rise() }
            }
            rise()
        }

        /// Up to the subtree that ends with the earlier tree.
        mutating func skipLeftEdges() {
            while index & 1 == 1 { rise() }
        }

        private mutating func rise() {
            index >>= 1
            last >>= 1
        }
    }
}
