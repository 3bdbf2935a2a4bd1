// What Swift's Glibc module lacks: see each function's reason.
#ifndef C_SYSTEM_SHIM_H
#define C_SYSTEM_SHIM_H

#include <stdint.h>

/// `statfs(2)`: the type of the file system that holds `path`, as in <linux/magic.h>; -1 and `errno` on failure.
int64_t shim_file_system_type(const char *path);

/// `O_DIRECT`, which differs between architectures and which Glibc shows under _GNU_SOURCE alone.
int32_t shim_direct_flag(void);

#endif
