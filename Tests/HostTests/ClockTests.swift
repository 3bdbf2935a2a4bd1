import Glibc
import System
import Testing

/// Clocks tell what the rules about time rely on.
@Suite struct ClockTests {
    @Test func `the machine's clock is the system's`() {
        let before = Int64(clock_seconds())
        let now = SystemWallClock().now()
        let after = Int64(clock_seconds())
        #expect((before...(after + 1)).contains(now.seconds))
        #expect(now.nanoseconds < 1_000_000_000)
    }

    @Test func `time since boot is not the time of day and does not run backwards`() {
        let clock = SystemWallClock()
        let first = clock.secondsSinceBoot()
        #expect(first >= 0 && first < clock.now().seconds)
        #expect(clock.secondsSinceBoot() >= first)
    }

    @Test func `the boot has one identifier`() throws {
        let identifier = SystemWallClock().bootIdentifier()
        #expect(identifier.count == 16)
        #expect(identifier == SystemWallClock().bootIdentifier())
        let text = try firstLine("/proc/sys/kernel/random/boot_id").filter { $0 != "-" }
        let digits = identifier.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        #expect(digits == text)
    }

    @Test func `a manual clock moves when it is moved`() {
        let clock = ManualClock(seconds: 1000, secondsSinceBoot: 10)
        #expect(clock.now() == (1000, 0))
        clock.advance(seconds: 5)
        #expect(clock.now() == (1005, 0))
        #expect(clock.secondsSinceBoot() == 15)
        clock.set(seconds: 400, nanoseconds: 7)
        #expect(clock.now() == (400, 7))
        #expect(clock.secondsSinceBoot() == 15)
    }

    @Test func `a restart begins the count again under another identifier`() {
        let clock = ManualClock(seconds: 1000, bootIdentifier: [UInt8](repeating: 255, count: 16))
        var seen = [clock.bootIdentifier()]
        for _ in 0..<3 {
            clock.reboot(pauseSeconds: 30)
            #expect(clock.secondsSinceBoot() == 0)
            #expect(!seen.contains(clock.bootIdentifier()))
            seen.append(clock.bootIdentifier())
        }
        #expect(clock.now() == (1090, 0))
    }

    private func clock_seconds() -> Int { time(nil) }
}

/// The first line of a file that need not have a length, as those under /proc.
func firstLine(_ path: String) throws -> String {
    let input = try Terminal.openForReading(path)
    var reader = LineReader(descriptor: input, lineLimitBytes: 4096)
    guard case .line(let bytes, _) = try reader.next() else { return "" }
    return String(decoding: bytes, as: UTF8.self)
}

/// The line of such a file that begins with `prefix`.
func line(of path: String, beginningWith prefix: String) throws -> String? {
    let input = try Terminal.openForReading(path)
    var reader = LineReader(descriptor: input, lineLimitBytes: 4096)
    while let line = try reader.next() {
        if case .line(let bytes, _) = line, bytes.starts(with: prefix.utf8) { return String(decoding: bytes, as: UTF8.self) }
    }
    return nil
}
