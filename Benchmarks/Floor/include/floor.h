// The same writes as the vault makes, with nothing around them.
#ifndef VAULT_FLOOR_H
#define VAULT_FLOOR_H

#include <stddef.h>

/// Opens a new file for appending; -1 where that fails.
int floor_open(const char *path);

/// Writes `count` bytes and waits until they are durable; 0, or -1 where that fails.
int floor_append(int file, const void *bytes, size_t count);

/// Appends `rounds` pieces of `count` bytes to each of `files` new files in `directory`, from `threads` threads, each durably; 0 or -1.
int floor_append_many(const char *directory, int files, int threads, int rounds, size_t count);

#endif
