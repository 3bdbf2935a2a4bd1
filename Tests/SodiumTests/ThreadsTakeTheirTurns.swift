import Sodium
import Synchronization
import Testing

struct ThreadsTakeTheirTurns {
    @Test("whoever comes first, the numbers pass in their order, one at a time")
    func inOrder() {
        let turns = Turns()
        let next = Atomic(0)
        let passed = Mutex<[Int]>([])
        Workers.onEachProcessor {
            while true {
                let number = next.add(1, ordering: .relaxed).oldValue
                guard number < 500 else { return }
                // Some numbers are late.
                if number % 7 == 0 { for _ in 0..<(number * 20) { _ = BLAKE2b.hash([UInt8(truncatingIfNeeded: number)]) } }
                turns.take(number) { passed.withLock { $0.append(number) } }
            }
        }
        #expect(passed.withLock { $0 } == Array(0..<500))
    }

    @Test("what every processor runs is done when the call returns, and what it gives is given back")
    func allAreDone() {
        let runs = Atomic(0)
        Workers.onEachProcessor { runs.add(1, ordering: .relaxed) }
        #expect(runs.load(ordering: .relaxed) == Workers.count)
        #expect(Turns().take(0) { "given" } == "given")
    }
}
