internal import Glibc

/// What time it is, and how it is known; a parameter wherever time matters, so that a year can pass in a test.
package protocol WallClock: Sendable {
    /// The time since 1970-01-01 UTC that the machine believes in; somebody may have set it wrong.
    func now() -> (seconds: Int64, nanoseconds: UInt32)
    /// Seconds since the machine started, sleep included; nobody can set it, and it says nothing across a restart.
    func secondsSinceBoot() -> Int64
    /// 16 bytes that are the same until the machine restarts.
    func bootIdentifier() -> [UInt8]
}

/// The machine's own clocks.
package struct SystemWallClock: WallClock {
    // Drawn once: where the system does not tell, every process must count as a start of its own and never as the same one.
    private static let ownIdentifier: [UInt8] = {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }()

    /// The machine's own clocks.
    package init() {}

    /// The time of CLOCK_REALTIME.
    package func now() -> (seconds: Int64, nanoseconds: UInt32) {
        let time = Self.read(CLOCK_REALTIME)
        return (Int64(time.tv_sec), UInt32(clamping: time.tv_nsec))
    }

    /// The seconds of CLOCK_BOOTTIME.
    package func secondsSinceBoot() -> Int64 {
        Int64(Self.read(CLOCK_BOOTTIME).tv_sec)
    }

    /// The bytes of `/proc/sys/kernel/random/boot_id`; where it cannot be read, bytes that this process alone has.
    package func bootIdentifier() -> [UInt8] {
        guard let text = SystemText.read("/proc/sys/kernel/random/boot_id"), let bytes = Self.identifier(text) else {
            return Self.ownIdentifier
        }
        return bytes
    }

    private static func identifier(_ text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return time
    }
}
