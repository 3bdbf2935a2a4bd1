import Glibc
import System
import Testing

@Suite("On the way to a directory a link to one counts as one")
struct ALinkToADirectoryIsOneTests {
    @Test("Directories are made behind it")
    func behindALink() throws {
        let ground = try Ground(.disk)
        try ground.fileSystem.createDirectory(ground.path("real"), mode: 0o700)
        try link(ground.path("real"), ground.path("link"))
        defer { try? ground.fileSystem.remove(ground.path("link")) }
        try ground.fileSystem.createDirectories(ground.path("link/a/b"), mode: 0o2750)
        #expect(try ground.fileSystem.status(ground.path("real/a/b"))?.mode == 0o2750)
    }

    @Test("A link to nothing, or to a file, is in the way")
    func notALinkToADirectory() throws {
        let ground = try Ground(.disk)
        try ground.fileSystem.create(ground.path("file"), mode: 0o600).close()
        // What lies behind a file is not there, for the system too.
        for (target, code) in [("nothing", FileError.Code.exists), ("file", .notFound)] {
            try link(ground.path(target), ground.path("link-\(target)"))
            let refusal = #expect(throws: FileError.self) {
                try ground.fileSystem.createDirectories(ground.path("link-\(target)/a"), mode: 0o700)
            }
            #expect(refusal?.code == code)
            #expect(try ground.fileSystem.status(ground.path(target))?.kind != .directory)
        }
    }

    @Test("What is not there has no names in it; a link to nothing is no such directory, and is refused")
    func listing() throws {
        let ground = try Ground(.disk)
        #expect(try ground.fileSystem.listIfPresent(ground.path("missing")) == [])
        try link(ground.path("missing"), ground.path("link"))
        let refusal = #expect(throws: FileError.self) { try ground.fileSystem.listIfPresent(ground.path("link")) }
        #expect(refusal?.code == .notFound)
    }

    private func link(_ target: String, _ path: String) throws {
        try #require(unsafe symlink(target, path) == 0)
    }
}
