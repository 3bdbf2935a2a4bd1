internal import Synchronization

/// Lets threads pass one at a time, in the order of the numbers that they have, beginning with 0.
package final class Turns: Sendable {
    private struct State {
        var turn = 0
        var waiting: [Int: Semaphore] = [:]
    }

    private let state = Mutex(State())

    /// It is the turn of number 0.
    package init() {}

    /// Waits for the turn of `number`, lets `body` run, and gives the turn to the next number.
    ///
    /// Every number must come, or those after it wait for ever.
    package func take<R>(_ number: Int, _ body: () -> R) -> R {
        let semaphore = state.withLock { state -> Semaphore? in
            guard state.turn != number else { return nil }
            let semaphore = Semaphore()
            state.waiting[number] = semaphore
            return semaphore
        }
        semaphore?.wait()
        defer {
            let next = state.withLock { state in
                state.turn += 1
                return state.waiting.removeValue(forKey: state.turn)
            }
            next?.signal()
        }
        return body()
    }
}
