import Benchmark
import BenchmarkSubjects
import Floor
import Foundation

/// One event made durable, and 64 live conversations at once.
func appending() {
    guard MeasuredVault.hasData else { return }

    Benchmark("append one event: ours") { benchmark, subject in
        try subject.live[0].append(subject.line)
    } setup: {
        try Events()
    }

    Benchmark("append one event: floor") { benchmark, subject in
        precondition(floor_append(subject.raw, subject.frame, subject.frame.count) == 0)
    } setup: {
        try Events()
    }

    Benchmark("append one event: peer") { benchmark, subject in
        try subject.table.insert(subject.line)
    } setup: {
        try Events()
    }

    let (conversations, threads, rounds) = (64, 8, 20)
    let many = Benchmark.Configuration.measuring(for: .seconds(10), atMost: 10, warmUp: 1)

    Benchmark("64 live conversations: ours", configuration: many) { benchmark, subject in
        let shares = (0..<threads).map { thread in
            subject.live[(conversations * thread / threads)..<(conversations * (thread + 1) / threads)]
        }
        let line = subject.line
        runInThreads(threads) { thread in
            for _ in 0..<rounds {
                for conversation in shares[thread] { try! conversation.append(line) }
            }
        }
    } setup: {
        try Events(conversations: conversations)
    }

    Benchmark("64 live conversations: floor", configuration: many) { benchmark, subject in
        precondition(
            floor_append_many(subject.directory, Int32(conversations), Int32(threads), Int32(rounds), subject.frame.count) == 0)
    } setup: {
        try Events()
    }
}

/// What the rows about appending work on.
private struct Events {
    let live: [LiveConversation]
    let line: [UInt8]
    let table: Table
    /// As many bytes as an event takes when it is sealed.
    let frame: [UInt8]
    let directory: String
    let raw: Int32

    init(conversations: Int = 1) throws {
        directory = try Place.fresh()
        let vault = try MeasuredVault(below: Place.fresh())
        live = try (0..<conversations).map { _ in try LiveConversation(in: vault) }
        line = vault.ordinaryLine
        frame = [UInt8](repeating: 7, count: LiveConversation.frameBytes(eventBytes: line.count))
        table = try Table(path: "\(directory)/events.sqlite")
        raw = floor_open("\(directory)/raw")
    }
}

/// Runs `body` on so many threads at once, and waits for all of them.
private func runInThreads(_ count: Int, _ body: @escaping (Int) -> Void) {
    // Each thread touches its own share alone.
    nonisolated(unsafe) let body = body
    let threads = (0..<count).map { number in
        let done = DispatchSemaphore(value: 0)
        Thread { body(number); done.signal() }.start()
        return done
    }
    for done in threads { done.wait() }
}
