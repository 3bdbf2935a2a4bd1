import System
import Testing

@Suite("Only the synchronized survives a crash of the memory")
struct OnlyTheSynchronizedSurvivesTests {
    typealias CrashPolicy = MemoryFileSystem.CrashPolicy

    static let strict: [CrashPolicy] = [.nothingUnsynced, .everything] + (0..<50).map { .seeded($0) }

    /// A file system with a durable file of these bytes.
    static func make(_ bytes: [UInt8], device: UInt64 = 1) throws -> MemoryFileSystem {
        let fileSystem = MemoryFileSystem(device: device)
        let file = try fileSystem.create("/file", mode: 0o640)
        try file.append(bytes)
        try file.synchronize()
        try fileSystem.synchronizeDirectory("/")
        return fileSystem
    }

    static func contents(_ fileSystem: MemoryFileSystem, _ path: String = "/file") throws -> [UInt8] {
        try fileSystem.readFile(path, limitBytes: 1 << 20)
    }

    @Test("a file that was cut off has either length after a crash, and the shorter one once it is synchronized")
    func truncated() throws {
        var lengths: Set<Int> = []
        for seed in 0..<20 {
            for synchronizes in [false, true] {
                let disk = MemoryFileSystem()
                try disk.writeDurably("/file", [1, 2, 3, 4], mode: 0o600)
                let file = try disk.open("/file", for: .updating)
                try file.truncate(toBytes: 1)
                if synchronizes { try file.synchronize() }
                disk.crash(.seeded(UInt64(seed)))
                let found = try disk.readFile("/file", limitBytes: 10)
                #expect(found == [1] || (!synchronizes && found == [1, 2, 3, 4]))
                lengths.insert(found.count)
            }
        }
        #expect(lengths == [1, 4])
    }

    @Test("what was synchronized is whole after every crash", arguments: strict)
    func synchronized(policy: CrashPolicy) throws {
        let bytes = pattern(5000, seed: 1)
        let fileSystem = try Self.make(bytes)
        for _ in 0..<2 {
            fileSystem.crash(policy)
            #expect(try Self.contents(fileSystem) == bytes)
            #expect(try fileSystem.status("/file")?.mode == 0o640)
        }
    }

    @Test("contents need their file synchronized, names their directory")
    func halves() throws {
        for (contents, name, expected) in [(true, false, nil), (false, true, [UInt8]()), (false, false, nil), (true, true, [1, 2])] {
            let fileSystem = MemoryFileSystem()
            let file = try fileSystem.create("/file", mode: 0o600)
            try file.append([1, 2])
            if contents { try file.synchronize() }
            if name { try fileSystem.synchronizeDirectory("/") }
            fileSystem.crash(.nothingUnsynced)
            #expect(try (fileSystem.status("/file") == nil ? nil : Self.contents(fileSystem)) == expected)
        }
    }

    @Test("a directory that is lost takes along what was durable in it")
    func lostDirectory() throws {
        let fileSystem = MemoryFileSystem()
        try fileSystem.createDirectory("/a", mode: 0o700)
        try fileSystem.replaceDurably("/a/file", [1], mode: 0o600)
        fileSystem.crash(.nothingUnsynced)
        #expect(try fileSystem.list("/").isEmpty)
        #expect(fileSystem.everyContents.isEmpty)
        try fileSystem.createDirectories("/a/b", mode: 0o700)
        fileSystem.crash(.nothingUnsynced)
        #expect(try fileSystem.list("/a") == ["b"])
    }

    @Test("a removal that was not synchronized is undone, contents and all")
    func undoneRemoval() throws {
        let fileSystem = try Self.make([1, 2])
        try fileSystem.remove("/file")
        try fileSystem.createDirectory("/file", mode: 0o700)
        try fileSystem.removeDirectory("/file")
        fileSystem.crash(.nothingUnsynced)
        #expect(try Self.contents(fileSystem) == [1, 2])
        try fileSystem.remove("/file")
        try fileSystem.synchronizeDirectory("/")
        fileSystem.crash(.nothingUnsynced)
        #expect(try fileSystem.status("/file") == nil)
    }

