import Glibc
import System

/// A directory on the disk in which several writers meet, removed with what lies in it.
final class WritersDirectory: Sendable {
    let fileSystem = DiskFileSystem()
    let path: String

    init() throws {
        path = "/tmp/writers-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try fileSystem.createDirectory(path, mode: 0o700)
    }

    deinit {
        empty(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    private func empty(_ directory: String) {
        for name in (try? fileSystem.list(directory)) ?? [] {
            let child = "\(directory)/\(name)"
            if (try? fileSystem.status(child))??.kind == .directory { empty(child) } else { try? fileSystem.remove(child) }
        }
        try? fileSystem.removeDirectory(directory)
    }
}
