#define _GNU_SOURCE
#include "CSystemShim.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

int64_t shim_file_system_type(const char *path) {
    struct statfs s;
    if (statfs(path, &s) != 0) return -1;
    return (int64_t)(uint32_t)s.f_type;
}

int32_t shim_status(int32_t descriptor, const char *path, struct shim_status *found) {
    struct statx s;
    const unsigned asked = STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID | STATX_INO | STATX_SIZE;
    const int result = path ? statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, asked, &s) : statx(descriptor, "", AT_EMPTY_PATH, asked, &s);
    if (result != 0) return -1;
    *found = (struct shim_status){
        .device = makedev(s.stx_dev_major, s.stx_dev_minor),
        .inode = s.stx_ino,
        .size = (int64_t)s.stx_size,
        .mode = s.stx_mode,
        .owner = s.stx_uid,
        .group = s.stx_gid,
    };
    return 0;
}

int32_t shim_direct_flag(void) {
    return O_DIRECT;
}

int32_t shim_accept(int32_t descriptor) {
    return accept4(descriptor, 0, 0, SOCK_CLOEXEC);
}

int32_t shim_peer_credentials(int32_t descriptor, int32_t *process, uint32_t *user, uint32_t *group) {
    struct ucred found;
    socklen_t length = sizeof found;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &found, &length) != 0) return -1;
    *process = found.pid;
    *user = found.uid;
    *group = found.gid;
    return 0;
}

int32_t shim_core_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return CPU_COUNT(&set);
}

void shim_set_thread_name(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

int32_t shim_harden(void) {
    static const int crashes[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
    struct rlimit none = {0, 0};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
        struct sigaction now;
        if (sigaction(crashes[i], 0, &now) != 0) return -1;
        if (now.sa_handler != SIG_IGN && signal(crashes[i], SIG_DFL) == SIG_ERR) return -1;
    }
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return -1;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int32_t shim_may_lock_all_memory(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
    return limit.rlim_cur == RLIM_INFINITY;
}

int32_t shim_lock_all_memory(void) {
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

int64_t shim_inode_flags(int32_t descriptor) {
    int flags = 0;
    if (ioctl(descriptor, FS_IOC_GETFLAGS, &flags) != 0) return -1;
    return (int64_t)(uint32_t)flags;
}

// One at a time for the whole process, because signals are the whole process's.
static const int caught_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { caught_count = sizeof caught_signals / sizeof caught_signals[0] };
static struct sigaction actions_before[caught_count];
static atomic_int is_catching;
static atomic_int last_caught;
static atomic_int wake_descriptor = -1;

static void remember_signal(int number) {
    int saved = errno;
    uint64_t one = 1;
    atomic_store(&last_caught, number);
    ssize_t ignored = write(atomic_load(&wake_descriptor), &one, sizeof one);
    (void)ignored;
    errno = saved;
}

int32_t shim_catch_signals(void) {
    if (atomic_exchange(&is_catching, 1)) {
        errno = EBUSY;
        return -1;
    }
    // Never closed: a handler that is still running must not write into somebody else's file.
    if (atomic_load(&wake_descriptor) < 0) atomic_store(&wake_descriptor, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    int wake = atomic_load(&wake_descriptor);
    uint64_t count;
    if (wake < 0 || (read(wake, &count, sizeof count) < 0 && errno != EAGAIN)) {
        atomic_store(&is_catching, 0);
        return -1;
    }
    atomic_store(&last_caught, 0);
    struct sigaction action = {.sa_handler = remember_signal};
    sigfillset(&action.sa_mask);
    for (int i = 0; i < caught_count; i++) {
        sigaction(caught_signals[i], NULL, &actions_before[i]);
        // Somebody decided that it should do nothing (nohup).
        if (actions_before[i].sa_handler != SIG_IGN) sigaction(caught_signals[i], &action, NULL);
    }
    return wake;
}

int32_t shim_release_signals(void) {
    for (int i = 0; i < caught_count; i++) sigaction(caught_signals[i], &actions_before[i], NULL);
    int caught = atomic_exchange(&last_caught, 0);
    atomic_store(&is_catching, 0);
    return caught;
}

int32_t shim_blocked_signal_descriptor(void) {
    sigset_t blocked, watched;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    sigemptyset(&watched);
    for (int i = 0; i < caught_count; i++) {
        if (sigismember(&blocked, caught_signals[i])) sigaddset(&watched, caught_signals[i]);
    }
    return signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}