    @Test("a rename across directories needs both synchronized")
    func renameAcross() throws {
        for (source, target, names) in [(true, false, [[], []]), (false, true, [["file"], ["file"]]), (true, true, [[], ["file"]])] {
            let fileSystem = try Self.make([1])
            try fileSystem.createDirectories("/other", mode: 0o700)
            try fileSystem.rename("/file", to: "/other/file")
            if target { try fileSystem.synchronizeDirectory("/other") }
            if source { try fileSystem.synchronizeDirectory("/") }
            fileSystem.crash(.nothingUnsynced)
            #expect(try [fileSystem.list("/").filter { $0 == "file" }, fileSystem.list("/other")] == names)
        }
    }

    @Test("chance keeps, drops and tears writes at sectors, and comes to every outcome")
    func tearing() throws {
        let old = pattern(2048, seed: 1)
        let new = pattern(2048, seed: 2)
        var outcomes: Set<[Bool]> = []
        for seed in 0..<500 as Range<UInt64> {
            let fileSystem = try Self.make(old)
            let file = try fileSystem.open("/file", for: .updating)
            // From the middle of one sector to the middle of another.
            try file.write(Array(new[256..<1792]), at: 256)
            fileSystem.crash(.seeded(seed))
            let found = try Self.contents(fileSystem)
            let pieces = [0..<256, 256..<512, 512..<1024, 1024..<1536, 1536..<1792, 1792..<2048]
            #expect(pieces.allSatisfy { Array(found[$0]) == Array(old[$0]) || Array(found[$0]) == Array(new[$0]) }, "seed \(seed)")
            outcomes.insert(pieces.map { Array(found[$0]) == Array(new[$0]) })
        }
        // Two sectors within and two halves of sectors, each old or new; the bytes around them stay.
        #expect(outcomes.count == 16)
        #expect(outcomes.allSatisfy { !$0[0] && !$0[5] })
    }

    @Test("writes are lost independently of each other")
    func independence() throws {
        var outcomes: Set<[UInt8]> = []
        for seed in 0..<100 as Range<UInt64> {
            let fileSystem = try Self.make([0])
            let file = try fileSystem.open("/file", for: .updating)
            try file.append([1])
            try file.append([2])
            fileSystem.crash(.seeded(seed))
            outcomes.insert(try Self.contents(fileSystem))
        }
        #expect(outcomes == [[0], [0, 1], [0, 0, 2], [0, 1, 2]])
    }

    @Test("of a directory's changes a first part survives, in order")
    func prefixes() throws {
        var outcomes: Set<[String]> = []
        for seed in 0..<200 as Range<UInt64> {
            let fileSystem = try Self.make([0])
            try fileSystem.create("/a", mode: 0o600).close()
            try fileSystem.rename("/a", to: "/b")
            try fileSystem.remove("/file")
            try fileSystem.create("/c", mode: 0o600).close()
            fileSystem.crash(.seeded(seed))
            outcomes.insert(try fileSystem.list("/"))
        }
        #expect(outcomes == [["file"], ["a", "file"], ["b", "file"], ["b"], ["b", "c"]])
    }

