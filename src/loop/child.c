/* fork or vfork, then the few steps to exec. What fails in the child is told to the parent through a pipe
 * that closes by itself when exec works, so that the caller gets the reason instead of a child that ended
 * early. */
#include "loop/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/sandbox_child.h"

enum { FDS = 16, YIELDING_NICE = 10 };

struct failure { /* what the child says before it ends */
    int error;
    char what[60];
};

__attribute__((noreturn)) static void child_fail(int report_fd, const char *what)
{
    struct failure failure = {.error = errno};
    snprintf(failure.what, sizeof failure.what, "%s", what);
    ssize_t written = write(report_fd, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

/* Every descriptor goes up first, so that placing one never overwrites another that is still to be placed. */
static void fds_place(const struct child_options *options, int *report_fd)
{
    int high[FDS];
    int above = FDS;
    *report_fd = fcntl(*report_fd, F_DUPFD_CLOEXEC, above);
    for (size_t i = 0; i < options->n_fds; i++) {
        int fd = options->fds[i];
        high[i] = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, above) : open("/dev/null", O_RDWR | O_CLOEXEC);
        if (high[i] < 0)
            child_fail(*report_fd, "descriptors");
    }
    for (size_t i = 0; i < options->n_fds; i++)
        if (dup2(high[i], (int)i) < 0)
            child_fail(*report_fd, "descriptors");
    /* Marked rather than closed: the report must stay open until exec has worked. */
    if (close_range((unsigned)options->n_fds, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
        child_fail(*report_fd, "close_range");
}

static void limits_set(const struct child_limit *limits)
{
    for (const struct child_limit *limit = limits; limit && limit->resource >= 0; limit++) {
        struct rlimit now;
        struct rlimit wanted = {limit->soft, limit->hard};
        if (getrlimit((__rlimit_resource_t)limit->resource, &now) < 0)
            continue;
        if (wanted.rlim_max > now.rlim_max)
            wanted.rlim_max = now.rlim_max;
        if (wanted.rlim_cur > wanted.rlim_max)
            wanted.rlim_cur = wanted.rlim_max;
        setrlimit((__rlimit_resource_t)limit->resource, &wanted);
    }
}

static void signals_reset(int held_signal)
{
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigset_t held;
    sigemptyset(&held);
    if (held_signal)
        sigaddset(&held, held_signal);
    sigprocmask(SIG_SETMASK, &held, NULL);
}

static void number_write(const char *file, int number)
{
    char text[16];
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    int n = snprintf(text, sizeof text, "%d", number);
    ssize_t written = write(fd, text, (size_t)n);
    (void)written;
    close(fd);
}

static void oom_score_set(int score)
{
    prctl(PR_SET_DUMPABLE, 1); /* else our own files in /proc belong to root */
    number_write("/proc/self/oom_score_adj", score);
}

/* A session may be a group that the kernel schedules as one (sched(7), autogroup): what is nice in it is nice
 * to itself only, and the group wants to be told, too. */
void child_yield(pid_t pid)
{
    const struct sched_param none = {0};
    char group[40];
    snprintf(group, sizeof group, "/proc/%d/autogroup", (int)pid);
    sched_setscheduler(pid, SCHED_BATCH, &none);
    setpriority(PRIO_PROCESS, (id_t)pid, YIELDING_NICE);
    number_write(group, YIELDING_NICE);
}

static void cgroup_enter(int cgroup_fd, int report_fd)
{
    int fd = openat(cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1)
        child_fail(report_fd, "entering the cgroup");
    close(fd);
}

static void user_become(const struct child_user *user, int report_fd)
{
    if (setgroups((size_t)user->n_groups, user->groups) < 0 ||
        setresgid(user->group, user->group, user->group) < 0 ||
        setresuid(user->user, user->user, user->user) < 0)
        child_fail(report_fd, "becoming another user");
}

__attribute__((noreturn)) static void child_become(const struct child_options *options, bool in_cgroup,
                                                   pid_t parent, int report_fd)
{
    if (options->new_session)
        setsid();
    if (options->cgroup_fd >= 0 && !in_cgroup)
        cgroup_enter(options->cgroup_fd, report_fd);
    if (options->oom_score)
        oom_score_set(options->oom_score);
    if (options->yields) {
        prctl(PR_SET_DUMPABLE, 1);
        child_yield(getpid());
    }
    if (options->folder && chdir(options->folder) < 0)
        child_fail(report_fd, "working directory");
    fds_place(options, &report_fd);
    if (options->terminal && (dup2(STDOUT_FILENO, STDIN_FILENO) < 0 || ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0))
        child_fail(report_fd, "its terminal");
    limits_set(options->limits);
    if (options->user)
        user_become(options->user, report_fd);
    /* After the change of user, which would undo it. */
    if (options->death_signal && prctl(PR_SET_PDEATHSIG, options->death_signal) < 0)
        child_fail(report_fd, "PR_SET_PDEATHSIG");
    if (getppid() != parent) /* it ended before we asked to be told */
        _exit(127);
    signals_reset(options->held_signal);
    if (options->sandbox && sandbox_child_enter(options->sandbox) < 0)
        child_fail(report_fd, "its sandbox");
    execve(options->path, (char *const *)options->arguments, (char *const *)options->environment);
    child_fail(report_fd, options->path);
}

/* Who is born in a cgroup need not move there, which waits until each processor has passed through the
 * kernel's scheduler (RCU): ten milliseconds and more. Before Linux 5.7 there is no such birth. */
static pid_t child_fork(int cgroup_fd, bool *ret_in_cgroup)
{
    struct clone_args birth = {
        .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (unsigned)cgroup_fd};
    *ret_in_cgroup = cgroup_fd >= 0;
    pid_t pid = cgroup_fd >= 0 ? (pid_t)syscall(SYS_clone3, &birth, sizeof birth) : -1;
    if (pid >= 0)
        return pid;
    *ret_in_cgroup = false;
    return fork();
}

/* Until it is another program such a child lives in our memory while we stand still: to copy the tables of a
 * process's memory, and then each page that either writes to, costs a start more than all else here. Becoming
 * another user and entering a sandbox go through libraries that keep notes in memory, which would stay ours.
 */
static bool child_borrows(const struct child_options *options)
{
    return options->cgroup_fd < 0 && !options->user && !options->sandbox;
}

int child_start(const struct child_options *options, pid_t *ret_pid, struct err *err)
{
    if (options->n_fds > FDS)
        return err_set(err, "%s: more than %d descriptors", options->path, FDS);
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0)
        return err_set(err, "%s: no pipe: %s", options->path, strerror(errno));
    /* Signals wait: a handler of ours must not run in the child. */
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t parent = getpid();
    bool in_cgroup = false;
    pid_t pid;
    if (child_borrows(options))
        pid = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
    else
        pid = child_fork(options->cgroup_fd, &in_cgroup);
    if (pid ==
        0) /* NOLINTNEXTLINE(clang-analyzer-unix.Vfork): Linux asks only that the child does not return */
        child_become(options, in_cgroup, parent, report[1]);
    int error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (pid < 0) {
        close(report[0]);
        return err_set(err, "%s: cannot fork: %s", options->path, strerror(error));
    }
    struct failure failure;
    ssize_t n;
    while ((n = read(report[0], &failure, sizeof failure)) < 0 && errno == EINTR)
        ;
    close(report[0]);
    if (n == (ssize_t)sizeof failure) {
        waitpid(pid, NULL, 0);
        return err_set(err, "%s: %s: %s", options->path, failure.what, strerror(failure.error));
    }
    *ret_pid = pid;
    return 0;
}
