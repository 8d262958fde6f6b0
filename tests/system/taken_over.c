/* Preloaded into the program by sandbox_test.py: at SIGUSR2 core, courier, runner or launcher does what the
 * test asks for, as it would for somebody who has taken it over. What is asked lies in a page of memory that
 * is shared with the test (TAKEN_OVER), mapped before the program begins.
 *
 * Each act is tried by a child, which has every right that the process has and no other, so that an act that
 * kills does not end the test. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct wish {
    char role[16];
    char act[32];
    char argument[512];
    volatile int wanted, done; /* counters: done follows wanted */
    int status;                /* of the child, as of waitpid(2): exit 0 it was done, else the errno */
};

static struct wish *wish;
static char role[16];

static int verdict(long result)
{
    return result < 0 ? errno : 0;
}

static int act_exec(const char *path)
{
    char *arguments[] = {(char *)path, NULL};
    return verdict(execve(path, arguments, arguments));
}

static struct sockaddr_in loopback(const char *port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)atoi(port)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int act_dial(const char *port)
{
    struct sockaddr_in at = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno : verdict(connect(fd, (struct sockaddr *)&at, sizeof at));
}

static int act_listen(const char *port)
{
    struct sockaddr_in at = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0)
        return errno;
    return verdict(listen(fd, 1));
}

static int act_read(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY);
    return fd < 0 ? errno : verdict(read(fd, &byte, 1));
}

static int act_write(const char *path)
{
    return verdict(open(path, O_WRONLY));
}

static int act_make(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    int result = verdict(fd);
    if (fd >= 0)
        unlink(path);
    return result;
}

static int act_trace(const char *pid)
{
    return verdict(ptrace(PTRACE_SEIZE, atoi(pid), NULL, NULL));
}

/* 0 is sent, which asks for the right and does no harm. */
static int act_kill(const char *pid)
{
    return verdict(kill(atoi(pid), 0));
}

static int act_limit(const char *pid)
{
    struct rlimit now;
    return verdict(prlimit(atoi(pid), RLIMIT_NOFILE, NULL, &now));
}

static int act_local(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0)
        return errno;
    int result = verdict(listen(fd, 1));
    unlink(path);
    return result;
}

static int act_remove(const char *path)
{
    char other[600];
    snprintf(other, sizeof other, "%s.gone", path);
    return verdict(rename(path, other) < 0 ? -1 : rename(other, path));
}

static int act_mount(const char *path)
{
    return verdict(mount("none", path, "tmpfs", 0, NULL));
}

static int act_memory(const char *pid)
{
    char byte;
    struct iovec local = {&byte, 1}, remote = {(void *)4096, 1};
    long n = process_vm_readv(atoi(pid), &local, 1, &remote, 1, 0);
    return n < 0 && errno == EFAULT ? 0 : verdict(n); /* the address was wrong, the right was there */
}

/* Is there any descriptor whose target begins so? */
static int act_holds(const char *prefix)
{
    for (int fd = 0; fd < 1024; fd++) {
        char link[40], target[600];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, target, sizeof target - 1);
        if (n < 0)
            continue;
        target[n] = '\0';
        if (strncmp(target, prefix, strlen(prefix)) == 0)
            return 0;
    }
    return ENOENT;
}

static int act_environment(const char *name)
{
    return getenv(name) ? 0 : ENOENT;
}

static int act_root(const char *unused)
{
    (void)unused;
    return verdict(setresuid(0, 0, 0));
}

/* A frame to the peer on the given descriptor: "FD KIND PAYLOAD". It passes by the program's own rules. */
static int act_frame(const char *argument)
{
    int fd, kind, at = 0;
    if (sscanf(argument, "%d %d %n", &fd, &kind, &at) < 2)
        return EINVAL;
    const char *payload = argument + at;
    unsigned char frame[600];
    size_t n = strlen(payload);
    for (int i = 0; i < 4; i++)
        frame[i] = (unsigned char)(n >> (8 * i));
    frame[4] = (unsigned char)kind;
    frame[5] = (unsigned char)(kind >> 8);
    memcpy(frame + 6, payload, n);
    return verdict(write(fd, frame, 6 + n));
}

static const struct {
    const char *name;
    int (*act)(const char *argument);
} acts[] = {{"exec", act_exec},   {"dial", act_dial},    {"listen", act_listen},
            {"read", act_read},   {"write", act_write},  {"make", act_make},
            {"trace", act_trace}, {"mount", act_mount},  {"memory", act_memory},
            {"holds", act_holds}, {"frame", act_frame},  {"environment", act_environment},
            {"root", act_root},   {"kill", act_kill},    {"limit", act_limit},
            {"local", act_local}, {"remove", act_remove}};

/* In the main thread: Landlock binds threads one by one. _Fork takes no locks. */
static void on_signal(int number)
{
    (void)number;
    int error = errno;
    if (strcmp(wish->role, role) != 0)
        return;
    pid_t pid = _Fork();
    if (pid == 0) {
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
            if (strcmp(acts[i].name, wish->act) == 0)
                _exit(acts[i].act(wish->argument));
        _exit(255);
    }
    int status = 254 << 8;
    if (pid > 0)
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    wish->status = status;
    wish->done = wish->wanted;
    errno = error;
}

__attribute__((constructor)) static void begin(void)
{
    char line[256] = "";
    const char *path = getenv("TAKEN_OVER");
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    /* crashcart role NAME ... */
    const char *word = line + strlen(line) + 1;
    if (n <= 0 || word >= line + n || strcmp(word, "role") != 0 || !path)
        return;
    snprintf(role, sizeof role, "%s", word + 5);
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    wish = mmap(NULL, sizeof *wish, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (wish != MAP_FAILED)
        signal(SIGUSR2, on_signal);
}
