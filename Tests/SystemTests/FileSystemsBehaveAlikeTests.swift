import System
import Testing

@Suite("File systems behave alike")
struct FileSystemsBehaveAlikeTests {
    // MARK: Names

    @Test("modes are exactly those asked for", arguments: FileSystemKind.allCases)
    func modes(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        for mode: UInt32 in [0o600, 0o640, 0o666, 0o777, 0o400] {
            try ground.write([], to: "file-\(mode)", mode: mode)
            let file = try #require(try ground.fileSystem.status(ground.path("file-\(mode)")))
            #expect(file.mode == mode && file.kind == .file && file.sizeBytes == 0)
        }
        for mode: UInt32 in [0o700, 0o750, 0o777, 0o2770, 0o1777] {
            try ground.fileSystem.createDirectory(ground.path("directory-\(mode)"), mode: mode)
            let directory = try #require(try ground.fileSystem.status(ground.path("directory-\(mode)")))
            #expect(directory.mode == mode && directory.kind == .directory)
        }
    }

    @Test("nothing is made where something is", arguments: FileSystemKind.allCases)
    func exists(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        try ground.write([1], to: "file")
        try ground.fileSystem.createDirectory(ground.path("directory"), mode: 0o700)
        for name in ["file", "directory"] {
            #expect(code { _ = try ground.fileSystem.create(ground.path(name), mode: 0o600) } == .exists)
            #expect(code { try ground.fileSystem.createDirectory(ground.path(name), mode: 0o700) } == .exists)
            #expect(code { try ground.fileSystem.writeDurably(ground.path(name), [2], mode: 0o600) } == .exists)
        }
        #expect(try ground.contents(of: "file") == [1])
    }

    @Test("a file has two paths, and is there until both are removed", arguments: FileSystemKind.allCases)
    func link(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let fileSystem = ground.fileSystem
        try ground.write([1], to: "one")
        try fileSystem.createDirectory(ground.path("directory"), mode: 0o700)
        try fileSystem.link(ground.path("one"), to: ground.path("directory/two"))
        #expect(try fileSystem.status(ground.path("one"))?.identity == fileSystem.status(ground.path("directory/two"))?.identity)
        #expect(code { try fileSystem.link(ground.path("one"), to: ground.path("directory/two")) } == .exists)
        #expect(code { try fileSystem.link(ground.path("directory"), to: ground.path("three")) } != nil)
        #expect(code { try fileSystem.link(ground.path("gone"), to: ground.path("three")) } == .notFound)
        #expect(code { try fileSystem.link(ground.path("one"), to: ground.path("gone/three")) } == .notFound)
        try fileSystem.remove(ground.path("one"))
        #expect(try ground.contents(of: "directory/two") == [1])
    }

    @Test("a file is cut off, and never made longer by that", arguments: FileSystemKind.allCases)
    func truncate(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let file = try ground.fileSystem.create(ground.path("file"), mode: 0o600)
        try file.append([1, 2, 3, 4])
        try file.truncate(toBytes: 2)
        try file.append([5])
        try file.synchronize()
        #expect(try ground.contents(of: "file") == [1, 2, 5])
        for length in [4, -1] {
            let other = try ground.fileSystem.open(ground.path("file"), for: .updating)
            #expect(code { try other.truncate(toBytes: length) } != nil)
            #expect(code { try other.truncate(toBytes: 1) } == .poisoned)
        }
        #expect(code { try ground.fileSystem.open(ground.path("file"), for: .reading).truncate(toBytes: 1) } != nil)
        #expect(try ground.contents(of: "file") == [1, 2, 5])
    }

