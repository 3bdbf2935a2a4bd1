internal import CSystemShim
internal import Glibc

/// What a process that holds keys gives up before it touches the first one.
package enum ProcessHardening {
    /// No core dumps, no reading of its memory by others of the same user (PR_SET_DUMPABLE 0), no gain of rights through programs it might
    /// start (PR_SET_NO_NEW_PRIVS), and a umask of 007: files for owner and group. A write beyond the limit of file sizes (RLIMIT_FSIZE) is an
    /// error then, that can be told and cleaned up after, and no signal to die of. A standard stream that the caller closed is given a place where
    /// it fails, because its number would else be the next file's, and a line for a person would be written into a record.
    ///
    /// A crash ends the process and tells nothing: Swift's runtime would print what the registers point to, which may be a key, on standard error.
    ///
    /// Call it first thing in `main`: the kernel keeps PR_SET_NO_NEW_PRIVS for each thread, and threads started earlier go without it.
    package static func apply() throws(HostError) {
        guard shim_harden() == 0 else { throw HostError(errno: errno, "give up core dumps, traces of crashes and new privileges") }
        umask(0o007)
        _ = signal(SIGXFSZ, SIG_IGN)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is given, which is this one; opened the wrong way round, so that using it is an error.
            _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Keeps all memory of the process, now and later, out of swap; false where the system does not allow it.
    ///
    /// Pages are locked as they are first touched, so that reserved stacks cost nothing. It is not even tried under a limit
    /// (RLIMIT_MEMLOCK) without the right to exceed it: there, any later allocation might fail, guarded memory first of all, and guarded
    /// memory, which holds every secret, is locked by itself.
    package static func lockMemory() -> Bool {
        guard shim_may_lock_all_memory() != 0 || mayExceedLimit else { return false }
        return shim_lock_all_memory() == 0
    }

    /// Whether the process has CAP_IPC_LOCK.
    private static var mayExceedLimit: Bool {
        let ipcLockBit = 14
        guard let status = SystemText.read("/proc/self/status"),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let digits = line.split(separator: "\t").last, let capabilities = UInt64(digits, radix: 16)
        else { return false }
        return capabilities >> ipcLockBit & 1 == 1
    }
}
