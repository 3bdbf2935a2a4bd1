internal import Glibc

/// A counting semaphore of the system, since Swift's own library has nothing that a thread can sleep on.
@safe final class Semaphore: @unchecked Sendable {
    // @unchecked: the pointer never changes, and what it points to is made to be used from several threads at once.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    /// A semaphore that nobody has signalled yet.
    init() {
        let result = unsafe sem_init(semaphore, 0, 0)
        precondition(result == 0, "a semaphore could not be made")
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    /// Lets one waiting thread go on, or the next that comes.
    func signal() {
        unsafe sem_post(semaphore)
    }

    /// Sleeps until there is a signal for this thread.
    func wait() {
        // Interrupted by a signal of the system's other kind, it waits again.
        while unsafe sem_wait(semaphore) != 0 {}
    }
}
