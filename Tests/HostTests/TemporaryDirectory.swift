import Glibc
import System

/// A directory of a test's own, short enough for a socket's path, removed with what lies in it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let fileSystem = DiskFileSystem()
        path = "/tmp/host-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try fileSystem.createDirectory(path, mode: 0o700)
    }

    deinit {
        let fileSystem = DiskFileSystem()
        for name in (try? fileSystem.list(path)) ?? [] { try? fileSystem.remove("\(path)/\(name)") }
        try? fileSystem.removeDirectory(path)
    }
}
