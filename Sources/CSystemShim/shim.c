#define _GNU_SOURCE
#include "CSystemShim.h"
#include <fcntl.h>
#include <sys/vfs.h>

int64_t shim_file_system_type(const char *path) {
    struct statfs s;
    if (statfs(path, &s) != 0) return -1;
    return (int64_t)(uint32_t)s.f_type;
}

int32_t shim_direct_flag(void) {
    return O_DIRECT;
}
