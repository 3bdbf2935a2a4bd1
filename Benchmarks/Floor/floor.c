#include "floor.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int floor_open(const char *path) {
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
}

int floor_append(int file, const void *bytes, size_t count) {
    if (write(file, bytes, count) != (ssize_t)count) return -1;
    return fdatasync(file);
}

struct share {
    int *files;
    int count, rounds, failed;
    size_t bytes;
};

static void *work(void *argument) {
    struct share *share = argument;
    void *bytes = calloc(1, share->bytes);
    for (int round = 0; round < share->rounds; round++)
        for (int file = 0; file < share->count; file++)
            if (floor_append(share->files[file], bytes, share->bytes) != 0) share->failed = 1;
    free(bytes);
    return NULL;
}

int floor_append_many(const char *directory, int files, int threads, int rounds, size_t count) {
    int *opened = calloc((size_t)files, sizeof(int));
    pthread_t *running = calloc((size_t)threads, sizeof(pthread_t));
    struct share *shares = calloc((size_t)threads, sizeof(struct share));
    int failed = 0;
    for (int file = 0; file < files; file++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%d", directory, file);
        opened[file] = floor_open(path);
        if (opened[file] < 0) failed = 1;
    }
    for (int thread = 0; thread < threads && !failed; thread++) {
        int first = files * thread / threads, next = files * (thread + 1) / threads;
        shares[thread] = (struct share){opened + first, next - first, rounds, 0, count};
        pthread_create(&running[thread], NULL, work, &shares[thread]);
    }
    for (int thread = 0; thread < threads && !failed; thread++) {
        pthread_join(running[thread], NULL);
        if (shares[thread].failed) failed = 1;
    }
    for (int file = 0; file < files; file++) {
        char path[4096];
        if (opened[file] >= 0) close(opened[file]);
        snprintf(path, sizeof path, "%s/%d", directory, file);
        unlink(path);
    }
    free(opened);
    free(running);
    free(shares);
    return failed ? -1 : 0;
}
