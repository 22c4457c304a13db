/* A disk that fails to keep what it was told to keep: while the file named by SIXIN_TEST_SYNC_FAILS exists, fsync and
 * fdatasync answer EIO; and each of them sleeps for SIXIN_TEST_SYNC_SLEEPS microseconds. Loaded before the C library
 * by the test in disk.rs and by the benchmark. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int fails(void) {
    const char *trigger = getenv("SIXIN_TEST_SYNC_FAILS");
    return trigger != NULL && access(trigger, F_OK) == 0;
}

static int real(const char *name, int file) {
    const char *sleeps = getenv("SIXIN_TEST_SYNC_SLEEPS");
    if (sleeps != NULL) { usleep((useconds_t)atol(sleeps)); }
    int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return sync(file);
}

int fsync(int file) {
    if (fails()) { errno = EIO; return -1; }
    return real("fsync", file);
}

int fdatasync(int file) {
    if (fails()) { errno = EIO; return -1; }
    return real("fdatasync", file);
}
