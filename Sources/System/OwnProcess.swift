internal import Glibc

/// What this process is to the kernel, and how it waits.
package enum OwnProcess {
    /// The user id that it acts with.
    package static var user: UInt32 { geteuid() }

    /// Does nothing for so long; for a thread that would otherwise try again without end.
    package static func pause(milliseconds: UInt32) {
        usleep(min(milliseconds, 900) * 1000)
    }
}
