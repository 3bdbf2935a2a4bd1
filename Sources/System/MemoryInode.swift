/// A file or directory of a `MemoryFileSystem`.
struct MemoryInode: Sendable {
    let isDirectory: Bool
    let mode: UInt32
    /// Empty for a directory.
    var contents = MemoryContents()
    /// Empty for a file.
    var names = MemoryNames()

    mutating func crash(_ fate: inout CrashFate) {
        contents.crash(&fate)
        names.crash(&fate)
    }
}

/// A file's bytes: as programs see them, as the device has them, and the writes that lie between the two.
struct MemoryContents: Sendable {
    /// A device writes a sector whole or not at all.
    static let sectorBytes = 512

    private struct Write {
        let offset: Int
        let bytes: ArraySlice<UInt8>
    }

    private(set) var volatile: [UInt8] = []
    private(set) var durable: [UInt8] = []
    private var unsynchronized: [Write] = []

    /// Every byte array that is held, writes that a crash could still bring back among them.
    var everything: [[UInt8]] { [volatile, durable] + unsynchronized.map { Array($0.bytes) } }

    mutating func write(_ bytes: [UInt8], at offset: Int) {
        guard !bytes.isEmpty else { return }
        let write = Write(offset: offset, bytes: bytes[...])
        Self.apply(write, to: &volatile)
        unsynchronized.append(write)
    }

    mutating func synchronize() {
        // Write by write and not by assignment: the two arrays stay apart, so that the next write need not copy the whole file.
        for write in unsynchronized { Self.apply(write, to: &durable) }
        unsynchronized = []
    }

    mutating func crash(_ fate: inout CrashFate) {
        for write in unsynchronized {
            switch fate.write() {
            case .kept: Self.apply(write, to: &durable)
            case .dropped: break
            case .torn: tear(write, &fate)
            }
        }
        unsynchronized = []
        volatile = durable
    }

    private mutating func tear(_ write: Write, _ fate: inout CrashFate) {
        let end = write.offset + write.bytes.count
        var start = write.offset
        while start < end {
            let next = min(end, (start / Self.sectorBytes + 1) * Self.sectorBytes)
            if fate.keepsSector() {
                Self.apply(Write(offset: start, bytes: write.bytes[(start - write.offset)..<(next - write.offset)]), to: &durable)
            }
            start = next
        }
    }

    private static func apply(_ write: Write, to contents: inout [UInt8]) {
        let end = write.offset + write.bytes.count
        // What lies between the old end and the write reads as zeros.
        if contents.count < write.offset { contents.append(contentsOf: repeatElement(0, count: write.offset - contents.count)) }
        if contents.count == write.offset {
            contents.append(contentsOf: write.bytes)
        } else {
            contents.replaceSubrange(write.offset..<min(end, contents.count), with: write.bytes)
        }
    }
}

/// A directory's names: as programs see them, as the device has them, and the changes that lie between the two.
struct MemoryNames: Sendable {
    /// What a name leads to from now on; nil where it goes.
    struct Change: Sendable {
        let name: String
        let inode: UInt64?
    }

    private(set) var volatile: [String: UInt64] = [:]
    private(set) var durable: [String: UInt64] = [:]
    /// One element for each operation, with the changes that it makes in one step.
    private var unsynchronized: [[Change]] = []

    /// Every inode that a name leads to, or could lead to after a crash.
    var everything: [UInt64] { Array(volatile.values) + Array(durable.values) + unsynchronized.joined().compactMap(\.inode) }

    mutating func change(_ changes: Change...) {
        Self.apply(changes, to: &volatile)
        unsynchronized.append(changes)
    }

    mutating func synchronize() {
        for changes in unsynchronized { Self.apply(changes, to: &durable) }
        unsynchronized = []
    }

    mutating func crash(_ fate: inout CrashFate) {
        for changes in unsynchronized.prefix(fate.prefix(of: unsynchronized.count)) { Self.apply(changes, to: &durable) }
        unsynchronized = []
        volatile = durable
    }

    private static func apply(_ changes: [Change], to names: inout [String: UInt64]) {
        for change in changes { names[change.name] = change.inode }
    }
}
