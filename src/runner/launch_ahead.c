/* A shell that is started before its step is known, so that who waits for the step does not wait for the
 * start of a shell.
 *
 *     a step was asked for -> nothing is asked for a moment -> one is started, waits -> a step takes it
 *                                                                             or 10 minutes pass: it is ended
 *
 * It has all that a shell started for the step has: its keeper, its cgroup, its limits and, where the step
 * only looks, its sandbox; it is used once. There is at most one of each kind, and none while no run goes on.
 * What it does not have in time, or what can no longer be had (rules over files that have changed since), is
 * left to a shell that is started for the step. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/must.h"
#include "loop/keeper.h"
#include "loop/sandbox_child.h"
#include "runner/launcher_priv.h"
#include "runner/shell.h"

/* While a step runs that may be short, it has the processors for itself. */
enum { AFTER_ORDER_MS = 50, AFTER_END_MS = 0 };
enum { KINDS = 2, WAITS_MS = 10 * 60 * 1000, STARTED_PATIENCE_MS = 20 };

struct waiting {          /* a shell */
    struct launch launch; /* its keeper and its cgroup */
    int control_fd;       /* -1: there is none */
    int output_fd;
    int word_fd; /* a line there, and it goes on */
    int order_fd;
    unsigned long edition; /* of the rules that it has entered */
};

struct ahead {
    struct launcher *launcher;
    uv_timer_t *timer;
    int prelude_fd; /* -1: not made yet */
    int64_t n_started;
    struct waiting waiting[KINDS]; /* the second: confined */
    bool wanted[KINDS];
};

struct ahead *ahead_new(struct launcher *launcher)
{
    struct ahead *ahead = arena_alloc(launcher->arena, sizeof *ahead);
    *ahead =
        (struct ahead){.launcher = launcher, .timer = heap_alloc(sizeof *ahead->timer), .prelude_fd = -1};
    for (int kind = 0; kind < KINDS; kind++)
        ahead->waiting[kind].control_fd = -1;
    must(uv_timer_init(launcher->loop, ahead->timer) == 0);
    uv_unref((uv_handle_t *)ahead->timer);
    ahead->timer->data = ahead;
    return ahead;
}

/* ---- one begins, and ends ---- */

static void fds_close(const int *fds, size_t n_fds)
{
    for (size_t i = 0; i < n_fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* Its keeper, whose socket closes, ends what is left. */
static void waiting_end(struct ahead *ahead, struct waiting *waiting)
{
    const int fds[] = {waiting->control_fd, waiting->output_fd, waiting->word_fd, waiting->order_fd};
    if (waiting->control_fd < 0)
        return;
    fds_close(fds, sizeof fds / sizeof *fds);
    waiting->control_fd = -1;
    while (waitpid(waiting->launch.keeper, NULL, 0) < 0 && errno == EINTR)
        ;
    if (waiting->launch.cgroup_fd >= 0)
        cgroup_remove(ahead->launcher->cgroups, waiting->launch.cgroup_name, waiting->launch.cgroup_fd);
}

static int shell_start(struct ahead *ahead, struct waiting *waiting, bool confined, const int *fds,
                       size_t n_fds, struct err *err)
{
    struct launcher *launcher = ahead->launcher;
    struct launch *launch = &waiting->launch;
    const struct launch_program program = {.path = SHELL_PATH,
                                           .arguments = shell_arguments,
                                           .folder = "/",
                                           .fds = fds,
                                           .n_fds = n_fds,
                                           .confined = confined};
    *launch = (struct launch){.launcher = launcher, .cgroup_fd = -1};
    snprintf(launch->cgroup_name, sizeof launch->cgroup_name, "ahead-%lld", (long long)++ahead->n_started);
    if (launcher->cgroups)
        launch->cgroup_fd = cgroup_make(launcher->cgroups, launch->cgroup_name, &launcher->bounds);
    int started = launch_keep(launch, &program, &waiting->control_fd, err);
    waiting->edition = confined ? sandbox_child_edition(launcher->sandbox) : 0;
    if (started < 0 && launch->cgroup_fd >= 0)
        cgroup_remove(launcher->cgroups, launch->cgroup_name, launch->cgroup_fd);
    return started;
}

static void waiting_begin(struct ahead *ahead, struct waiting *waiting, bool confined)
{
    int output[2] = {-1, -1}, word[2] = {-1, -1};
    struct err err;
    int order_fd = shell_order_fd(), started = -1;
    if (ahead->prelude_fd < 0)
        ahead->prelude_fd = shell_ahead_prelude_fd(ahead->launcher->environment);
    if (order_fd < 0 || ahead->prelude_fd < 0 || pipe2(output, O_CLOEXEC) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, word) < 0) {
        err_set(&err, "%s", strerror(errno));
    } else {
        const int fds[] = {-1, output[1], output[1], ahead->prelude_fd, word[1], order_fd};
        started = shell_start(ahead, waiting, confined, fds, sizeof fds / sizeof *fds, &err);
    }
    const int theirs[] = {output[1], word[1]}, ours[] = {output[0], word[0], order_fd};
    fds_close(theirs, sizeof theirs / sizeof *theirs);
    waiting->output_fd = output[0];
    waiting->word_fd = word[0];
    waiting->order_fd = order_fd;
    if (started >= 0)
        return;
    fds_close(ours, sizeof ours / sizeof *ours);
    log_event(LOG_WARNING, "step.none_ahead", "error=%s",
              log_quote(err.text)); /* the step may have more luck */
}

/* No run goes on any more. */
static void on_long_pause(uv_timer_t *timer)
{
    struct ahead *ahead = timer->data;
    for (int kind = 0; kind < KINDS; kind++) {
        waiting_end(ahead, &ahead->waiting[kind]);
        ahead->wanted[kind] = false;
    }
}

static void on_pause(uv_timer_t *timer)
{
    struct ahead *ahead = timer->data;
    for (int kind = 0; kind < KINDS; kind++)
        if (ahead->wanted[kind] && ahead->waiting[kind].control_fd < 0)
            waiting_begin(ahead, &ahead->waiting[kind], kind != 0);
    uv_timer_start(timer, on_long_pause, WAITS_MS, 0);
}

static void start_after(struct ahead *ahead, uint64_t pause_ms)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (ahead->wanted[kind])
            uv_timer_start(ahead->timer, on_pause, pause_ms, 0);
}