    @Test("what is not there is nothing, or not found", arguments: FileSystemKind.allCases)
    func missing(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let fileSystem = ground.fileSystem
        try ground.write([1], to: "file")
        for name in ["gone", "gone/deeper"] {
            let path = ground.path(name)
            #expect(try fileSystem.status(path) == nil)
            #expect(code { _ = try fileSystem.open(path, for: .reading) } == .notFound)
            #expect(code { _ = try fileSystem.list(path) } == .notFound)
            #expect(code { try fileSystem.remove(path) } == .notFound)
            #expect(code { try fileSystem.removeDirectory(path) } == .notFound)
            #expect(code { try fileSystem.rename(path, to: ground.path("other")) } == .notFound)
            #expect(code { try fileSystem.synchronizeDirectory(path) } == .notFound)
            try fileSystem.removeIfPresent(path)
        }
        for path in [ground.path("gone/deeper"), ground.path("file/deeper"), ""] {
            #expect(code { _ = try fileSystem.create(path, mode: 0o600) } == .notFound)
            #expect(code { try fileSystem.createDirectory(path, mode: 0o700) } == .notFound)
            #expect(code { try fileSystem.rename(ground.path("file"), to: path) } == .notFound)
            #expect(code { _ = try fileSystem.lock(path) } == .notFound)
        }
        #expect(code { _ = try fileSystem.status(ground.path("file/deeper")) } == .notFound)
        #expect(code { _ = try fileSystem.list(ground.path("file")) } == .notFound)
        #expect(code { try fileSystem.synchronizeDirectory(ground.path("file")) } == .notFound)
        let long = String(repeating: "n", count: 256)
        #expect(code { _ = try fileSystem.create(ground.path(long), mode: 0o600) } == .tooLarge)
        #expect(try fileSystem.list(ground.root) == ["file"])
    }

    @Test("lists are sorted, and whole", arguments: FileSystemKind.allCases)
    func lists(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        #expect(try ground.fileSystem.list(ground.root).isEmpty)
        let names = ["b", "a10", "a2", "Z", ".hidden", "é"] + (0..<200).map { "n\($0)" }
        for name in names { try ground.write([], to: name) }
        try ground.fileSystem.createDirectory(ground.path("c"), mode: 0o700)
        try ground.fileSystem.createDirectory(ground.path("c/inner"), mode: 0o700)
        #expect(try ground.fileSystem.list(ground.root) == (names + ["c"]).sorted())
    }

    @Test("a directory is removed only when it is empty", arguments: FileSystemKind.allCases)
    func removal(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let fileSystem = ground.fileSystem
        try fileSystem.createDirectories(ground.path("a/b/c"), mode: 0o750)
        try fileSystem.createDirectories(ground.path("a/b/c"), mode: 0o700)
        #expect(try fileSystem.status(ground.path("a/b"))?.mode == 0o750)
        try ground.write([1], to: "a/b/file")
        #expect(code { try fileSystem.removeDirectory(ground.path("a/b")) } == .exists)
        #expect(code { try fileSystem.removeDirectory(ground.path("a/b/file")) } == .notFound)
        #expect(code { try fileSystem.remove(ground.path("a/b/c")) } == .notARegularFile)
        #expect(code { try fileSystem.createDirectories(ground.path("a/b/file"), mode: 0o700) } == .exists)
        try fileSystem.remove(ground.path("a/b/file"))
        try fileSystem.removeDirectory(ground.path("a/b/c"))
        try fileSystem.removeDirectory(ground.path("a/b"))
        #expect(try fileSystem.list(ground.path("a")).isEmpty)
    }

