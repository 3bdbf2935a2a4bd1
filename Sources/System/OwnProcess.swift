internal import Glibc

/// What this process is to the kernel, and how it waits.
package enum OwnProcess {
    /// The user id that it acts with.
    package static var user: UInt32 { geteuid() }

    /// Does nothing for so long; for a thread that would otherwise try again without end.
    package static func pause(milliseconds: UInt32) {
        usleep(min(milliseconds, 900) * 1000)
    }

    /// The memory of this process.
    package struct Memory: Equatable, Sendable {
        /// What of it lies in the machine's memory now, in bytes.
        package let residentBytes: Int
        /// The most that ever did, in bytes.
        package let mostResidentBytes: Int
        /// What is kept out of swap, in bytes; more than is resident where memory is locked as it is touched.
        package let lockedBytes: Int
    }

    /// The memory of this process, as the kernel counts it in /proc/self/status; nil where it does not tell.
    package static var memory: Memory? {
        guard let status = SystemText.read("/proc/self/status") else { return nil }
        func bytes(_ name: String) -> Int? {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
        }
        guard let resident = bytes("VmRSS"), let most = bytes("VmHWM"), let locked = bytes("VmLck") else { return nil }
        return Memory(residentBytes: resident, mostResidentBytes: most, lockedBytes: locked)
    }
}
