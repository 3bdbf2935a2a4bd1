internal import Glibc
internal import Synchronization

/// Runs independent pieces of one computation on all processors, and returns when all are done.
///
/// For pieces of work of some 50 microseconds and more: threads are started for each call, so that none waits around between two calls
/// with remains of keys on its stack.
enum Workers {
    /// How many threads work at most, the caller's own included.
    static let count = max(1, min(8, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Calls `body` once for each number below `count`, in no order, from several threads at once.
    static func perform(_ count: Int, _ body: (Int) -> Void) {
        let threads = min(count, Self.count)
        guard threads > 1 else {
            for number in 0..<count { body(number) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let job = Job(count: count, body)
            var started: [pthread_t] = []
            for _ in 1..<threads {
                var thread = pthread_t()
                let reference = unsafe Unmanaged.passRetained(job).toOpaque()
                let result = unsafe pthread_create(
                    &thread,
                    nil,
                    { reference in
                        if let reference = unsafe reference { unsafe Unmanaged<Job>.fromOpaque(reference).takeRetainedValue().run() }
                        return nil
                    },
                    reference
                )
                guard result == 0 else {
                    // Without threads the caller's own does all the work.
                    unsafe Unmanaged<Job>.fromOpaque(reference).release()
                    break
                }
                started.append(thread)
            }
            job.run()
            for thread in started { _ = pthread_join(thread, nil) }
        }
    }

    /// What the threads share; each takes the next number until none is left.
    private final class Job {
        private let next = Atomic<Int>(0)
        private let count: Int
        private let body: (Int) -> Void

        init(count: Int, _ body: @escaping (Int) -> Void) {
            self.count = count
            self.body = body
        }

        func run() {
            while true {
                let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard number < count else { return }
                body(number)
            }
        }
    }
}
