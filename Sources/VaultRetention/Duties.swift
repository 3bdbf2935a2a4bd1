import Keeper
import Logging
import Retention
import Synchronization
import System

/// Attends to the calendar in a thread of its own, one at a time, so that signals are heard while many files are removed; then
/// writes metrics, and tells the service manager how things are.
final class Duties: Sendable {
    private let retention: RetentionKeeper
    private let metrics: MetricsFile?
    private let manager: ServiceManager?
    private let log: Logger
    private let isBusy = Atomic(false)
    private let couldWrite = Atomic(true)
    private let thread = Mutex<RunningThread?>(nil)

    init(_ retention: RetentionKeeper, metrics: MetricsFile?, manager: ServiceManager?, log: Logger) {
        self.retention = retention
        self.metrics = metrics
        self.manager = manager
        self.log = log
    }

    /// Begins, unless it is still at it.
    func begin() {
        guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else { return }
        do {
            let started = try Threads.start(name: "keeper-duties") { [self] in
                retention.attend()
                writeMetrics()
                if let manager { manager.tell(.status(retention.standing)) }
                isBusy.store(false, ordering: .releasing)
            }
            thread.withLock { $0 = started }
        } catch {
            isBusy.store(false, ordering: .releasing)
            log.tell(.error, .problem, error.message)
        }
    }

    /// Waits until it is done.
    func end() {
        thread.withLock { $0.take() }?.join()
        metrics?.remove()
    }

    /// Said once, when it begins to fail and when it works again.
    private func writeMetrics() {
        guard let metrics else { return }
        do {
            try metrics.write(retention.metrics())
            if !couldWrite.exchange(true, ordering: .relaxed) { log.tell(.notice, .solved, "the metrics file can be written again") }
        } catch {
            if couldWrite.exchange(false, ordering: .relaxed) { log.tell(.error, .problem, "the metrics file: \(error.message)") }
        }
    }
}
