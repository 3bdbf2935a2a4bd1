package import Sodium

/// The binary key tree of one page: its nodes as bytes, looked up, checked and punctured.
///
/// A tree has 64 levels. A node stands for all paths that begin with its bits; a fresh page is the root alone, which stands for every path.
/// The leaf of a conversation is found by walking from the node above it, one derivation for each bit that is left. To erase one leaf, the
/// node above it is replaced by the siblings along the path: everything but that leaf can still be derived, and that leaf by nobody.
///
/// A node is `u8` bits, `u64` prefix (left-aligned, little-endian), key (32). The nodes lie in guarded memory and never leave it.
package enum KeyTree {
    /// Length of a path in bits.
    package static let depth = 64
    /// Length of a key in bytes.
    package static let keyBytes = ChildKey.keyBytes
    /// Length of a node in bytes.
    package static let nodeBytes = 1 + 8 + keyBytes
    static let keyOffset = 9
    static let context: StaticString = "calendar"

    /// A node's place in the tree: its key stays where it lies.
    struct Node: Equatable {
        let bits: UInt8
        let prefix: UInt64

        /// The last path that the node stands for.
        var last: UInt64 { bits == 0 ? .max : prefix | (bits == 64 ? 0 : UInt64.max >> UInt64(bits)) }

        /// Whether the bits are at most 64 and the prefix has no others set.
        var isWellFormed: Bool { bits <= 64 && (bits == 64 || prefix & (bits == 0 ? .max : UInt64.max >> UInt64(bits)) == 0) }

        func covers(_ path: UInt64) -> Bool { prefix <= path && path <= last }
    }

    static func node(_ index: Int, in nodes: RawSpan) -> Node {
        let offset = index * nodeBytes
        return Node(bits: nodes.littleEndian(at: offset, as: UInt8.self), prefix: nodes.littleEndian(at: offset + 1, as: UInt64.self))
    }

    /// Whether `nodes` are at least one well-formed node, ascending, none of them above another.
    package static func isValid(_ nodes: RawSpan) -> Bool {
        guard nodes.byteCount > 0, nodes.byteCount % nodeBytes == 0 else { return false }
        var previous: Node?
        for index in 0..<(nodes.byteCount / nodeBytes) {
            let node = node(index, in: nodes)
            guard node.isWellFormed else { return false }
            if let previous, node.prefix <= previous.last { return false }
            previous = node
        }
        return true
    }

    /// The index of the node above `path`; nil where the path was punctured.
    package static func indexOfNode(above path: UInt64, in nodes: RawSpan) -> Int? {
        // The last node that begins at or before the path is the only one that can be above it.
        var (low, high) = (0, nodes.byteCount / nodeBytes)
        while low < high {
            let middle = (low + high) / 2
            if node(middle, in: nodes).prefix <= path { low = middle + 1 } else { high = middle }
        }
        guard low > 0, node(low - 1, in: nodes).covers(path) else { return nil }
        return low - 1
    }

    /// The leaf of `path`, 32 bytes; nil where the path was punctured.
    package static func leaf(of path: UInt64, in nodes: RawSpan) -> SecretBytes? {
        guard let index = indexOfNode(above: path, in: nodes) else { return nil }
        let bits = Int(node(index, in: nodes).bits)
        let start = index * nodeBytes + keyOffset
        return SecretBytes(count: keyBytes) { (key: inout MutableRawSpan) in
            key.copy(nodes.extracting(start..<(start + keyBytes)), at: 0)
            for level in bits..<depth {
                ChildKey.replace(&key, byChild: bit(level, of: path), context: context)
            }
            StackRemains.wipe()
        }
    }

    /// How many nodes a page has after the path below node `index` was punctured.
    static func nodeCount(puncturing index: Int, in nodes: RawSpan) -> Int {
        nodes.byteCount / nodeBytes - 1 + depth - Int(node(index, in: nodes).bits)
    }

    /// Writes `nodes` into `out` with the node above `path` replaced by the siblings along the path; `out` has exactly the room that
    /// `nodeCount(puncturing:in:)` asks for.
    static func puncture(_ path: UInt64, below index: Int, in nodes: RawSpan, into out: inout MutableRawSpan) {
        let (start, end) = (index * nodeBytes, (index + 1) * nodeBytes)
        out.copy(nodes.extracting(0..<start), at: 0)
        out.copy(nodes.extracting(end..<nodes.byteCount), at: out.byteCount - (nodes.byteCount - end))
        // Siblings before the path come in the order of their levels, those after it in the opposite order.
        var (before, after) = (start, out.byteCount - (nodes.byteCount - end))
        var key = SecretBytes(copying: nodes.extracting((start + keyOffset)..<end))
        for level in Int(node(index, in: nodes).bits)..<depth {
            let taken = bit(level, of: path)
            let place = taken == 1 ? before : after - nodeBytes
            if taken == 1 { before += nodeBytes } else { after -= nodeBytes }
            let flipped = path ^ (1 << UInt64(63 - level))
            let prefix = flipped & ~(level == 63 ? 0 : UInt64.max >> UInt64(level + 1))
            out.storeLittleEndian(UInt8(level + 1), at: place)
            out.storeLittleEndian(prefix, at: place + 1)
            var sibling = out.part((place + keyOffset)..<(place + nodeBytes))
            ChildKey.derive(1 - taken, of: key.bytes, into: &sibling, context: context)
            var next = key.mutableBytes
            ChildKey.replace(&next, byChild: taken, context: context)
        }
        StackRemains.wipe()
    }

    /// `nodes` without the leaf of `path`; nil where it is punctured already.
    package static func punctured(_ path: UInt64, in nodes: RawSpan) -> SecretBytes? {
        guard let index = indexOfNode(above: path, in: nodes) else { return nil }
        return SecretBytes(count: nodeCount(puncturing: index, in: nodes) * nodeBytes) { (out: inout MutableRawSpan) in
            puncture(path, below: index, in: nodes, into: &out)
        }
    }

    /// The nodes of a fresh page: a root with a key from `random`.
    package static func freshPage(from random: any RandomSource) -> SecretBytes {
        SecretBytes(count: nodeBytes) { (out: inout MutableRawSpan) in writeFreshPage(from: random, into: &out) }
    }

    static func writeFreshPage(from random: any RandomSource, into out: inout MutableRawSpan) {
        out.storeLittleEndian(UInt8(0), at: 0)
        out.storeLittleEndian(UInt64(0), at: 1)
        out.fill(keyOffset..<nodeBytes, from: random)
    }

    private static func bit(_ level: Int, of path: UInt64) -> UInt8 {
        UInt8(path >> UInt64(63 - level) & 1)
    }
}
