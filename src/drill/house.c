#include "drill/house.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/mount.h>

enum { HOUSE_FAILED = 120 };

static int file_put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? write(fd, text, strlen(text)) : -1;
    if (fd >= 0)
        close(fd);
    return n < 0 ? -1 : 0;
}

/* Whoever started it is root inside, and still nobody else outside. */
static int users_map(uid_t user, gid_t group, struct err *err)
{
    char text[64];
    snprintf(text, sizeof text, "0 %u 1", user);
    if (file_put("/proc/self/uid_map", text) < 0)
        return err_set(err, "the user namespace: /proc/self/uid_map: %s", strerror(errno));
    if (file_put("/proc/self/setgroups", "deny") < 0 && errno != ENOENT)
        return err_set(err, "the user namespace: /proc/self/setgroups: %s", strerror(errno));
    snprintf(text, sizeof text, "0 %u 1", group);
    if (file_put("/proc/self/gid_map", text) < 0)
        return err_set(err, "the user namespace: /proc/self/gid_map: %s", strerror(errno));
    return 0;
}

static int namespaces_make(struct err *err)
{
    enum { OTHERS = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS };
    uid_t user = geteuid();
    gid_t group = getegid();
    if (unshare(CLONE_NEWUSER | OTHERS) == 0)
        return users_map(user, group, err);
    if (user == 0 && unshare(OTHERS) == 0)
        return 0;
    return err_set(
        err,
        "this system does not let a user make namespaces (%s); a drill needs them, so that it cannot "
        "touch the machine: run it as root, or allow user namespaces",
        strerror(errno));
}

static int memory_over(const char *folder, mode_t mode, struct err *err)
{
    char options[32];
    snprintf(options, sizeof options, "mode=%o", (unsigned)mode);
    if (mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
        return err_set(err, "%s: cannot mount a folder in memory there: %s", folder, strerror(errno));
    return 0;
}

static int files_lay(struct err *err)
{
    struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return err_set(err, "/: cannot be made private: %s", strerror(errno));
    if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &read_only, sizeof read_only) < 0)
        return err_set(err, "/: cannot be made read-only (Linux 5.12 or later can): %s", strerror(errno));
    if (memory_over("/run", 0755, err) < 0 || memory_over("/dev/shm", 01777, err) < 0)
        return -1;
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return err_set(err, "/proc: %s", strerror(errno));
    if (mkdir(HOUSE_FOLDER, 0755) < 0)
        return err_set(err, HOUSE_FOLDER ": %s", strerror(errno));
    int fd = open(HOUSE_HOSTS, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd >= 0)
        close(fd);
    if (fd < 0 || mount(HOUSE_HOSTS, "/etc/hosts", NULL, MS_BIND, NULL) < 0)
        return err_set(err, "/etc/hosts: %s", strerror(errno));
    return 0;
}

static int loopback_up(struct err *err)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int done = fd >= 0 ? ioctl(fd, SIOCSIFFLAGS, &request) : -1;
    if (fd >= 0)
        close(fd);
    return done < 0 ? err_set(err, "the loopback: %s", strerror(errno)) : 0;
}

/* What went wrong is told through the pipe, which the caller reads. */
__attribute__((noreturn)) static void fail(int report_fd, const struct err *err)
{
    ssize_t ignored = write(report_fd, err->text, strlen(err->text));
    (void)ignored;
    _exit(HOUSE_FAILED);
}

__attribute__((noreturn)) static void first_process(int (*life)(void *context), void *context, int report_fd)
{
    struct err err = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (files_lay(&err) < 0 || loopback_up(&err) < 0)
        fail(report_fd, &err);
    close(report_fd);
    int code = life(context);
    fflush(stdout);
    _exit(code);
}

/* Only the child of whoever made the process namespace is inside. This one stands between, and passes on. */
__attribute__((noreturn)) static void doorkeeper(int (*life)(void *context), void *context, int report_fd)
{
    struct err err = {0};
    int status;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (namespaces_make(&err) < 0)
        fail(report_fd, &err);
    pid_t first = fork();
    if (first == 0)
        first_process(life, context, report_fd);
    close(report_fd);
    if (first < 0 || waitpid(first, &status, 0) < 0)
        _exit(HOUSE_FAILED);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : HOUSE_FAILED);
}

int house_live(int (*life)(void *context), void *context, struct err *err)
{
    int report[2], status = 0;
    if (pipe2(report, O_CLOEXEC) < 0)
        return err_set(err, "a pipe: %s", strerror(errno));
    fflush(NULL);
    pid_t keeper = fork();
    if (keeper == 0)
        doorkeeper(life, context, report[1]);
    close(report[1]);
    if (keeper < 0) {
        close(report[0]);
        return err_set(err, "a process: %s", strerror(errno));
    }
    char text[sizeof err->text];
    ssize_t n = read(report[0], text, sizeof text - 1);
    close(report[0]);
    while (waitpid(keeper, &status, 0) < 0 && errno == EINTR)
        ;
    if (n > 0) {
        text[n] = '\0';
        return err_set(err, "%s", text);
    }
    if (!WIFEXITED(status))
        return err_set(err, "the drill was ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) == HOUSE_FAILED)
        return err_set(err, "the drill was ended from outside");
    return WEXITSTATUS(status);
}
