import Console
import Keeper
import Logging
import Records
import Retention
import Roster
import System

/// The life of a running keeper: what it does by itself, what signals have it do, and what it tells the service manager.
struct Daemon {
    /// Half a minute: how late it is at most noticed that the clock was set, or that the machine was asleep. Waiting is counted on a clock that
    /// nobody sets, so that none of that makes it longer.
    private static let wakeMilliseconds = 30_000
    /// How many times the keeper shows that it answers while the watchdog waits for one.
    private static let beatsInPatience = 3
    /// How long it may take to answer its own question.
    private static let pulseMilliseconds = 10_000

    let retention: RetentionKeeper
    let server: KeeperServer
    let duties: Duties
    let reloading: Reloading
    let manager: ServiceManager?
    /// Says on standard output that the keeper answers.
    let announce: () throws -> Void
    let log: Logger

    /// Says that the keeper answers, when it does, and lives until a signal says that it shall stop.
    func live(_ signals: SignalWatcher) throws {
        let patience = manager?.watchdogMilliseconds.map { min(Self.pulseMilliseconds, $0 / Self.beatsInPatience) }
        let pulse = KeeperPulse(socket: server.socket, patienceMilliseconds: patience ?? Self.pulseMilliseconds)
        if manager != nil, !pulse.beats() { throw ConsoleError(.failed, "the keeper does not answer at \(server.socket): look at its log") }
        try announce()
        manager?.tell(.ready, .status(retention.standing))
        log.tell(.notice, .started, "the keeper answers", ["serial": "\(retention.status().serial)"])
        duties.begin()
        while true {
            // Nothing here may wait for the calendar or a file: on a device that hangs, signals are heard and the watchdog bites.
            switch signals.next(timeoutMilliseconds: waitMilliseconds) {
            case nil: break
            case .hangUp: reloading.begin()
            case .terminate, .interrupt: return end()
            }
            duties.begin()
            if manager?.watchdogMilliseconds != nil { tellWatchdog(pulse) }
        }
    }

    /// Until the day ends, but not longer than it takes to notice what else may happen.
    private var waitMilliseconds: Int {
        let now = retention.place.clock.now().seconds
        let untilTomorrow = Int(Day.seconds - (now % Day.seconds + Day.seconds) % Day.seconds) * 1000
        let beat = manager?.watchdogMilliseconds.map { $0 / Self.beatsInPatience } ?? .max
        return max(1, min(Self.wakeMilliseconds, untilTomorrow, beat))
    }

    /// The watchdog hears that the keeper is alive when it has answered a question, and by nothing else.
    private func tellWatchdog(_ pulse: KeeperPulse) {
        if pulse.beats() {
            manager?.tell(.alive)
        } else {
            log.tell(.error, .silent, "the keeper does not answer its own question: the watchdog is not fed")
        }
    }

    private func end() {
        manager?.tell(.stopping)
        // First, so that nobody waits for the removal of a million files.
        retention.stop()
        server.stop()
        duties.end()
        log.tell(.notice, .stopped, "the keeper has stopped")
    }
}
