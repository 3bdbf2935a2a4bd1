import System
import Testing

@Suite("A directory is durable once its making returns")
struct ADirectoryIsDurableOnceItsMakingReturnsTests {
    private static let bytes: [UInt8] = [1, 2, 3]

    @Test("Also where an earlier program made it and died before its name was durable")
    func afterAnInterruptedCall() throws {
        let counted = FaultyFileSystem(MemoryFileSystem())
        try counted.createDirectories("/a/b/c", mode: 0o700)
        #expect(counted.operationCount > 6)
        for number in 0..<counted.operationCount {
            for moment in FaultyFileSystem.Moment.allCases {
                let disk = MemoryFileSystem()
                // The program dies; the machine runs on.
                #expect(throws: FileError.self, "\(counted.log[number])") {
                    try FaultyFileSystem(disk, fault: .crashes(moment), at: number).createDirectories("/a/b/c", mode: 0o700)
                }
                try disk.createDirectories("/a/b/c", mode: 0o700)
                try disk.writeDurably("/a/b/c/file", Self.bytes, mode: 0o600)
                disk.crash(.nothingUnsynced)
                #expect(try disk.readFile("/a/b/c/file", limitBytes: 10) == Self.bytes, "\(counted.log[number]), \(moment)")
            }
        }
    }

    @Test("A file in the way is not taken for a directory")
    func aFileInTheWay() throws {
        let disk = MemoryFileSystem()
        try disk.writeDurably("/a", Self.bytes, mode: 0o600)
        #expect(throws: FileError.self) { try disk.createDirectories("/a", mode: 0o700) }
        #expect(throws: FileError.self) { try disk.createDirectories("/a/b", mode: 0o700) }
    }
}
