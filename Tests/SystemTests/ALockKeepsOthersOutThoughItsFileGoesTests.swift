import Glibc
import Synchronization
import System
import Testing

@Suite("A lock keeps others out, though its file goes away")
struct ALockKeepsOthersOutThoughItsFileGoesTests {
    @Test("At no time do two hold it")
    func oneHolder() throws {
        let ground = try Ground(.disk)
        let fileSystem = ground.fileSystem
        let path = ground.path("lock")
        let holders = Atomic(0)
        let meetings = Atomic(0)
        let taken = Atomic(0)
        Threads.parallelForEach(count: 4, threads: 4) { (_: Int) in
            for _ in 0..<3000 {
                guard let lock = try? fileSystem.lock(path) else { continue }
                if holders.add(1, ordering: .sequentiallyConsistent).newValue != 1 { meetings.add(1, ordering: .relaxed) }
                taken.add(1, ordering: .relaxed)
                sched_yield()
                holders.subtract(1, ordering: .sequentiallyConsistent)
                try? fileSystem.remove(path)
                lock.release()
            }
        }
        #expect(meetings.load(ordering: .relaxed) == 0)
        #expect(taken.load(ordering: .relaxed) > 0)
        withExtendedLifetime(ground) {}
    }

    @Test("What is not a regular file is refused, without waiting")
    func notAFile() throws {
        let ground = try Ground(.disk)
        try #require(unsafe mkfifo(ground.path("pipe"), 0o600) == 0)
        for path in [ground.root, ground.path("pipe")] {
            let refusal = #expect(throws: FileError.self) { _ = try ground.fileSystem.lock(path) }
            #expect(refusal?.code == .notARegularFile)
        }
    }
}
