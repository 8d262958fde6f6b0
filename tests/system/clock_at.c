/* Preloaded into the program by clock_test.py: the wall clock of all its processes is off by what a shared
 * file says (CLOCK_AT, an int64_t of microseconds), which may change while they run. The monotonic clock is
 * not.
 *
 * The file is mapped before the program begins, for its sandbox opens no files. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *off_us;
static int (*real)(clockid_t id, struct timespec *time);

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("CLOCK_AT");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    if (fd < 0)
        return;
    void *at = mmap(NULL, sizeof *off_us, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED)
        off_us = at;
}

int clock_gettime(clockid_t id, struct timespec *time)
{
    int got = real(id, time);
    if (got != 0 || id != CLOCK_REALTIME || !off_us)
        return got;
    int64_t us = (int64_t)time->tv_sec * 1000000 + time->tv_nsec / 1000 + *off_us;
    time->tv_sec = us / 1000000;
    time->tv_nsec = us % 1000000 * 1000;
    return 0;
}
