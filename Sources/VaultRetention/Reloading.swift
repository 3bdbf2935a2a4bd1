import Keeper
import Logging
import Retention
import Roster
import Synchronization
import System

/// Looks again at the roster and at who may ask what, in a thread of its own, so that signals are heard and the watchdog is fed while a device
/// or whoever reads the log is slow.
final class Reloading: Sendable {
    private let retention: RetentionKeeper
    private let desk: KeeperDesk
    private let manager: ServiceManager?
    /// Reads who may ask what.
    private let access: @Sendable () throws(RetentionError) -> KeeperAccess
    private let log: Logger
    /// The number of the roster that was last told of: the keeper looks for newer ones by itself, too.
    private let told: Mutex<Int>
    /// How often it was asked for since it began; zero where it is not at it.
    private let asked = Mutex(0)

    init(
        _ retention: RetentionKeeper, desk: KeeperDesk, manager: ServiceManager?, log: Logger,
        access: @escaping @Sendable () throws(RetentionError) -> KeeperAccess
    ) {
        self.retention = retention
        self.desk = desk
        self.manager = manager
        self.access = access
        self.log = log
        told = Mutex(retention.roster.number)
    }

    /// Begins; where it is still at it, it looks once more afterwards, for what it has read may be old.
    func begin() {
        let isFirst = asked.withLock { asked in
            manager?.tell(.reloading)
            asked += 1
            return asked == 1
        }
        guard isFirst else { return }
        do {
            try Threads.start(name: "keeper-reload") { [self] in
                var answered = 0
                repeat {
                    answered = asked.withLock { $0 }
                    look()
                } while !end(after: answered)
            }
        } catch {
            log.tell(.error, .reload, error.message)
            _ = end(after: 1)
        }
    }

    /// Tells that it is done, where it was not asked for again meanwhile: under the lock, so that a later beginning is told later.
    private func end(after answered: Int) -> Bool {
        asked.withLock { asked in
            guard asked == answered else { return false }
            asked = 0
            manager?.tell(.ready)
            return true
        }
    }

    /// Says what has changed. What cannot be read stays as it was.
    private func look() {
        var changes: [String] = []
        do {
            changes += desk.grant(try access())
        } catch {
            log.tell(.error, .reload, "who may ask what stays as it was: \(error.message)")
        }
        if let number = try? retention.reloadRoster().number {
            let before = told.withLock { told in
                defer { told = number }
                return told
            }
            if number != before { changes.append("the roster in force is number \(number); before: \(before)") }
        }
        for change in changes { log.tell(.notice, .reload, change) }
        if changes.isEmpty { log.tell(.notice, .reload, "nothing has changed") }
    }
}
