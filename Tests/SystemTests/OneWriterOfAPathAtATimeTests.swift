import Synchronization
import System
import Testing

@Suite("One writer of a path at a time")
struct OneWriterOfAPathAtATimeTests {
    private static let contents = (first: [UInt8](repeating: 1, count: 300), second: [UInt8](repeating: 2, count: 200))

    @Test("What another is writing is neither removed nor published", arguments: FileSystemKind.allCases)
    func aLiveWriterIsLeftAlone(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let fileSystem = ground.fileSystem
        let path = ground.path("file")
        let temporary = Self.temporary(path)
        let live = try fileSystem.create(temporary, mode: 0o600)
        try live.append(Self.contents.first)
        let refusal = #expect(throws: FileError.self) { try fileSystem.replaceDurably(path, Self.contents.second, mode: 0o600) }
        #expect(refusal?.code == .busy)
        #expect(try live.isStill(at: temporary))
        #expect(try fileSystem.status(path) == nil)
    }

    @Test("What a writer that died left behind is removed by the next", arguments: FileSystemKind.allCases)
    func aDeadWriterIsCleanedUpAfter(kind: FileSystemKind) throws {
        let ground = try Ground(kind)
        let fileSystem = ground.fileSystem
        let path = ground.path("file")
        let dead = try fileSystem.create(Self.temporary(path), mode: 0o600)
        try dead.append(Self.contents.first)
        try dead.close()
        try fileSystem.writeDurably(path, Self.contents.second, mode: 0o640)
        #expect(try fileSystem.readFile(path, limitBytes: 1000) == Self.contents.second)
        #expect(try fileSystem.status(path)?.mode == 0o640)
        #expect(try fileSystem.status(Self.temporary(path)) == nil)
    }

    @Test("Of many who write a file that must not be there, one does")
    func oneOfManyCreates() throws {
        let ground = try Ground(.disk)
        let fileSystem = ground.fileSystem
        for round in 0..<50 {
            let path = ground.path("file-\(round)")
            let written = Mutex<[UInt8]>([])
            let refused = Mutex<[FileError.Code]>([])
            Threads.parallelForEach(count: 4, threads: 4) { (index: Int) in
                do throws(FileError) {
                    try fileSystem.writeDurably(path, Self.uniform(UInt8(index)), mode: 0o600)
                    written.withLock { $0.append(UInt8(index)) }
                } catch {
                    refused.withLock { $0.append(error.code) }
                }
            }
            let winners = written.withLock { $0 }
            #expect(winners.count <= 1)
            #expect(refused.withLock { $0 }.allSatisfy { $0 == .exists || $0 == .busy })
            // All of them may have met and given way; then nothing is there.
            let found = try fileSystem.status(path) == nil ? nil : fileSystem.readFile(path, limitBytes: 1 << 20)
            #expect(found == winners.first.map(Self.uniform))
        }
        #expect(try fileSystem.list(ground.root).allSatisfy { !$0.hasPrefix(DiskFileSystem.temporaryPrefix) })
    }

    @Test("However many replace a file, whoever reads it reads what one of them wrote, whole")
    func nobodyReadsAMixture() throws {
        let ground = try Ground(.disk)
        let fileSystem = ground.fileSystem
        let path = ground.path("file")
        try fileSystem.writeDurably(path, Self.uniform(0), mode: 0o600)
        let mixtures = Atomic(0)
        let replacements = Atomic(0)
        let unexpected = Mutex<[FileError]>([])
        Threads.parallelForEach(count: 4, threads: 4) { (index: Int) in
            for round in 0..<100 {
                do throws(FileError) {
                    try fileSystem.replaceDurably(path, Self.uniform(UInt8(index * 50 + round % 50)), mode: 0o600)
                    replacements.add(1, ordering: .relaxed)
                } catch {
                    if error.code != .busy { unexpected.withLock { $0.append(error) } }
                }
                guard let found = try? fileSystem.readFile(path, limitBytes: 1 << 20), Self.isUniform(found) else {
                    mixtures.add(1, ordering: .relaxed)
                    continue
                }
            }
        }
        #expect(mixtures.load(ordering: .relaxed) == 0)
        #expect(replacements.load(ordering: .relaxed) > 0)
        #expect(unexpected.withLock { $0 } == [])
        #expect(try fileSystem.list(ground.root) == ["file"])
    }

    @Test("What is made while others clear up what was left behind is there once it is made")
    func clearingUp() throws {
        let ground = try Ground(.disk)
        let (fileSystem, root) = (ground.fileSystem, ground.root)
        let isOver = Atomic(false)
        let removed = Atomic(0)
        let lost = Mutex<[String]>([])
        Threads.parallelForEach(count: 2, threads: 2) { (index: Int) in
            if index == 0 {
                while !isOver.load(ordering: .relaxed) {
                    for name in (try? fileSystem.list(root)) ?? [] {
                        guard let lock = try? fileSystem.lock("\(root)/\(name)") else { continue }
                        if (try? fileSystem.remove("\(root)/\(name)")) != nil { removed.add(1, ordering: .relaxed) }
                        lock.release()
                    }
                }
            } else {
                for round in 0..<5_000 {
                    let path = "\(root)/\(DiskFileSystem.temporaryPrefix)\(round)"
                    do {
                        let file = try fileSystem.create(path, mode: 0o600)
                        if try !file.isStill(at: path) { lost.withLock { $0.append("\(round): removed") } }
                        try file.close()
                    } catch {
                        lost.withLock { $0.append("\(round): \(error)") }
                    }
                }
                isOver.store(true, ordering: .relaxed)
            }
        }
        #expect(lost.withLock { $0 } == [])
        #expect(removed.load(ordering: .relaxed) > 0)
        withExtendedLifetime(ground) {}
    }

    private static func temporary(_ path: String) -> String {
        "\(DiskFileSystem.parent(of: path))/\(DiskFileSystem.temporaryPrefix)\(DiskFileSystem.name(of: path))"
    }

    private static func uniform(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 100_000 + Int(byte) * 500) }

    private static func isUniform(_ bytes: [UInt8]) -> Bool { bytes.first.map { bytes == uniform($0) } ?? false }
}
