import Glibc
import Synchronization
import System
import Testing

/// Work on all cores is done exactly once, and its errors come back.
@Suite struct ThreadsTests {
    private struct Failure: Error, Equatable {
        let index: Int
    }

    @Test(arguments: [(0, 4), (1, 4), (1000, 1), (1000, 3), (1000, 64)]) func `every index is worked on once`(count: Int, threads: Int) {
        let seen = Mutex([Int](repeating: 0, count: count))
        Threads.parallelForEach(count: count, threads: threads) { index in seen.withLock { $0[index] += 1 } }
        #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
    }

    @Test(arguments: [(0, 4), (1, 4), (1000, 1), (1000, 64)]) func `what was made of every index stands in its place`(
        count: Int, threads: Int
    ) {
        #expect(Threads.parallelMap(count: count, threads: threads) { "\($0)" } == (0..<count).map { "\($0)" })
        #expect(
            Threads.parallelMap(count: count, threads: threads) { $0 % 2 == 0 ? $0 : nil } == (0..<count).map { $0 % 2 == 0 ? $0 : nil })
    }

    @Test func `work really is on several threads at once`() {
        let waiting = Atomic(0)
        // Each waits for all others: on fewer threads this would never end.
        Threads.parallelForEach(count: 4, threads: 4) { _ in
            waiting.add(1, ordering: .sequentiallyConsistent)
            while waiting.load(ordering: .sequentiallyConsistent) < 4 { sched_yield() }
        }
        #expect(waiting.load(ordering: .relaxed) == 4)
    }

    @Test func `the error of the lowest index comes back, and later ones are not begun`() {
        let begun = Atomic(0)
        let error = #expect(throws: Failure.self) {
            try Threads.parallelForEach(count: 100_000, threads: 4) { (index: Int) throws(Failure) in
                begun.add(1, ordering: .relaxed)
                if index >= 10 { throw Failure(index: index) }
            }
        }
        #expect(error == Failure(index: 10))
        #expect(begun.load(ordering: .relaxed) < 100)
    }

    @Test func `a thread has run when it was joined`() throws {
        let hasRun = Mutex(false)
        let thread = try Threads.start(name: "a name longer than fifteen bytes") { hasRun.withLock { $0 = true } }
        thread.join()
        thread.join()
        #expect(hasRun.withLock { $0 })
    }

    @Test func `an impossible stack is an error`() {
        #expect(throws: HostError.self) { try Threads.start(name: "t", stackBytes: 1) {} }
    }

    @Test func `a signal arrives as a value, in the order of asking`() throws {
        let received = Mutex<[Signal?]>([])
        // In a thread of its own, because the signals stay blocked there.
        try Threads.start(name: "signals") {
            let watcher = SignalWatcher()
            var found = [watcher.next(timeoutMilliseconds: 0), watcher.next(timeoutMilliseconds: 5)]
            for signal in Signal.allCases {
                raise(signal.number)
                found.append(watcher.next(timeoutMilliseconds: nil))
            }
            raise(SIGHUP)
            found.append(watcher.next(timeoutMilliseconds: 0))
            found.append(watcher.next(timeoutMilliseconds: 0))
            let all = found
            received.withLock { $0 = all }
        }.join()
        #expect(received.withLock { $0 } == [nil, nil, .terminate, .interrupt, .hangUp, .hangUp, nil])
    }
}
