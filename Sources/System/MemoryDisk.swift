/// A file or directory of a memory file system, as the cache has it and as the device does.
struct MemoryNode {
    /// A write that the device may not have yet.
    struct Write {
        let offset: Int
        let bytes: [UInt8]
    }

    /// A change of a directory that the device may not have yet.
    enum Change {
        case add(String, Int)
        case remove(String)
    }

    let kind: FileStatus.Kind
    let mode: UInt32
    var contents: [UInt8] = []
    var durableContents: [UInt8] = []
    var writes: [Write] = []
    var entries: [String: Int] = [:]
    var durableEntries: [String: Int] = [:]
    var changes: [Change] = []

    init(kind: FileStatus.Kind, mode: UInt32) {
        self.kind = kind
        self.mode = mode
    }

    static func apply(_ write: Write, to contents: inout [UInt8]) {
        let end = write.offset + write.bytes.count
        if contents.count < end { contents += [UInt8](repeating: 0, count: end - contents.count) }
        contents.replaceSubrange(write.offset..<end, with: write.bytes)
    }

    static func apply(_ change: Change, to entries: inout [String: Int]) {
        switch change {
        case .add(let name, let node): entries[name] = node
        case .remove(let name): entries[name] = nil
        }
    }
}

/// What a memory file system holds.
struct MemoryDisk {
    static let root = 1
    static let sectorBytes = 512

    var nodes: [Int: MemoryNode] = [root: MemoryNode(kind: .directory, mode: 0o755)]
    var next = 2
    var locks: Set<Int> = []
    /// Handles of an earlier boot are dead.
    var boot = 0
    var capacityBytes: Int?

    func find(_ path: String) -> Int? {
        var node = Self.root
        for name in path.split(separator: "/") where name != "." {
            guard let found = nodes[node]?.entries[String(name)] else { return nil }
            node = found
        }
        return node
    }

    func directory(_ path: String, _ operation: String) throws(FileError) -> MemoryNode {
        guard let number = find(path), let node = nodes[number], node.kind == .directory else { throw FileError(.notFound, operation, path) }
        return node
    }

    mutating func add(_ node: MemoryNode, at path: String, _ operation: String) throws(FileError) -> Int {
        guard find(path) == nil else { throw FileError(.exists, operation, path) }
        let number = next
        try change(.add(MemoryFileSystem.name(of: path), number), in: MemoryFileSystem.parent(of: path), operation, path)
        nodes[number] = node
        next += 1
        return number
    }

    mutating func change(_ change: MemoryNode.Change, in directory: String, _ operation: String, _ path: String) throws(FileError) {
        guard let number = find(directory), var node = nodes[number], node.kind == .directory else {
            throw FileError(.notFound, operation, path)
        }
        MemoryNode.apply(change, to: &node.entries)
        node.changes.append(change)
        nodes[number] = node
    }

    mutating func write(_ bytes: [UInt8], at offset: Int, to number: Int, _ path: String) throws(FileError) {
        guard var node = nodes[number] else { throw FileError(.poisoned, "write", path) }
        if let capacityBytes {
            let used = nodes.values.reduce(0) { $0 + $1.contents.count }
            guard used + max(0, offset + bytes.count - node.contents.count) <= capacityBytes else { throw FileError(.noSpace, "write", path) }
        }
        let write = MemoryNode.Write(offset: offset, bytes: bytes)
        MemoryNode.apply(write, to: &node.contents)
        node.writes.append(write)
        nodes[number] = node
    }

    mutating func synchronize(_ number: Int, _ path: String) throws(FileError) {
        guard var node = nodes[number] else { throw FileError(.poisoned, "synchronize", path) }
        node.durableContents = node.contents
        node.writes = []
        nodes[number] = node
    }

    /// Forgets files that no name leads to any more, neither in the cache nor on the device.
    mutating func dropUnreachable() {
        var reached: Set<Int> = [Self.root]
        var waiting = [Self.root]
        while let number = waiting.popLast() {
            guard let node = nodes[number] else { continue }
            for child in Array(node.entries.values) + Array(node.durableEntries.values) where reached.insert(child).inserted {
                waiting.append(child)
            }
        }
        nodes = nodes.filter { reached.contains($0.key) }
    }

    mutating func crash(_ policy: MemoryFileSystem.CrashPolicy) {
        var dice = SplitMix(seed: 0)
        if case .seeded(let seed) = policy { dice = SplitMix(seed: seed) }
        for number in nodes.keys.sorted() {
            guard var node = nodes[number] else { continue }
            switch policy {
            case .nothingUnsynced: break
            case .everything:
                node.durableContents = node.contents
                node.durableEntries = node.entries
            case .seeded:
                for write in node.writes { Self.keepSome(of: write, in: &node.durableContents, &dice) }
                for change in node.changes.prefix(dice.below(node.changes.count + 1)) {
                    MemoryNode.apply(change, to: &node.durableEntries)
                }
            }
            node.contents = node.durableContents
            node.entries = node.durableEntries
            node.writes = []
            node.changes = []
            nodes[number] = node
        }
        locks = []
        boot += 1
        dropUnreachable()
    }

    /// A write that was under way: all of it, nothing, or some of its sectors in any order.
    private static func keepSome(of write: MemoryNode.Write, in contents: inout [UInt8], _ dice: inout SplitMix) {
        switch dice.below(3) {
        case 0: return
        case 1: MemoryNode.apply(write, to: &contents)
        default:
            var start = 0
            while start < write.bytes.count {
                let end = min(write.bytes.count, (write.offset + start) / sectorBytes * sectorBytes + sectorBytes - write.offset)
                if dice.below(2) == 1 {
                    MemoryNode.apply(
                        MemoryNode.Write(offset: write.offset + start, bytes: Array(write.bytes[start..<end])), to: &contents)
                }
                start = end
            }
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a small generator that a seed repeats exactly. For simulations alone, never for keys.
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    /// The sequence that belongs to `seed`.
    package init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from zero up to, not including, `bound`.
    package mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(max(1, bound)))
    }
}
