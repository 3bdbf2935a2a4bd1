internal import CSystemShim
internal import Glibc
internal import Synchronization

/// Plain threads, for calls that block and for work that fills a core; neither belongs on Swift's cooperative pool.
package enum Threads {
    /// Stack of a thread that does nothing deep.
    package static let defaultStackBytes = 512 << 10

    /// How many cores this process may use.
    package static var coreCount: Int { Int(max(1, shim_core_count())) }

    /// Starts a thread that runs `body` once.
    ///
    /// The name (15 bytes of it) is what debuggers and `top` show. Throws where the system has no room for another thread.
    @discardableResult
    package static func start(
        name: String,
        stackBytes: Int = defaultStackBytes,
        _ body: @Sendable @escaping () -> Void
    ) throws(HostError) -> RunningThread {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        var failure = unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        guard failure == 0 else { throw HostError(errno: failure, "start a thread with a stack of \(stackBytes) bytes") }
        let start = unsafe Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var identifier = pthread_t()
        failure = unsafe pthread_create(
            &identifier,
            &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
                unsafe shim_set_thread_name(start.name)
                start.body()
                return nil
            },
            unsafe start.toOpaque()
        )
        guard failure == 0 else {
            unsafe start.release()
            throw HostError(errno: failure, "start a thread")
        }
        return RunningThread(identifier)
    }

    /// Runs `body` for every index below `count`, on `threads` threads (as many as there are cores, where nil), the caller's among them.
    ///
    /// Indices are begun in ascending order. After an error no further ones are begun, and when all threads are done the error of the
    /// lowest index that failed is thrown. Where the system gives fewer threads, it goes on with those it has.
    package static func parallelForEach<E: Error>(
        count: Int,
        threads: Int? = nil,
        stackBytes: Int = defaultStackBytes,
        _ body: @Sendable (Int) throws(E) -> Void
    ) throws(E) {
        let wanted = min(threads ?? coreCount, count)
        let progress = Progress<E>(count: count)
        withoutActuallyEscaping(body) { (body: @Sendable @escaping (Int) throws(E) -> Void) in
            var helpers: [RunningThread] = []
            for _ in 1..<max(1, wanted) {
                guard let helper = try? start(name: "worker", stackBytes: stackBytes, { progress.work(body) }) else { break }
                helpers.append(helper)
            }
            progress.work(body)
            for helper in helpers { helper.join() }
        }
        if let failure = progress.failure { throw failure }
    }

    /// What `body` makes of every index below `count`, in their order; the same threads as `parallelForEach` has.
    package static func parallelMap<Value: Sendable>(
        count: Int,
        threads: Int? = nil,
        _ body: @Sendable (Int) -> Value
    ) -> [Value] {
        let values = Mutex<[Value?]>(Array(repeating: nil, count: count))
        parallelForEach(count: count, threads: threads) { index in
            let value = body(index)
            values.withLock { $0[index] = value }
        }
        return values.withLock { $0.compactMap(\.self) }
    }
}

/// A thread that was started.
package final class RunningThread: Sendable {
    private let identifier: Mutex<pthread_t?>

    init(_ identifier: pthread_t) {
        self.identifier = Mutex(identifier)
    }

    deinit {
        // Nobody can join it any more; the system cleans up after it by itself.
        identifier.withLock { identifier in
            if let thread = identifier { _ = pthread_detach(thread) }
        }
    }

    /// Waits until the thread is done; the second time it returns at once.
    package func join() {
        let thread = identifier.withLock { identifier in
            defer { identifier = nil }
            return identifier
        }
        if let thread { _ = pthread_join(thread, nil) }
    }
}

/// What a new thread is given.
private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @Sendable @escaping () -> Void) {
        self.name = name
        self.body = body
    }
}

/// How far the threads of one `parallelForEach` are.
private final class Progress<E: Error>: Sendable {
    private let count: Int
    private let next = Atomic(0)
    private let firstFailure = Mutex<(index: Int, error: E)?>(nil)

    init(count: Int) {
        self.count = count
    }

    var failure: E? { firstFailure.withLock { $0?.error } }

    func work(_ body: (Int) throws(E) -> Void) {
        while true {
            let index = next.add(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            do throws(E) {
                try body(index)
            } catch {
                fail(index, error)
                return
            }
        }
    }

    private func fail(_ index: Int, _ error: E) {
        next.store(count, ordering: .relaxed)
        firstFailure.withLock { first in
            if let first, first.index < index { return }
            first = (index, error)
        }
    }
}
