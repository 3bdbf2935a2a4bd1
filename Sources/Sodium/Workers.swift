internal import Glibc
internal import Synchronization

/// Runs independent pieces of one computation on all processors, and returns when all are done.
///
/// For pieces of work of some 50 microseconds and more: threads are started for each call, so that none waits around between two calls
/// with remains of keys on its stack.
package enum Workers {
    /// How many threads work at most, the caller's own included.
    package static let count = max(1, min(8, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Runs `body` on every processor at once, once on each where there is room for so many threads; one run is the caller's own.
    package static func onEachProcessor(_ body: @Sendable () -> Void) {
        perform(count) { _ in body() }
    }

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
                // Where no further thread can be had, the others do its share.
                for _ in 1..<threads where !start({ job.run() }) { break }
                job.run()
                job.done.wait()
            }
        }
    }

    /// Starts a thread that runs `body` once; returns whether there was room for one.
    ///
    /// It is not joined: on a busy machine a thread may first run long after all is done, and nobody should wait for that.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        var thread = pthread_t()
        let reference = unsafe Unmanaged.passRetained(Start(body)).toOpaque()
        let result = unsafe pthread_create(
            &thread,
            nil,
            { reference in
                if let reference = unsafe reference { unsafe Unmanaged<Start>.fromOpaque(reference).takeRetainedValue().body() }
                return nil
            },
            reference
        )
        guard result == 0 else {
            unsafe Unmanaged<Start>.fromOpaque(reference).release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// What a new thread is given.
    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// What the threads share; each takes the next number until none is left.
    @safe private final class Job: @unchecked Sendable {
        // @unchecked: `body` never changes, and `perform` makes sure that it is there as long as anybody calls it.
        private let next = Atomic<Int>(0)
        private let left: Atomic<Int>
        private let count: Int

        /// Signalled once, when every number is done.
        let done = Semaphore()

        /// Read only for a number that was taken, and the caller waits for all of those: a thread that comes later never reads it.
        private let body: UnsafePointer<(Int) -> Void>

        init(count: Int, _ body: UnsafePointer<(Int) -> Void>) {
            self.count = count
            unsafe self.body = body
            left = Atomic(count)
        }

        func run() {
            while true {
                let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard number < count else { return }
                unsafe body.pointee(number)
                if left.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { done.signal() }
            }
        }
    }
}
