package import Records
internal import Sodium
package import System

extension LedgerReading {
    /// The first line of a proof (C2SP tlog-proof).
    private static let proofType = "c2sp.org/tlog-proof@v1"

    /// The proof that an entry stands in the ledger, as a text that stands alone (C2SP tlog-proof): the line, its place, the hashes from it to
    /// the root, and the checkpoint that has this root.
    ///
    /// - Throws: `noEntry` for a number that the checkpoint does not cover; `refused` where the line is not there any more; `storage`.
    package func proof(ofEntry number: Int, fileSystem: any FileSystem, layout: VaultLayout) throws(LedgerError) -> [UInt8] {
        guard let checkpoint, number > 0, number <= checkpoint.checkpoint.size else {
            throw .noEntry(number, covered: checkpoint?.checkpoint.size ?? 0)
        }
        let index = number - 1
        let bytes = try Self.contents(of: layout.ledgerActs, fileSystem, limitBytes: Self.maximumBytes) ?? []
        guard places[index].upperBound <= bytes.count else { throw .refused }
        let line = Array(bytes[places[index]])
        let (size, root) = (checkpoint.checkpoint.size, checkpoint.checkpoint.root)
        let hashes = tree.inclusionProof(of: index, in: size)
        guard MerkleProof.includes(.leaf(line), at: index, in: size, root: root, proof: hashes) else { throw .refused }
        let lines = [Self.proofType, "extra \(Base64.encode(line))", "index \(index)"] + hashes.map { Base64.encode($0.bytes) } + ["", ""]
        return Array(lines.joined(separator: "\n").utf8) + checkpoint.note
    }
}