void ahead_want(struct ahead *ahead, bool confined)
{
    ahead->wanted[confined] = true;
    start_after(ahead, AFTER_ORDER_MS);
}

void ahead_step_ended(struct ahead *ahead)
{
    start_after(ahead, AFTER_END_MS);
}

static void timer_closed(uv_handle_t *timer)
{
    free(timer);
}

void ahead_free(struct ahead *ahead)
{
    if (!ahead)
        return;
    for (int kind = 0; kind < KINDS; kind++)
        waiting_end(ahead, &ahead->waiting[kind]);
    if (ahead->prelude_fd >= 0)
        close(ahead->prelude_fd);
    uv_close((uv_handle_t *)ahead->timer, timer_closed);
}

/* ---- a step takes one ---- */

/* It need not have come to where it waits: what it is told is there then. What its keeper says first is left
 * for who reads its output. */
static bool has_started(const struct waiting *waiting, pid_t *ret_shell)
{
    struct pollfd wait = {.fd = waiting->control_fd, .events = POLLIN};
    struct keeper_report report;
    if (poll(&wait, 1, STARTED_PATIENCE_MS) != 1 ||
        recv(waiting->control_fd, &report, sizeof report, MSG_PEEK | MSG_DONTWAIT) !=
            (ssize_t)sizeof report ||
        report.kind != KEEPER_STARTED)
        return false;
    *ret_shell = report.value;
    return true;
}

static bool goes_by_the_rules(const struct ahead *ahead, const struct waiting *waiting, bool confined)
{
    if (!confined)
        return true;
    sandbox_child_renew(ahead->launcher->sandbox);
    return waiting->edition == sandbox_child_edition(ahead->launcher->sandbox);
}

bool ahead_take(struct ahead *ahead, struct launch *launch, bool confined, const struct ahead_order *order,
                int *ret_control_fd, int *ret_output_fd)
{
    struct waiting *waiting = &ahead->waiting[confined];
    pid_t shell;
    if (*order->folder != '/' || waiting->control_fd < 0)
        return false;
    if (!goes_by_the_rules(ahead, waiting, confined)) {
        waiting_end(ahead, waiting);
        return false;
    }
    if (!has_started(waiting, &shell))
        return false;
    if (shell_order_put(waiting->order_fd, order->folder, order->command, order->saves) < 0) {
        waiting_end(ahead, waiting);
        return false;
    }
    if (order->yields)
        child_yield(shell);
    if (send(waiting->word_fd, "\n", 1, MSG_NOSIGNAL) != 1) { /* it has ended, and has begun nothing */
        waiting_end(ahead, waiting);
        return false;
    }
    close(waiting->word_fd);
    close(waiting->order_fd);
    launch->keeper = waiting->launch.keeper;
    launch->cgroup_fd = waiting->launch.cgroup_fd;
    memcpy(launch->cgroup_name, waiting->launch.cgroup_name, sizeof launch->cgroup_name);
    *ret_control_fd = waiting->control_fd;
    *ret_output_fd = waiting->output_fd;
    waiting->control_fd = -1;
    return true;
}

bool ahead_is_ready(const struct ahead *ahead)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (ahead->wanted[kind] && ahead->waiting[kind].control_fd < 0)
            return false;
    return true;
}
