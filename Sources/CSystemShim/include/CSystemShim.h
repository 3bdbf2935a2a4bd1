// What Swift's Glibc module lacks: see each function's reason.
#ifndef C_SYSTEM_SHIM_H
#define C_SYSTEM_SHIM_H

#include <stdint.h>

/// `statfs(2)`: the type of the file system that holds `path`, as in <linux/magic.h>; -1 and `errno` on failure.
int64_t shim_file_system_type(const char *path);

/// What is told of a file, in the units of `stat(2)`.
struct shim_status {
    uint64_t device, inode;
    int64_t size;
    uint32_t mode, owner, group;
};

/// `statx(2)`, shown under _GNU_SOURCE alone, of `path`, not following a link, or of `descriptor` where `path` is null. It asks for no times:
/// since Linux 6.13 the next write to a file whose times were asked for changes them, and `fdatasync` then waits for the file system's
/// journal. -1 and `errno` on failure.
int32_t shim_status(int32_t descriptor, const char *path, struct shim_status *found);

/// `O_DIRECT`, which differs between architectures and which Glibc shows under _GNU_SOURCE alone.
int32_t shim_direct_flag(void);

/// `accept4(2)` with SOCK_CLOEXEC, so that no child ever inherits a connection; Glibc shows it under _GNU_SOURCE alone.
int32_t shim_accept(int32_t descriptor);

/// SO_PEERCRED: who is at the other end of a Unix socket; `struct ucred` is shown under _GNU_SOURCE alone. -1 and `errno` on failure.
int32_t shim_peer_credentials(int32_t descriptor, int32_t *process, uint32_t *user, uint32_t *group);

/// How many processor cores this process may use, at least 1; `CPU_COUNT` is a macro.
int32_t shim_core_count(void);

/// PR_SET_NAME: the name of the calling thread, of which 15 bytes are kept; `prctl` is variadic.
void shim_set_thread_name(const char *name);

/// RLIMIT_CORE 0, PR_SET_DUMPABLE 0 and PR_SET_NO_NEW_PRIVS 1; `prctl` is variadic. The signals of a crash do again what the system does. -1 and
/// `errno` on failure.
int32_t shim_harden(void);

/// Whether RLIMIT_MEMLOCK is without limit; `RLIM_INFINITY` is a macro with a cast.
int32_t shim_may_lock_all_memory(void);

/// `mlockall(2)` of what is there and what will come, as it is touched; `MCL_ONFAULT` is shown under _GNU_SOURCE alone.
int32_t shim_lock_all_memory(void);

/// Catches SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGTSTP, those that are ignored apart, in whichever thread they arrive, until
/// `shim_release_signals`: in a handler only C may run. Returns a descriptor, never closed, that becomes readable when one came; -1 and
/// `errno` where another caller catches them already (EBUSY), or on failure.
int32_t shim_catch_signals(void);

/// Restores what the signals did before; returns the last one that was caught, or 0. Sending it again is the caller's part.
int32_t shim_release_signals(void);

/// `signalfd(2)` of those of the same signals that the calling thread blocks; Swift's Glibc module lacks it. -1 and `errno` on failure.
int32_t shim_blocked_signal_descriptor(void);

/// FS_IOC_GETFLAGS: the attributes that `lsattr` shows; `ioctl` is variadic. -1 and `errno` where the file system has none.
int64_t shim_inode_flags(int32_t descriptor);

#endif
