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
            unsafe withUnsafePointer(to: body) { body in
                let job = unsafe Job(count: count, body)
                for _ in 1..<threads where !start(job) { break }
                job.run()
                job.waitUntilDone()
            }
        }
    }

    /// Starts one more thread on `job`; without it the others do its share.
    private static func start(_ job: Job) -> Bool {
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
            unsafe Unmanaged<Job>.fromOpaque(reference).release()
            return false
        }
        // Not joined: on a busy machine a thread may first run long after all is done, and nobody should wait for that.
        pthread_detach(thread)
        return true
    }

    /// What the threads share; each takes the next number until none is left.
    @safe private final class Job {
        private let next = Atomic<Int>(0)
        private let left: Atomic<Int>
        private let count: Int
        private let done = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

        /// Read only for a number that was taken, and the caller waits for all of those: a thread that comes later never reads it.
        private let body: UnsafePointer<(Int) -> Void>

        init(count: Int, _ body: UnsafePointer<(Int) -> Void>) {
            self.count = count
            unsafe self.body = body
            left = Atomic(count)
            unsafe sem_init(done, 0, 0)
        }

        deinit {
            unsafe sem_destroy(done)
            unsafe done.deallocate()
        }

        func run() {
            while true {
                let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard number < count else { return }
                unsafe body.pointee(number)
                if left.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { unsafe sem_post(done) }
            }
        }

        func waitUntilDone() {
            // Interrupted by a signal it waits again.
            while unsafe sem_wait(done) != 0 {}
        }
    }
}
