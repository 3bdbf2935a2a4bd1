import Foundation
import KeyCalendar
import ProgramRunner
import Records
import Sodium
import System
import Testing

/// The promise rests on this: what is written over in place is gone from the device, not only from the file.
@Suite("The raw device holds no value that a cell had before", .serialized)
struct TheRawDeviceForgetsTests {
    private static let changes = 50

    @Test("after fifty changes in place none is left, and of a cell that is replaced by renaming there are", arguments: ["ext4", "xfs"])
    func forgets(kind: String) throws {
        guard let image = try LoopDevice(kind) else { return }
        defer { image.remove() }
        let values = try image.mounted { root in try Self.change(at: root, in: DiskFileSystem()) }
        let raw = try image.blocks()
        let (old, current) = (values.dropLast(), try #require(values.last))
        #expect(Set(values).count == Self.changes + 1)
        // It is found where it is, so what is not found is not there.
        #expect(occurs(current, in: raw))
        let left = old.count { occurs($0, in: raw) || occurs(Array($0.prefix(16)), in: raw) || occurs(Array($0.suffix(16)), in: raw) }
        #expect(left == 0)

        // The way in which nearly every program writes a file anew.
        let replaced = (0..<Self.changes).map { _ in SystemRandom().bytes(CellFile.sizeBytes) }
        try image.mounted { root in
            for bytes in replaced { try DiskFileSystem().replaceDurably("\(root)/renamed", bytes.rawSpan, mode: 0o600) }
        }
        let after = try image.blocks()
        let kept = replaced.dropLast().count { occurs(Array($0.prefix(32)), in: after) }
        #expect(kept > 0)
        print("raw \(kind) device: \(left) of \(old.count) values left in place, \(kept) of \(replaced.count - 1) by renaming")
    }

    /// Changes a calendar's cell as often; returns every value it had, the one that is in force last.
    private static func change(at root: String, in files: DiskFileSystem) throws -> [[UInt8]] {
        let layout = VaultLayout(root: "\(root)/vault")
        for directory in layout.directories { try files.createDirectories(directory, mode: 0o770) }
        let place = StorePlace(
            vault: Sample.vault, cells: ["\(root)/cell"], layout: layout, fileSystem: files, random: SystemRandom(),
            observer: TestObserver(), examine: { CellAssurance.examining($0) })
        let store = try Sample.create(place)
        var values = try CellState(files, "\(root)/cell").values
        for number in 1...changes {
            if number % 5 == 0 {
                let day = number / 5
                _ = try store.tearOff(before: Sample.day(day), today: Sample.day(day), now: Sample.mark(days: UInt64(day)))
            } else {
                _ = try store.ensurePages([Sample.day(20 + number)], today: Sample.day(number / 5))
            }
            values += try CellState(files, "\(root)/cell").values
        }
        return values
    }

    private func occurs(_ needle: [UInt8], in bytes: Data) -> Bool { bytes.range(of: Data(needle)) != nil }
}

/// A file system in a file, on a loop device.
private final class LoopDevice {
    private let path: String
    private let root: String

    /// Nil where such a file system cannot be made or mounted, which is told.
    init?(_ kind: String) throws {
        let name = "/tmp/raw-\(kind)-\(getpid())-\(UInt32.random(in: .min ... .max))"
        (path, root) = ("\(name).image", "\(name).root")
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
        guard FileManager.default.createFile(atPath: path, contents: nil),
            (try? FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 320 << 20)) != nil
        else { return nil }
        for command in [["mkfs.\(kind)", "-q", path], ["mount", "-o", "loop", path, root], ["umount", root]] {
            guard (try? RunningProgram(command).end().code) == 0 else {
                print("\(command[0]) does not do what is needed here: a raw \(kind) device was not looked at")
                remove()
                return nil
            }
        }
    }

    /// Mounts it for `body`, and writes all of it to the image.
    func mounted<R>(_ body: (String) throws -> R) throws -> R {
        try #require(try RunningProgram(["mount", "-o", "loop", path, root]).end().code == 0)
        let result = Result { try body(root) }
        try #require(try RunningProgram(["umount", root]).end().code == 0)
        return try result.get()
    }

    /// All blocks that are not zeros, in their order.
    func blocks() throws -> Data {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? file.close() }
        let zeros = Data(count: 4096)
        var found = Data()
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            guard piece != Data(count: piece.count) else { continue }
            for start in stride(from: piece.startIndex, to: piece.endIndex, by: zeros.count) {
                let block = piece[start..<min(start + zeros.count, piece.endIndex)]
                if block != zeros { found += block }
            }
        }
        return found
    }

    func remove() {
        _ = try? RunningProgram(["umount", "-l", root]).end()
        try? FileManager.default.removeItem(atPath: path)
        try? FileManager.default.removeItem(atPath: root)
    }
}
