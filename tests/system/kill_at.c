/* Preloaded into the program by kill_loop.py: ends a process with SIGKILL right before or right after its
 * n-th call of a kind, or stops it there until it is told to go on, so that every place where something
 * becomes durable or leaves the process is a place to die.
 *
 * The plan lies in a file that is shared by all processes (KILL_PLAN) and written by the loop while they run.
 * It is mapped before the program begins, for its sandbox opens no files. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { KIND_NONE, KIND_SYNC, KIND_WRITE, KIND_SEND };

enum how { BEFORE, AFTER, STOPS };

struct plan {
    char role[16];
    int32_t kind;
    int32_t how;  /* before it, or after the call has been made; or it stops before it */
    int64_t left; /* the call that counts it down to 0 is the last one */
    int64_t fired;
};

static struct plan *plan;
static char role[16];
static pid_t self; /* its forked children are somebody else */

static void find_role(void)
{
    char line[256] = {0};
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    const char *word = line + strlen(line) + 1;
    if (n > 0 && word < line + n && strcmp(word, "role") == 0)
        snprintf(role, sizeof role, "%s", word + 5);
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("KILL_PLAN");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    find_role();
    self = getpid();
    void *at = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED && *role)
        plan = at;
}

/* Is this call the one? */
static int counts(enum kind kind)
{
    return plan && __atomic_load_n(&plan->kind, __ATOMIC_ACQUIRE) == (int32_t)kind &&
           strcmp(plan->role, role) == 0 && getpid() == self &&
           __atomic_sub_fetch(&plan->left, 1, __ATOMIC_ACQ_REL) == 0;
}

static void end(void)
{
    __atomic_store_n(&plan->kind, KIND_NONE, __ATOMIC_RELEASE);
    __atomic_store_n(&plan->fired, 1, __ATOMIC_RELEASE);
    syscall(SYS_kill, getpid(), plan->how == STOPS ? SIGSTOP : SIGKILL);
    if (plan->how != STOPS)
        __builtin_trap();
}

#define WRAP(KIND, TYPE, NAME, PARAMETERS, ARGUMENTS)                                                        \
    TYPE NAME PARAMETERS;                                                                                    \
    TYPE NAME PARAMETERS                                                                                     \
    {                                                                                                        \
        static TYPE(*real) PARAMETERS;                                                                       \
        if (!real)                                                                                           \
            *(void **)&real = dlsym(RTLD_NEXT, #NAME);                                                       \
        int last = counts(KIND);                                                                             \
        if (last && plan->how != AFTER)                                                                      \
            end();                                                                                           \
        TYPE result = real ARGUMENTS;                                                                        \
        if (last && plan->how == AFTER)                                                                      \
            end();                                                                                           \
        return result;                                                                                       \
    }

WRAP(KIND_SYNC, int, fsync, (int fd), (fd))
WRAP(KIND_SYNC, int, fdatasync, (int fd), (fd))
WRAP(KIND_WRITE, ssize_t, pwrite, (int fd, const void *at, size_t n, off_t place), (fd, at, n, place))
WRAP(KIND_WRITE, ssize_t, pwrite64, (int fd, const void *at, size_t n, off64_t place), (fd, at, n, place))
WRAP(KIND_WRITE, int, ftruncate, (int fd, off_t size), (fd, size))
WRAP(KIND_WRITE, int, ftruncate64, (int fd, off64_t size), (fd, size))
WRAP(KIND_WRITE, int, rename, (const char *from, const char *to), (from, to))
WRAP(KIND_SEND, ssize_t, write, (int fd, const void *at, size_t n), (fd, at, n))
WRAP(KIND_SEND, ssize_t, writev, (int fd, const struct iovec *parts, int n), (fd, parts, n))
WRAP(KIND_SEND, ssize_t, send, (int fd, const void *at, size_t n, int flags), (fd, at, n, flags))
WRAP(KIND_SEND, ssize_t, sendto,
     (int fd, const void *at, size_t n, int flags, const struct sockaddr *to, socklen_t n_to),
     (fd, at, n, flags, to, n_to))
WRAP(KIND_SEND, ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
