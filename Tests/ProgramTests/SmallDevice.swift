import Foundation
import ProgramRunner
import Testing

/// A file system in memory with little room, where one may be mounted.
final class SmallDevice {
    let path: String

    /// Nil where none may be mounted, which is told; `limit` is an option of tmpfs: `size` in bytes, or `nr_inodes`, its root among them.
    init?(in charity: Charity, _ limit: String) throws {
        path = "\(charity.root)/device"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        guard try RunningProgram(["mount", "-t", "tmpfs", "-o", "mode=0700,\(limit)", "tmpfs", path]).end().code == 0 else {
            try FileManager.default.removeItem(atPath: path)
            print("no file system may be mounted here: a full device was not tried")
            return nil
        }
    }

    deinit {
        _ = try? RunningProgram(["umount", "-l", path]).end()
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Changes how much room there is.
    func limit(_ limit: String) throws {
        try #require(try RunningProgram(["mount", "-o", "remount,\(limit)", path]).end().code == 0)
    }

    /// Leaves room for so many more files and folders.
    func leaveRoom(for files: Int) throws {
        let used = try RunningProgram(["df", "--output=iused", path]).end().lines.last.flatMap { Int($0.filter(\.isNumber)) }
        try limit("nr_inodes=\(try #require(used) + files)")
    }

    /// Moves the folders of a vault's records onto it.
    func takeRecords(of place: Place) throws {
        for folder in ["records", "open"] {
            let path = "\(place.vault)/\(folder)"
            let here = "\(self.path)/\(UUID().uuidString)"
            try #require(try RunningProgram(["mv", path, here]).end().code == 0)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: here)
        }
    }

    /// What lies on it.
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
}
