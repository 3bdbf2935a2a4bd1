import System
import Testing

@Suite("Durable writes survive every interruption")
struct DurableWritesSurviveEveryInterruptionTests {
    /// What the path holds before, and what lies around it.
    struct Start: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let old: [UInt8]?
        let hasStaleTemporary: Bool

        static let stale = pattern(4000, seed: 9)

        static let all = [
            Start(testDescription: "nothing before", old: nil, hasStaleTemporary: false),
            Start(testDescription: "nothing before but a temporary file", old: nil, hasStaleTemporary: true),
            Start(testDescription: "a file before", old: pattern(1500, seed: 1), hasStaleTemporary: false),
            Start(testDescription: "a file before and a temporary file", old: pattern(1500, seed: 1), hasStaleTemporary: true),
        ]

        /// A file system like this, all of it durable.
        func make() throws -> MemoryFileSystem {
            let memory = MemoryFileSystem()
            try memory.createDirectories("/vault", mode: 0o700)
            if let old { try memory.replaceDurably("/vault/file", old, mode: 0o600) }
            if hasStaleTemporary { try memory.replaceDurably("/vault/.tmp-file", Self.stale, mode: 0o600) }
            return memory
        }
    }

    static let path = "/vault/file"
    static let new = pattern(3000, seed: 2)
    static let policies: [MemoryFileSystem.CrashPolicy] = [.nothingUnsynced, .everything] + (0..<40).map { .seeded($0) }

    /// The act that is interrupted: a first writing where nothing is, a replacement where something is.
    static func act(_ fileSystem: any FileSystem, _ start: Start) throws {
        if start.old == nil {
            try fileSystem.writeDurably(path, new, mode: 0o640)
        } else {
            try fileSystem.replaceDurably(path, new, mode: 0o640)
        }
    }

    static func contents(_ fileSystem: any FileSystem) throws -> [UInt8]? {
        try fileSystem.status(path) == nil ? nil : fileSystem.readFile(path, limitBytes: 1 << 20)
    }

    static func operationCount(_ start: Start) throws -> Int {
        let faulty = FaultyFileSystem(try start.make())
        try act(faulty, start)
        return faulty.operationCount
    }

    /// That the path holds the old contents or the new, whole, and that the act can be done now.
    static func check(_ memory: MemoryFileSystem, _ start: Start, hasReturned: Bool, _ story: @autoclosure () -> String) throws {
        let found = try contents(memory)
        #expect(found == new || (!hasReturned && found == start.old), "\(story()): found \(found?.count ?? -1) bytes")
        #expect(try memory.list("/vault").allSatisfy { $0 == "file" || $0 == ".tmp-file" }, "\(story())")
        try memory.replaceDurably(path, new, mode: 0o640)
        memory.crash(.nothingUnsynced)
        #expect(try contents(memory) == new, "\(story()): again")
        #expect(try memory.status(path)?.mode == 0o640, "\(story()): again")
        #expect(try memory.list("/vault") == ["file"], "\(story()): again")
    }

    @Test("the machine stops at any operation", arguments: Start.all, FaultyFileSystem.Moment.allCases)
    func crashes(start: Start, moment: FaultyFileSystem.Moment) throws {
        var outcomes: Set<[UInt8]?> = []
        for number in 0..<(try Self.operationCount(start)) {
            for policy in Self.policies {
                let memory = try start.make()
                let faulty = FaultyFileSystem(memory, fault: .crashes(moment), at: number)
                #expect(code { try Self.act(faulty, start) } == .crashed)
                memory.crash(policy)
                outcomes.insert(try Self.contents(memory))
                try Self.check(memory, start, hasReturned: false, "\(policy) after \(faulty.log)")
            }
        }
        #expect(outcomes == [start.old, Self.new], "both outcomes occur, or this proves nothing")
    }

    @Test("any operation fails, and then the machine stops", arguments: Start.all, [FileError.Code.inputOutput, .noSpace])
    func failures(start: Start, code expected: FileError.Code) throws {
        for number in 0..<(try Self.operationCount(start)) {
            for fault in [FaultyFileSystem.Fault.fails(expected), .keepsFailing(expected)] {
                for policy in Self.policies {
                    let memory = try start.make()
                    let faulty = FaultyFileSystem(memory, fault: fault, at: number)
                    let failure = code { try Self.act(faulty, start) }
                    // What only reads does not keep failing.
                    #expect(failure == expected, "\(fault) at \(faulty.log)")
                    let before = try Self.contents(memory)
                    #expect(before == start.old || before == Self.new, "\(fault) at \(faulty.log)")
                    memory.crash(policy)
                    try Self.check(memory, start, hasReturned: false, "\(fault), \(policy) after \(faulty.log)")
                }
            }
        }
    }

    @Test("a failure leaves no temporary file", arguments: Start.all)
    func noTraces(start: Start) throws {
        for number in 0..<(try Self.operationCount(start)) {
            let memory = try start.make()
            let faulty = FaultyFileSystem(memory, fault: .fails(.inputOutput), at: number)
            #expect(code { try Self.act(faulty, start) } == .inputOutput)
            // Where already the look at the path failed, nothing was touched.
            if start.old == nil && number == 0 { continue }
            #expect(try !memory.list("/vault").contains(".tmp-file"), "\(faulty.log)")
        }
    }

    @Test("once it has returned it stays", arguments: Start.all, policies)
    func returned(start: Start, policy: MemoryFileSystem.CrashPolicy) throws {
        let memory = try start.make()
        try Self.act(memory, start)
        memory.crash(policy)
        #expect(try memory.list("/vault") == ["file"])
        try Self.check(memory, start, hasReturned: true, "\(policy)")
    }

    @Test("a full device leaves the old contents", arguments: Start.all)
    func fullDevice(start: Start) throws {
        let old = start.old?.count ?? 0
        for room in 0..<Self.new.count where room % 97 == 0 {
            let memory = MemoryFileSystem(capacityBytes: old + room)
            try memory.createDirectories("/vault", mode: 0o700)
            if let old = start.old {
                let file = try memory.create(Self.path, mode: 0o600)
                try file.append(old)
                try file.close()
            }
            #expect(code { try Self.act(memory, start) } == .noSpace)
            #expect(try Self.contents(memory) == start.old)
            #expect(try memory.list("/vault") == (start.old == nil ? [] : ["file"]))
        }
    }

    @Test("copies are durable too", arguments: policies)
    func copies(policy: MemoryFileSystem.CrashPolicy) throws {
        let memory = try Start.all[2].make()
        try memory.copyDurably(from: Self.path, to: "/vault/copy", mode: 0o600, limitBytes: 1500)
        memory.crash(policy)
        #expect(try memory.readFile("/vault/copy", limitBytes: 1500) == pattern(1500, seed: 1))
    }
}
