// The proof for Scripts/sanitizers/mutex.c: four threads count, under Synchronization.Mutex or under nothing.
// Usage: mutex locked|bare. Prints whether the count is right; ThreadSanitizer says what it thinks of it. Few rounds, because a lock that is handed from
// thread to thread by the kernel waits for the scheduler each time, which on a busy machine is long.
import Glibc
import Synchronization

final class Counter: @unchecked Sendable {
    let lock = Mutex(())
    var count = 0
}

let isLocked = CommandLine.arguments.last == "locked"
let rounds = 5_000
let counter = Counter()

func count() {
    for _ in 0..<rounds {
        if isLocked { counter.lock.withLock { _ in counter.count += 1 } } else { counter.count += 1 }
    }
}

var threads: [pthread_t] = []
for _ in 0..<4 {
    var thread = pthread_t()
    pthread_create(&thread, nil, { _ in count(); return nil }, nil)
    threads.append(thread)
}
for thread in threads { pthread_join(thread, nil) }
print(counter.count == 4 * rounds ? "exact" : "wrong")
