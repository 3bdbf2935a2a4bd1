import Ledger
import Sodium
import Testing

/// Trees of every size up to some dozens of leaves, against the definition as RFC 6962 writes it.
@Suite struct ProofsProveOnlyWhatIsTrueTests {
    private static let most = 40

    private let leaves = (0..<most).map { MerkleHash.leaf([UInt8($0)]) }
    private let tree: MerkleTree

    init() {
        var tree = MerkleTree()
        for leaf in leaves { tree.append(leaf) }
        self.tree = tree
    }

    /// RFC 6962, 2.1, word for word.
    private func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        guard leaves.count > 1, let first = leaves.first else { return leaves.first ?? .empty }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return leaves.count == 1 ? first : .node(root(leaves[..<middle]), root(leaves[middle...]))
    }

    private func changed(_ hash: MerkleHash, bit: Int = 0) throws -> MerkleHash {
        var bytes = hash.bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return try #require(MerkleHash(bytes))
    }

    @Test func `a tree that grows has the roots of the definition, of every size that it had`() {
        var growing = MerkleTree()
        for size in 0...Self.most {
            #expect(growing.size == size && growing.root(at: size) == root(leaves[..<size]))
            #expect(tree.root(at: size) == root(leaves[..<size]))
            if size < Self.most { growing.append(leaves[size]) }
        }
    }

    @Test func `an inclusion proof holds for its leaf, its place and its tree, and for no others`() throws {
        for size in 1...Self.most {
            let root = tree.root(at: size)
            for index in 0..<size {
                let proof = tree.inclusionProof(of: index, in: size)
                func holds(
                    leaf: MerkleHash? = nil, at place: Int? = nil, in other: Int? = nil, root otherRoot: MerkleHash? = nil,
                    _ otherProof: [MerkleHash]? = nil
                ) -> Bool {
                    MerkleProof.includes(
                        leaf ?? leaves[index], at: place ?? index, in: other ?? size, root: otherRoot ?? root, proof: otherProof ?? proof)
                }
                #expect(holds())
                #expect(try !holds(leaf: changed(leaves[index])) && !holds(root: changed(root)))
                #expect(!holds(at: -1) && !holds(at: size) && !holds(in: 0) && !holds(in: -size))
                for place in 0..<size where place != index { #expect(!holds(at: place), "\(index) of \(size) at \(place)") }
                #expect(!holds(proof + [root]) && !holds([root] + proof))
                for number in proof.indices {
                    var others = proof
                    others[number] = try changed(proof[number], bit: (index * 7 + number) % 256)
                    #expect(!holds(others))
                    others.remove(at: number)
                    #expect(!holds(others))
                }
            }
        }
    }

    @Test func `a consistency proof holds for its two trees, and for no others`() throws {
        for size in 1...Self.most {
            let root = tree.root(at: size)
            for earlier in 1...size {
                let (proof, earlierRoot) = (tree.consistencyProof(from: earlier, to: size), tree.root(at: earlier))
                func holds(
                    from other: Int? = nil, _ first: MerkleHash? = nil, to last: Int? = nil, _ second: MerkleHash? = nil,
                    _ otherProof: [MerkleHash]? = nil
                ) -> Bool {
                    MerkleProof.isConsistent(
                        from: other ?? earlier, root: first ?? earlierRoot, to: last ?? size, root: second ?? root,
                        proof: otherProof ?? proof)
                }
                #expect(holds())
                #expect(try !holds(changed(earlierRoot)) && !holds(nil, to: nil, changed(root)))
                #expect(!holds(from: 0) && !holds(from: -1) && !holds(from: size + 1) && !holds(to: earlier - 1))
                #expect(!holds(nil, to: nil, nil, proof + [root]) && !holds(nil, to: nil, nil, [root] + proof))
                for number in proof.indices {
                    var others = proof
                    others[number] = try changed(proof[number], bit: (earlier * 5 + number) % 256)
                    #expect(!holds(nil, to: nil, nil, others))
                    others.remove(at: number)
                    #expect(!holds(nil, to: nil, nil, others))
                }
            }
        }
    }

    @Test func `no tree continues another history`() {
        for size in 2...Self.most {
            for changedLeaf in [0, (size - 1) / 2, size - 2] {
                var other = MerkleTree()
                for index in 0..<size { other.append(index == changedLeaf ? .leaf([200]) : leaves[index]) }
                let earlier = max(1, size - 1)
                let proof = other.consistencyProof(from: earlier, to: size)
                #expect(
                    !MerkleProof.isConsistent(
                        from: earlier, root: tree.root(at: earlier), to: size, root: other.root(at: size), proof: proof))
            }
        }
    }

    @Test func `a leaf is never taken for a node`() throws {
        // What would be its leaf, if both were hashed alike.
        let forged = MerkleHash.leaf(leaves[0].bytes + leaves[1].bytes)
        #expect(forged != tree.root(at: 2))
        #expect(!MerkleProof.includes(forged, at: 0, in: 1, root: tree.root(at: 2), proof: []))
    }
}
