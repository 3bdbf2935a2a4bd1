import Foundation
import Ledger
import Records
import Sodium
import Testing

/// Roots, nodes and proofs that others computed: the test data of transparency-dev/merkle (commit 417fb0c, Apache-2.0), which is that of Certificate
/// Transparency's first implementation, quoted as known answers.
@Suite struct TheTreeIsThePublishedOneTests {
    private static let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    /// By the number of leaves, from none.
    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    private static let leafHashes = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    ]
    /// Index, size, proof.
    private static let inclusions: [(index: Int, size: Int, proof: [String])] = [
        (0, 1, []),
        (
            0, 8,
            [
                "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=", "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
                "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
            ]
        ),
        (
            5, 8,
            [
                "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=", "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
                "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
            ]
        ),
        (
            2, 3,
            [
                "+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU="
            ]
        ),
        (
            1, 5,
            [
                "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=", "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
                "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
            ]
        ),
    ]
    /// Earlier size, size, proof.
    private static let consistencies: [(earlier: Int, size: Int, proof: [String])] = [
        (1, 1, []),
        (
            1, 8,
            [
                "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=", "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
                "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
            ]
        ),
        (
            6, 8,
            [
                "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=", "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
                "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
            ]
        ),
        (
            2, 5,
            [
                "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=", "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
            ]
        ),
        (
            6, 7,
            [
                "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=", "sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=",
                "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
            ]
        ),
    ]

    private func tree(_ count: Int) throws -> MerkleTree {
        var tree = MerkleTree()
        for leaf in Self.leaves.prefix(count) { tree.append(.leaf(try #require(Hex.decode(leaf)))) }
        return tree
    }

    private func hashes(_ texts: [String]) throws -> [MerkleHash] {
        try texts.map { try #require(MerkleHash(Base64.decode($0))) }
    }

    @Test func `every root, and every leaf`() throws {
        let whole = try tree(8)
        for (size, root) in Self.roots.enumerated() {
            #expect(try Hex.encode(tree(size).root(at: size).bytes) == root)
            #expect(Hex.encode(whole.root(at: size).bytes) == root, "of the first \(size) of eight")
        }
        #expect((0..<8).map { Hex.encode(whole.leaf(at: $0).bytes) } == Self.leafHashes)
    }

    @Test func `every inclusion proof is made and believed`() throws {
        let tree = try tree(8)
        for known in Self.inclusions {
            let proof = try hashes(known.proof)
            #expect(tree.inclusionProof(of: known.index, in: known.size) == proof)
            let leaf = try #require(MerkleHash(Hex.decode(Self.leafHashes[known.index]) ?? []))
            let root = try #require(MerkleHash(Hex.decode(Self.roots[known.size]) ?? []))
            #expect(MerkleProof.includes(leaf, at: known.index, in: known.size, root: root, proof: proof))
        }
    }

    @Test func `every consistency proof is made and believed`() throws {
        let tree = try tree(8)
        for known in Self.consistencies {
            let proof = try hashes(known.proof)
            #expect(tree.consistencyProof(from: known.earlier, to: known.size) == proof)
            let roots = try [known.earlier, known.size].map { try #require(MerkleHash(Hex.decode(Self.roots[$0]) ?? [])) }
            #expect(MerkleProof.isConsistent(from: known.earlier, root: roots[0], to: known.size, root: roots[1], proof: proof))
        }
    }

    /// The whole of the published data, right proofs and wrong ones: the folders `inclusion` and `consistency` of the repository's `testdata`.
    @Test(.enabled(if: PublishedProofs.arePresent, "the published proofs lie in ../shared/vectors/merkle, or below VAULT_TEST_VECTORS"))
    func `every published proof is believed or refused as it says`() throws {
        let inclusions = try PublishedProofs.all(PublishedProofs.Inclusion.self, in: "inclusion")
        for published in inclusions { #expect(published.isBelieved == !published.wantErr, "\(published.desc)") }
        let consistencies = try PublishedProofs.all(PublishedProofs.Consistency.self, in: "consistency")
        for published in consistencies {
            // One of them believes in two equal roots that are no hashes at all.
            #expect(published.isBelieved == (!published.wantErr && published.rootsAreHashes), "\(published.desc)")
        }
        #expect(consistencies.count { !$0.wantErr && !$0.rootsAreHashes } <= 1)
        #expect(inclusions.count >= 98 && consistencies.count >= 98)
        #expect(inclusions.contains { !$0.wantErr } && consistencies.contains { !$0.wantErr })
    }
}

/// Proofs as JSON files, each of which says whether it is right.
enum PublishedProofs {
    struct Inclusion: Decodable {
        let leafIdx: UInt64
        let treeSize: UInt64
        let root: Data?
        let leafHash: Data?
        let proof: [Data]?
        let desc: String
        let wantErr: Bool

        var isBelieved: Bool {
            guard let index = Int(exactly: leafIdx), let size = Int(exactly: treeSize), let root = MerkleHash(root ?? Data()),
                let leaf = MerkleHash(leafHash ?? Data()), let proof = hashes(proof)
            else { return false }
            return MerkleProof.includes(leaf, at: index, in: size, root: root, proof: proof)
        }
    }

    struct Consistency: Decodable {
        let size1: UInt64
        let size2: UInt64
        let root1: Data?
        let root2: Data?
        let proof: [Data]?
        let desc: String
        let wantErr: Bool

        var rootsAreHashes: Bool { [root1, root2].allSatisfy { $0?.count == MerkleHash.lengthBytes } }

        var isBelieved: Bool {
            guard let earlier = Int(exactly: size1), let size = Int(exactly: size2), let first = MerkleHash(root1 ?? Data()),
                let second = MerkleHash(root2 ?? Data()), let proof = hashes(proof)
            else { return false }
            return MerkleProof.isConsistent(from: earlier, root: first, to: size, root: second, proof: proof)
        }
    }

    private static func hashes(_ proof: [Data]?) -> [MerkleHash]? {
        let hashes = (proof ?? []).compactMap { MerkleHash($0) }
        return hashes.count == proof?.count ?? 0 ? hashes : nil
    }

    private static let directory: URL = {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let vectors =
            ProcessInfo.processInfo.environment["VAULT_TEST_VECTORS"].map { URL(fileURLWithPath: $0) }
            ?? package.appendingPathComponent("../shared/vectors").standardizedFileURL
        return vectors.appendingPathComponent("merkle")
    }()

    static let arePresent = FileManager.default.fileExists(atPath: directory.path)

    static func all<Value: Decodable>(_ type: Value.Type, in folder: String) throws -> [Value] {
        let files = FileManager.default.enumerator(at: directory.appendingPathComponent(folder), includingPropertiesForKeys: nil)
        return try (files?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "json" }.map {
            try JSONDecoder().decode(type, from: Data(contentsOf: $0))
        }
    }
}