    @Test("a rename replaces what is there, in one step", arguments: FileSystemKind.allCases)
    func renames(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let fileSystem = ground.fileSystem
        try fileSystem.createDirectory(ground.path("other"), mode: 0o700)
        try ground.write([1], to: "first", mode: 0o640)
        try ground.write([2], to: "second")
        let identity = try fileSystem.status(ground.path("first"))?.identity
        try fileSystem.rename(ground.path("first"), to: ground.path("second"))
        #expect(try fileSystem.list(ground.root) == ["other", "second"])
        #expect(try ground.contents(of: "second") == [1])
        try fileSystem.rename(ground.path("second"), to: ground.path("second"))
        #expect(try ground.contents(of: "second") == [1])
        try fileSystem.rename(ground.path("second"), to: ground.path("other/third"))
        #expect(try fileSystem.list(ground.root) == ["other"])
        #expect(try fileSystem.status(ground.path("other/third"))?.identity == identity)
        #expect(try fileSystem.status(ground.path("other/third"))?.mode == 0o640)

        try ground.write([3], to: "file")
        try fileSystem.createDirectory(ground.path("empty"), mode: 0o700)
        #expect(code { try fileSystem.rename(ground.path("file"), to: ground.path("other")) } == .notARegularFile)
        #expect(code { try fileSystem.rename(ground.path("other"), to: ground.path("file")) } == .notFound)
        #expect(code { try fileSystem.rename(ground.path("empty"), to: ground.path("other")) } == .exists)
        #expect(code { try fileSystem.rename(ground.path("other"), to: ground.path("other/inside")) } == .other(22))
        try fileSystem.rename(ground.path("other"), to: ground.path("empty"))
        try fileSystem.rename(ground.path("empty"), to: ground.path("empty"))
        #expect(try fileSystem.list(ground.path("empty")) == ["third"])
        #expect(try fileSystem.list(ground.root) == ["empty", "file"])
    }

    @Test("only a regular file is opened", arguments: FileSystemKind.allCases)
    func directories(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        try ground.fileSystem.createDirectory(ground.path("directory"), mode: 0o700)
        for mode in [OpenMode.reading, .updating] {
            #expect(code { _ = try ground.fileSystem.open(ground.path("directory"), for: mode) } == .notARegularFile)
        }
        #expect(code { _ = try ground.fileSystem.lock(ground.path("directory")) } == .notARegularFile)
    }

    // MARK: Contents

    @Test("what is written is read, and read back", arguments: FileSystemKind.allCases)
    func contents(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let bytes = pattern(10_000, seed: 1)
        let file = try ground.fileSystem.create(ground.path("file"), mode: 0o600)
        try file.append(Array(bytes[..<4000]))
        try file.append([])
        try file.append(Array(bytes[4000...]))
        try file.synchronize()
        #expect(try file.sizeBytes == bytes.count)
        for (offset, count) in [(0, 10_000), (0, 0), (1, 511), (4095, 2), (4096, 4096), (9999, 1)] {
            #expect(try file.read(at: offset, count: count) == Array(bytes[offset..<(offset + count)]))
            #expect(try file.readBack(at: offset, count: count) == Array(bytes[offset..<(offset + count)]))
        }
        #expect(try file.read(at: 9990, count: 100) == Array(bytes[9990...]))
        #expect(try file.readBack(at: 9990, count: 100) == Array(bytes[9990...]))
        #expect(try file.read(at: 10_000, count: 1).isEmpty && file.read(at: 50_000, count: 1).isEmpty)
        #expect(try file.readBack(at: 10_000, count: 1).isEmpty && file.readBack(at: 50_000, count: 1).isEmpty)
        #expect(code { _ = try file.read(at: -1, count: 1) } == .other(22))
        #expect(try ground.contents(of: "file") == bytes)
        #expect(code { _ = try ground.fileSystem.readFile(ground.path("file"), limitBytes: 9999) } == .tooLarge)
    }

    @Test("a write in place changes its bytes alone; a write beyond the end leaves zeros", arguments: FileSystemKind.allCases)
    func inPlace(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        try ground.write([1, 2, 3, 4], to: "file")
        let identity = try ground.fileSystem.status(ground.path("file"))?.identity
        let file = try ground.fileSystem.open(ground.path("file"), for: .updating)
        try file.write([9, 8], at: 1)
        #expect(try file.read(at: 0, count: 9) == [1, 9, 8, 4])
        try file.write([7, 6], at: 3)
        try file.write([5], at: 8)
        try file.write([], at: 20)
        try file.synchronize()
        #expect(try file.readBack(at: 0, count: 30) == [1, 9, 8, 7, 6, 0, 0, 0, 5])
        let after = try #require(try ground.fileSystem.status(ground.path("file")))
        #expect(after.identity == identity && after.sizeBytes == 9)
    }