    @Test("whatever a crash brings back can be read", arguments: (0..<50).map { CrashPolicy.seeded($0) })
    func replaced(policy: CrashPolicy) throws {
        let fileSystem = try Self.make([0])
        for value in 1..<10 as Range<UInt8> {
            let file = try fileSystem.create("/new", mode: 0o600)
            try file.append([value])
            try file.synchronize()
            try fileSystem.rename("/new", to: "/file")
            // Looks for what nothing needs any more, and must not find what a crash could need.
            _ = fileSystem.everyContents
        }
        fileSystem.crash(policy)
        let names = try fileSystem.list("/")
        #expect(names.contains("file") && names.count <= 2)
        for name in names { #expect(try Self.contents(fileSystem, "/\(name)").count == 1) }
        #expect(fileSystem.everyContents.count == 2 * names.count)
    }

    @Test("the same seed does the same")
    func repeatable() throws {
        func outcome(_ seed: UInt64) throws -> [[UInt8]] {
            let fileSystem = try Self.make(pattern(4096, seed: 1))
            for number in 0..<20 {
                let file = try fileSystem.create("/\(number)", mode: 0o600)
                try file.append(pattern(2000, seed: UInt8(number)))
            }
            try fileSystem.synchronizeDirectory("/")
            fileSystem.crash(.seeded(seed))
            return try fileSystem.list("/").map { try Self.contents(fileSystem, "/\($0)") }
        }
        #expect(try outcome(1) == outcome(1))
        #expect(try outcome(1) != outcome(2))
    }

    @Test("handles and locks die with the machine", arguments: [CrashPolicy.nothingUnsynced, .everything, .seeded(1)])
    func handles(policy: CrashPolicy) throws {
        let fileSystem = try Self.make([1])
        let file = try fileSystem.open("/file", for: .updating)
        let old = try fileSystem.lock("/file")
        fileSystem.crash(policy)
        #expect(code { _ = try file.sizeBytes } == .crashed)
        #expect(code { _ = try file.read(at: 0, count: 1) } == .crashed)
        #expect(code { try file.append([2]) } == .crashed)
        #expect(code { try file.synchronize() } == .crashed)
        #expect(code { _ = try file.isStill(at: "/file") } == .crashed)
        let new = try fileSystem.lock("/file")
        old.release()
        #expect(code { _ = try fileSystem.lock("/file") } == .busy)
        new.release()
    }

    @Test("an old secret is found wherever it still is")
    func secrets() throws {
        let secret = pattern(32, seed: 77)
        let fileSystem = try Self.make(secret)
        func isHeld() -> Bool {
            fileSystem.everyContents.contains { contents in contents.count >= 32 && Array(contents.prefix(32)) == secret }
        }
        #expect(isHeld())
        let file = try fileSystem.open("/file", for: .updating)
        try file.write([UInt8](repeating: 0, count: 32), at: 0)
        #expect(isHeld(), "the device still has it")
        try file.synchronize()
        #expect(!isHeld())
        try file.write(secret, at: 0)
        try file.write([UInt8](repeating: 0, count: 32), at: 0)
        #expect(isHeld(), "a write that is not synchronized could still bring it")
        try file.synchronize()
        #expect(!isHeld())
        try file.write(secret, at: 0)
        try file.synchronize()
        try fileSystem.remove("/file")
        #expect(isHeld(), "a crash could bring the file back")
        try fileSystem.synchronizeDirectory("/")
        #expect(isHeld(), "a handle still reads it")
        try file.close()
        #expect(!isHeld())
    }

    @Test("beyond the capacity a write leaves what fits, and poisons")
    func capacity() throws {
        let fileSystem = MemoryFileSystem(capacityBytes: 10)
        let file = try fileSystem.create("/file", mode: 0o600)
        try file.append([1, 2, 3, 4, 5, 6])
        let other = try fileSystem.create("/other", mode: 0o600)
        #expect(code { try other.append([1, 2, 3, 4, 5, 6]) } == .noSpace)
        #expect(code { try other.synchronize() } == .poisoned)
        #expect(try Self.contents(fileSystem, "/other") == [1, 2, 3, 4])
        try file.write([9, 9], at: 4)
        try fileSystem.remove("/other")
        #expect(code { try file.append([7]) } == .noSpace, "an open file takes room")
        try other.close()
        let again = try fileSystem.open("/file", for: .updating)
        try again.append([7, 8, 9, 10])
        #expect(try Self.contents(fileSystem) == [1, 2, 3, 4, 9, 9, 7, 8, 9, 10])
    }

    @Test("two devices are told apart")
    func devices() throws {
        let first = try Self.make([1], device: 1).status("/file")?.identity
        let second = try Self.make([1], device: 2).status("/file")?.identity
        #expect(first != second && first?.device == 1 && second?.device == 2)
    }
}
