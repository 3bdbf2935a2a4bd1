import Foundation
import System

/// The file systems that must behave alike.
enum FileSystemKind: String, CaseIterable {
    case disk
    case memory
    case faulty
    case patient
}

/// A file system and an empty directory on it, which goes with this value.
final class Ground {
    let fileSystem: any FileSystem
    let root: String
    private let isOnDisk: Bool

    init(_ kind: FileSystemKind) throws {
        isOnDisk = kind == .disk
        switch kind {
        case .disk: fileSystem = DiskFileSystem()
        case .memory: fileSystem = MemoryFileSystem()
        case .faulty: fileSystem = FaultyFileSystem(MemoryFileSystem())
        case .patient: fileSystem = PatientFileSystem(MemoryFileSystem())
        }
        let name = "system-tests-\(UUID().uuidString)"
        root = isOnDisk ? FileManager.default.temporaryDirectory.appendingPathComponent(name).path : "/\(name)"
        try fileSystem.createDirectory(root, mode: 0o700)
    }

    deinit {
        if isOnDisk { try? FileManager.default.removeItem(atPath: root) }
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    /// Makes a file and closes it.
    func write(_ bytes: [UInt8], to name: String, mode: UInt32 = 0o600) throws {
        let file = try fileSystem.create(path(name), mode: mode)
        try file.append(bytes)
        try file.close()
    }

    func contents(of name: String) throws -> [UInt8] {
        try fileSystem.readFile(path(name), limitBytes: 1 << 20)
    }
}

/// `count` bytes that differ from their neighbours, sector for sector too.
func pattern(_ count: Int, seed: UInt8) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 512) &+ seed }
}

/// The code of the error that `body` throws; nil where it throws none.
func code(of body: () throws -> Void) -> FileError.Code? {
    do {
        try body()
        return nil
    } catch let error as FileError {
        return error.code
    } catch {
        return .other(-1)
    }
}

// A span cannot outlive its array, and these do not let it.
extension File {
    func append(_ bytes: [UInt8]) throws(FileError) { try append(unsafe bytes.span.bytes) }

    func write(_ bytes: [UInt8], at offset: Int) throws(FileError) { try write(unsafe bytes.span.bytes, at: offset) }

    func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: count)
        return Array(bytes[..<(try readArray(at: offset, into: &bytes))])
    }

    func readBack(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: count)
        let found = try readBackArray(at: offset, into: &bytes)
        return Array(bytes[..<found])
    }

    private func readBackArray(at offset: Int, into bytes: inout [UInt8]) throws(FileError) -> Int {
        var elements = bytes.mutableSpan
        var span = unsafe elements.mutableBytes
        return try readBack(at: offset, into: &span)
    }
}

extension FileSystem {
    func writeDurably(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(FileError) {
        try writeDurably(path, unsafe bytes.span.bytes, mode: mode)
    }

    func replaceDurably(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(FileError) {
        try replaceDurably(path, unsafe bytes.span.bytes, mode: mode)
    }
}
