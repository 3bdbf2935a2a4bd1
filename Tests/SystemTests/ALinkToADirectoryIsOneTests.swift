import Glibc
import System
import Testing

@Suite("On the way to a directory a link to one counts as one")
struct ALinkToADirectoryIsOneTests {
    @Test("Directories are made behind it")
    func behindALink() throws {
        let directory = try WritersDirectory()
        try directory.fileSystem.createDirectory(directory.file("real"), mode: 0o700)
        try link(directory.file("real"), directory.file("link"))
        defer { try? directory.fileSystem.remove(directory.file("link")) }
        try directory.fileSystem.createDirectories(directory.file("link/a/b"), mode: 0o2750)
        #expect(try directory.fileSystem.status(directory.file("real/a/b"))?.mode == 0o2750)
    }

    @Test("A link to nothing, or to a file, is in the way")
    func notALinkToADirectory() throws {
        let directory = try WritersDirectory()
        try directory.fileSystem.create(directory.file("file"), mode: 0o600).close()
        // What lies behind a file is not there, for the system too.
        for (target, code) in [("nothing", FileError.Code.exists), ("file", .notFound)] {
            try link(directory.file(target), directory.file("link-\(target)"))
            let refusal = #expect(throws: FileError.self) {
                try directory.fileSystem.createDirectories(directory.file("link-\(target)/a"), mode: 0o700)
            }
            #expect(refusal?.code == code)
            #expect(try directory.fileSystem.status(directory.file(target))?.kind != .directory)
        }
    }

    private func link(_ target: String, _ path: String) throws {
        try #require(unsafe symlink(target, path) == 0)
    }
}
