package import Records
package import System

/// What a boot of the machine is known by.
package enum Boot {}
/// Names one boot of the machine: the 16 bytes of Linux's `/proc/sys/kernel/random/boot_id`.
package typealias BootID = Identifier<Boot>

/// A moment of the clock that nobody can set: the boot it belongs to and the seconds since it (`CLOCK_BOOTTIME`).
package struct TimeMark: Hashable, Sendable {
    /// The boot.
    package let boot: BootID
    /// Seconds since the boot, time asleep included.
    package let seconds: UInt64

    /// A moment of a boot.
    package init(boot: BootID, seconds: UInt64) {
        self.boot = boot
        self.seconds = seconds
    }

    /// The present moment of a machine's clock.
    package init(_ clock: any WallClock) {
        self.init(boot: BootID(clock.bootIdentifier()) ?? .zero, seconds: UInt64(max(0, clock.secondsSinceBoot())))
    }

    /// Whole days from `earlier` to this moment; none where they belong to different boots, or to one that has no name.
    package func days(since earlier: TimeMark) -> UInt32 {
        guard boot == earlier.boot, boot != .zero, seconds > earlier.seconds else { return 0 }
        return UInt32(clamping: (seconds - earlier.seconds) / UInt64(Day.seconds))
    }
}

/// How far the high-water day may be moved: by the days that were seen to pass, and a few more that refill as days pass.
///
/// The wall clock decides which day it is, and it can lie; what it cannot do is make the machine's uptime run. So days seen to pass are free,
/// and whatever the clock claims beyond them (the machine was off, or the clock is wrong) is drawn from seven days of credit. Over any stretch
/// in which *n* days were seen to pass, the high-water day moves by at most 7 + 2 *n* days, however often the machine is started again.
package struct TimeBudget: Hashable, Sendable {
    /// The most days of credit there can be.
    package static let maximumDays: UInt16 = 7

    /// Days of credit.
    package let days: UInt16
    /// Up to where days were counted as seen; the part of a day after it is counted next time.
    package let mark: TimeMark

    /// The full budget, from which days are seen to pass as of `mark`.
    package init(full mark: TimeMark) {
        self.init(unchecked: Self.maximumDays, mark: mark)
    }

    /// A budget that was written down; nil where no writer can have left so many days.
    package init?(days: UInt16, mark: TimeMark) {
        guard days <= Self.maximumDays else { return nil }
        self.init(unchecked: days, mark: mark)
    }

    private init(unchecked days: UInt16, mark: TimeMark) {
        self.days = days
        self.mark = mark
    }

    /// What is left after the high-water day has moved by `advance` days, at `now`.
    ///
    /// - Parameters:
    ///   - advance: by how many days the high-water day shall move.
    ///   - now: the present moment of the clock that cannot be set.
    ///   - authorised: two leads have signed that the day is right; then nothing is drawn.
    /// - Returns: the budget with what is left.
    /// - Throws: `beyondTimeBudget` where more is asked than was seen and is left.
    package func drawing(_ advance: UInt32, now: TimeMark, authorised: Bool) throws(KeyCalendarError) -> TimeBudget {
        let seen = now.days(since: mark)
        let refilled = min(UInt64(Self.maximumDays), UInt64(days) + UInt64(seen))
        let drawn = authorised ? 0 : UInt64(advance > seen ? advance - seen : 0)
        guard drawn <= refilled else { throw .beyondTimeBudget(asked: advance, seen: seen, left: UInt16(refilled)) }
        return TimeBudget(unchecked: UInt16(refilled - drawn), mark: counted(to: now, seen: seen))
    }

    /// Within one boot the mark moves by whole days, so that a sweep a second early loses no day; a new boot begins its own count.
    private func counted(to now: TimeMark, seen: UInt32) -> TimeMark {
        guard now.boot == mark.boot else { return now }
        return TimeMark(boot: mark.boot, seconds: mark.seconds + UInt64(seen) * UInt64(Day.seconds))
    }
}
