import KeyCalendar
import Records
import Sodium
import System

/// Everything that lies on a disk at one moment, as plain bytes, from which disks of the same contents can be made.
struct Image: Hashable {
    var directories: [String: UInt32] = [:]
    var files: [String: [UInt8]] = [:]
    var modes: [String: UInt32] = [:]

    init(of disk: MemoryFileSystem) throws {
        try add("/", of: disk)
    }

    private mutating func add(_ directory: String, of disk: MemoryFileSystem) throws {
        for name in try disk.list(directory) {
            let path = directory == "/" ? "/\(name)" : "\(directory)/\(name)"
            guard let status = try disk.status(path) else { continue }
            if status.kind == .directory {
                directories[path] = status.mode
                try add(path, of: disk)
            } else {
                files[path] = try disk.readFile(path, limitBytes: 1 << 24)
                modes[path] = status.mode
            }
        }
    }

    /// A disk on which all of this is durable.
    func disk() throws -> MemoryFileSystem {
        let disk = MemoryFileSystem()
        for (path, mode) in directories.sorted(by: { $0.key < $1.key }) { try disk.createDirectory(path, mode: mode) }
        // Sorted, so that chance in a crash decides the same each time.
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
            let file = try disk.create(path, mode: modes[path] ?? 0o600)
            try file.append(bytes.rawSpan)
            try file.synchronize()
            try file.close()
        }
        for path in directories.keys.sorted() { try disk.synchronizeDirectory(path) }
        try disk.synchronizeDirectory("/")
        return disk
    }

    /// Whether a key lies anywhere in a file, in the clear.
    func holds(_ key: [UInt8]) -> Bool {
        files.values.contains { occurs(key, in: $0) }
    }

    /// All calendar files, wherever they lie.
    var calendars: Set<[UInt8]> {
        Set(files.filter { $0.key.hasSuffix(".calendar") }.values)
    }
}

/// Whether `needle` occurs in `haystack`.
func occurs(_ needle: [UInt8], in haystack: [UInt8]) -> Bool {
    guard let first = needle.first, haystack.count >= needle.count else { return false }
    var start = 0
    while let found = haystack[start...].firstIndex(of: first), found + needle.count <= haystack.count {
        if haystack[found..<(found + needle.count)].elementsEqual(needle) { return true }
        start = found + 1
    }
    return false
}

/// What a cell holds, looked at from outside.
struct CellState {
    let serials: [UInt64]
    let values: [[UInt8]]

    init(_ disk: any FileSystem, _ path: String) throws {
        let slots = try CellDirectory(path, number: 1, in: disk).openCell().slots().compactMap { $0 }
        serials = slots.map(\.serial)
        values = slots.map { plain($0.value) }
    }
}
