internal import Glibc

/// A thread that does one thing after another for somebody who waits for each so long and no longer.
///
/// It is started with the first, and sleeps in between. While something does not come to an end, nothing further is begun: so what hangs costs one
/// thread, however often it is asked.
@safe final class PatientWorker: @unchecked Sendable {
    // @unchecked: the pointers never change, and what follows them is touched only by whoever has the lock.
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var isStarted = false
    private var isDismissed = false
    /// What the thread is to begin.
    private var work: (@Sendable () -> Void)?
    /// How many things were given to it, and how many of them have come to their end.
    private var (given, ended) = (0, 0)

    /// A worker whose thread is not started yet.
    init() {
        unsafe pthread_mutex_init(lock, nil)
        // The clock that nobody can set.
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        let result = unsafe pthread_cond_init(changed, &attributes)
        precondition(result == 0, "a condition variable could not be made")
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(lock)
        unsafe changed.deallocate()
        unsafe lock.deallocate()
    }

    /// Has `body` done, and waits until it is, or until the time is over; it is not begun where something earlier has not come to its end.
    ///
    /// - Throws: where the system has no room for the thread.
    func perform(within milliseconds: Int, _ body: @Sendable @escaping () -> Void) throws(HostError) {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        guard given == ended, !isDismissed else { return }
        if !isStarted { try Threads.start(name: "patience") { [self] in serve() } }
        isStarted = true
        given += 1
        work = body
        unsafe pthread_cond_broadcast(changed)
        let (own, end) = (given, Deadline.nowNanoseconds() + Int64(min(max(0, milliseconds), 1 << 40)) * 1_000_000)
        var moment = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
        while ended < own {
            guard unsafe pthread_cond_timedwait(changed, lock, &moment) == 0 else { return }
        }
    }

    /// Lets the thread end, when it has come to the end of what it does.
    func dismiss() {
        unsafe pthread_mutex_lock(lock)
        isDismissed = true
        unsafe pthread_cond_broadcast(changed)
        unsafe pthread_mutex_unlock(lock)
    }

    /// What the thread does.
    private func serve() {
        unsafe pthread_mutex_lock(lock)
        while !isDismissed {
            guard let next = work else {
                unsafe pthread_cond_wait(changed, lock)
                continue
            }
            work = nil
            unsafe pthread_mutex_unlock(lock)
            next()
            unsafe pthread_mutex_lock(lock)
            ended += 1
            unsafe pthread_cond_broadcast(changed)
        }
        unsafe pthread_mutex_unlock(lock)
    }
}
