import System
import Testing

@Suite("Faults strike where they are set")
struct FaultsStrikeWhereTheyAreSetTests {
    typealias Fault = FaultyFileSystem.Fault

    /// Every operation that there is, one after the other, in `/d`; each is tried, whatever became of those before it.
    static func work(_ fileSystem: any FileSystem) -> [FileError.Code?] {
        var codes: [FileError.Code?] = []
        func attempt(_ body: () throws -> Void) { codes.append(code(of: body)) }
        var file: (any File)?
        attempt { try fileSystem.createDirectory("/d", mode: 0o700) }
        attempt { file = try fileSystem.create("/d/a", mode: 0o600) }
        attempt { try file?.append([1, 2, 3, 4]) }
        attempt { try file?.write([5], at: 4) }
        attempt { try file?.synchronize() }
        attempt { _ = try file?.sizeBytes }
        attempt { _ = try file?.read(at: 0, count: 2) }
        attempt { _ = try file?.readBack(at: 0, count: 2) }
        attempt { _ = try file?.isStill(at: "/d/a") }
        attempt { try file?.close() }
        attempt { _ = try fileSystem.status("/d/a") }
        attempt { _ = try fileSystem.list("/d") }
        attempt { try fileSystem.rename("/d/a", to: "/d/b") }
        attempt { try fileSystem.synchronizeDirectory("/d") }
        attempt { _ = try fileSystem.lock("/d/lock") }
        attempt { _ = try fileSystem.open("/d/b", for: .reading) }
        attempt { try fileSystem.remove("/d/b") }
        attempt { try fileSystem.removeDirectory("/d/e") }
        return codes
    }

    static let operations = 18

    @Test("every operation counts, and is told of")
    func counts() {
        let faulty = FaultyFileSystem(MemoryFileSystem())
        let codes = Self.work(faulty)
        #expect(codes == Array(repeating: nil, count: Self.operations - 1) + [.notFound])
        #expect(faulty.operationCount == Self.operations)
        #expect(
            faulty.log == [
                "0 create directory /d", "1 create /d/a", "2 append /d/a", "3 write /d/a", "4 synchronize /d/a", "5 size of /d/a",
                "6 read /d/a", "7 read back /d/a", "8 compare /d/a", "9 close /d/a", "10 look at /d/a", "11 list /d", "12 rename to /d/b",
                "13 synchronize directory /d", "14 lock /d/lock", "15 open /d/b", "16 remove /d/b", "17 remove directory /d/e",
            ]
        )
    }

    @Test("a crash ends every operation from there on", arguments: 0..<operations, FaultyFileSystem.Moment.allCases)
    func crashes(number: Int, moment: FaultyFileSystem.Moment) {
        let codes = Self.work(FaultyFileSystem(MemoryFileSystem(), fault: .crashes(moment), at: number))
        // Where the file could not be made there is no handle to try.
        for (index, code) in codes.enumerated() where number > 1 || !(2...9).contains(index) {
            #expect(code == (index < number ? nil : .crashed), "operation \(index)")
        }
    }

    @Test("a failure that happens once happens to one operation", arguments: 0..<operations)
    func failsOnce(number: Int) {
        let faulty = FaultyFileSystem(MemoryFileSystem(), fault: .fails(.inputOutput), at: number)
        let codes = Self.work(faulty)
        #expect(codes.indices.filter { codes[$0] == .inputOutput } == [number], "\(faulty.log)")
        // After a failed write nothing may be written through the handle; reading is fine.
        let poisoned = codes.indices.filter { codes[$0] == .poisoned }
        #expect(poisoned == (number == 2 ? [3, 4] : number == 3 ? [4] : []))
    }

    @Test("a failure that stays spares what only reads")
    func keepsFailing() {
        let codes = Self.work(FaultyFileSystem(MemoryFileSystem(), fault: .keepsFailing(.noSpace), at: 3))
        #expect(codes.indices.filter { codes[$0] == .noSpace } == [3, 4, 12, 13, 14, 16, 17])
    }

    @Test("a crash leaves all, half or nothing of a write", arguments: ["append", "write"])
    func halves(operation: String) throws {
        for (moment, expected) in [(FaultyFileSystem.Moment.before, [UInt8]()), (.during, [1, 2]), (.after, [1, 2, 3, 4, 5])] {
            let memory = MemoryFileSystem()
            let file = try FaultyFileSystem(memory, fault: .crashes(moment), at: 1).create("/file", mode: 0o600)
            #expect(
                code { try operation == "append" ? file.append([1, 2, 3, 4, 5]) : file.write([1, 2, 3, 4, 5], at: 0) } == .crashed
            )
            #expect(try memory.readFile("/file", limitBytes: 9) == expected)
        }
    }

    @Test("a close that fails closes all the same")
    func failedClose() throws {
        let memory = MemoryFileSystem()
        let file = try FaultyFileSystem(memory, fault: .fails(.inputOutput), at: 2).create("/file", mode: 0o600)
        try file.append([1])
        #expect(code { try file.close() } == .inputOutput)
        #expect(code { _ = try file.sizeBytes } == .poisoned)
        try memory.remove("/file")
        try memory.synchronizeDirectory("/")
        #expect(memory.everyContents.isEmpty)
    }

    @Test("a crash does what is not a write wholly or not at all")
    func indivisible() throws {
        for (moment, names) in [(FaultyFileSystem.Moment.before, ["a"]), (.during, ["a"]), (.after, ["b"])] {
            let memory = MemoryFileSystem()
            try memory.create("/a", mode: 0o600).close()
            let faulty = FaultyFileSystem(memory, fault: .crashes(moment), at: 0)
            #expect(code { try faulty.rename("/a", to: "/b") } == .crashed)
            #expect(try memory.list("/") == names)
        }
    }
}