    // MARK: Handles

    @Test("a handle stays with its file, whatever becomes of the name", arguments: FileSystemKind.allCases)
    func isStill(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let fileSystem = ground.fileSystem
        try ground.write([1], to: "file")
        let file = try fileSystem.open(ground.path("file"), for: .updating)
        #expect(try file.isStill(at: ground.path("file")))
        try ground.write([2], to: "new")
        #expect(try !file.isStill(at: ground.path("new")))
        try fileSystem.rename(ground.path("new"), to: ground.path("file"))
        try fileSystem.synchronizeDirectory(ground.root)
        #expect(try !file.isStill(at: ground.path("file")))
        try file.append([3])
        try file.synchronize()
        #expect(try file.read(at: 0, count: 9) == [1, 3] && ground.contents(of: "file") == [2])
        try fileSystem.remove(ground.path("file"))
        #expect(try !file.isStill(at: ground.path("file")))
        #expect(try file.sizeBytes == 2)
    }

    @Test("a closed handle refuses everything", arguments: FileSystemKind.allCases)
    func closed(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let file = try ground.fileSystem.create(ground.path("file"), mode: 0o600)
        try file.append([1])
        try file.close()
        #expect(code { _ = try file.sizeBytes } == .poisoned)
        #expect(code { _ = try file.read(at: 0, count: 1) } == .poisoned)
        #expect(code { _ = try file.readBack(at: 0, count: 1) } == .poisoned)
        #expect(code { try file.write([2], at: 0) } == .poisoned)
        #expect(code { try file.append([2]) } == .poisoned)
        #expect(code { try file.synchronize() } == .poisoned)
        #expect(code { _ = try file.isStill(at: ground.path("file")) } == .poisoned)
        #expect(code { try file.close() } == nil)
        #expect(try ground.contents(of: "file") == [1])
    }

    @Test("after a failed write nothing more is written through the handle", arguments: FileSystemKind.allCases)
    func poisoned(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        try ground.write([1], to: "file")
        let file = try ground.fileSystem.open(ground.path("file"), for: .reading)
        // A handle for reading: the one failure that every file system can be brought to.
        #expect(code { try file.append([2]) } == .other(9))
        #expect(code { try file.append([2]) } == .poisoned)
        #expect(code { try file.write([2], at: 0) } == .poisoned)
        #expect(code { try file.synchronize() } == .poisoned)
        #expect(try file.read(at: 0, count: 9) == [1])
        let other = try ground.fileSystem.open(ground.path("file"), for: .updating)
        #expect(code { try other.write([2], at: -1) } == .other(22))
        #expect(code { try other.write([2], at: 0) } == .poisoned)
        #expect(try ground.contents(of: "file") == [1])
    }

    // MARK: Locks

    @Test("a lock has one holder at a time", arguments: FileSystemKind.allCases)
    func locks(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let fileSystem = ground.fileSystem
        let path = ground.path("lock")
        let first = try fileSystem.lock(path)
        #expect(try fileSystem.status(path)?.kind == .file)
        #expect(code { _ = try fileSystem.lock(path) } == .busy)
        let other = try fileSystem.lock(ground.path("other"))
        first.release()
        let second = try fileSystem.lock(path)
        // The lock is given back once only: this must not take it from its new holder.
        first.release()
        #expect(code { _ = try fileSystem.lock(path) } == .busy)
        // Another file under the same name is another lock.
        try fileSystem.rename(ground.path("other"), to: path)
        #expect(code { _ = try fileSystem.lock(path) } == .busy)
        other.release()
        try fileSystem.lock(path).release()
        second.release()
    }

    @Test("a lock that nobody keeps is free", arguments: FileSystemKind.allCases)
    func forgottenLocks(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        func takeAndForget() throws { _ = try ground.fileSystem.lock(ground.path("lock")) }
        try takeAndForget()
        try takeAndForget()
    }
}
