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

    private enum Change {
        case write([UInt8], offset: Int)
        case truncation(lengthBytes: Int)
    }

    private(set) var volatile: [UInt8] = []
    private(set) var durable: [UInt8] = []
    private var unsynchronized: [Change] = []

    /// Every byte array that is held, writes that a crash could still bring back among them.
    var everything: [[UInt8]] {
        let writes = unsynchronized.compactMap { if case .write(let bytes, _) = $0 { bytes } else { nil } }
        return [volatile, durable] + writes
    }

    mutating func write(_ bytes: [UInt8], at offset: Int) {
        guard !bytes.isEmpty else { return }
        change(.write(bytes, offset: offset))
    }

    mutating func truncate(toBytes lengthBytes: Int) {
        change(.truncation(lengthBytes: lengthBytes))
    }

    mutating func synchronize() {
        // Change by change and not by assignment: the two arrays stay apart, so that the next write need not copy the whole file.
        for change in unsynchronized { Self.apply(change, to: &durable) }
        unsynchronized = []
    }

    mutating func crash(_ fate: inout CrashFate) {
        for change in unsynchronized {
            switch (fate.write(), change) {
            case (.kept, _): Self.apply(change, to: &durable)
            case (.torn, .write(let bytes, let offset)): tear(bytes, at: offset, &fate)
            // A file's length changes in one step.
            case (.torn, .truncation), (.dropped, _): break
            }
        }
        unsynchronized = []
        volatile = durable
    }

    private mutating func change(_ change: Change) {
        Self.apply(change, to: &volatile)
        unsynchronized.append(change)
    }

    private mutating func tear(_ bytes: [UInt8], at offset: Int, _ fate: inout CrashFate) {
        var start = 0
        while start < bytes.count {
            let next = min(bytes.count, ((offset + start) / Self.sectorBytes + 1) * Self.sectorBytes - offset)
            if fate.keepsSector() { Self.write(bytes[start..<next], at: offset + start, in: &durable) }
            start = next
        }
    }

    private static func apply(_ change: Change, to contents: inout [UInt8]) {
        switch change {
        case .write(let bytes, let offset): write(bytes[...], at: offset, in: &contents)
        case .truncation(let lengthBytes): contents.removeLast(max(0, contents.count - lengthBytes))
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, at offset: Int, in contents: inout [UInt8]) {
        // What lies between the old end and the write reads as zeros.
        if contents.count < offset { contents.append(contentsOf: repeatElement(0, count: offset - contents.count)) }
        if contents.count == offset {
            contents.append(contentsOf: bytes)
        } else {
            contents.replaceSubrange(offset..<min(offset + bytes.count, contents.count), with: bytes)
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
