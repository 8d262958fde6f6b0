#include "loop/fleet.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"

enum { END_PATIENCE_MS = 5000, GOOD_ROUND_S = 60, REPLACE_EVERY_MS = 1000 };

static const int pauses_ms[] = {0, 100, 500, 1000, 2000, 5000};
enum { PAUSES = sizeof pauses_ms / sizeof *pauses_ms };

struct round {
    const struct fleet *fleet;
    int signal_fd;
    pid_t pids[FLEET_MEMBERS]; /* 0: it has ended */
    bool stop;                 /* asked to by a signal */
    bool refused;
    int64_t replaced_ms;
    int64_t look_ms; /* when the next look at the beats is due */
    uint64_t beats[FLEET_MEMBERS];
    int silent[FLEET_MEMBERS]; /* looks in a row */
};

static void member_log(const char *name, int status, bool expected)
{
    enum log_level level = expected ? LOG_INFO : LOG_ERROR;
    if (WIFSIGNALED(status))
        log_event(level, "process.ended", "name=%s signal=%d", name, WTERMSIG(status));
    else
        log_event(level, "process.ended", "name=%s exit=%d", name, WEXITSTATUS(status));
}

/* True when a member has ended. */
static bool members_reap(struct round *round, bool expected)
{
    bool ended = false;
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        for (size_t i = 0; i < round->fleet->n_members; i++) {
            if (round->pids[i] != pid)
                continue;
            round->pids[i] = 0;
            ended = true;
            member_log(round->fleet->members[i].name, status, expected);
            round->refused |= WIFEXITED(status) && WEXITSTATUS(status) == FLEET_REFUSED;
        }
    }
    return ended;
}

static void members_signal(const struct round *round, size_t from, int signal_number)
{
    for (size_t i = from; i < round->fleet->n_members; i++)
        if (round->pids[i])
            kill(round->pids[i], signal_number);
}

static void reload_pass_on(const struct round *round)
{
    for (size_t i = 0; i < round->fleet->n_members; i++)
        if (round->pids[i] && round->fleet->members[i].hears_reload)
            kill(round->pids[i], SIGHUP);
    if (round->fleet->reload)
        round->fleet->reload(round->fleet->context);
}

/* Waits for signals, at most timeout_ms (-1: for ever), and notes what they ask for. */
static void signals_take(struct round *round, int timeout_ms)
{
    struct pollfd wait = {.fd = round->signal_fd, .events = POLLIN};
    struct signalfd_siginfo info;
    poll(&wait, 1, timeout_ms);
    while (read(round->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            round->stop = true;
        if (info.ssi_signo == SIGHUP)
            reload_pass_on(round);
    }
}

static int64_t now_ms(void)
{
    return clock_monotonic_us(clock_system()) / 1000;
}

static bool members_run(const struct round *round, size_t from, size_t until)
{
    for (size_t i = from; i < until; i++)
        if (round->pids[i])
            return true;
    return false;
}

/* Waits until none of the members from..until runs; false after the patience. */
static bool members_await(struct round *round, size_t from, size_t until)
{
    int64_t deadline_ms = now_ms() + END_PATIENCE_MS;
    for (;;) {
        members_reap(round, true);
        int64_t left_ms = deadline_ms - now_ms();
        if (!members_run(round, from, until))
            return true;
        if (left_ms <= 0)
            return false;
        signals_take(round, (int)left_ms);
    }
}

static void members_end(struct round *round, size_t from, size_t until)
{
    for (size_t i = from; i < until; i++)
        if (round->pids[i])
            kill(round->pids[i], SIGTERM);
    while (!members_await(round, from, until)) {
        log_event(LOG_WARNING, "process.kill", "after_ms=%d", END_PATIENCE_MS);
        members_signal(round, from, SIGKILL);
    }
}

static void looks_begin(struct round *round)
{
    round->look_ms = now_ms() + round->fleet->look_ms;
    memset(round->silent, 0, sizeof round->silent);
}

static int sooner_ms(int due_ms, int64_t look_ms)
{
    return due_ms >= 0 && due_ms < look_ms ? due_ms : (int)look_ms;
}

/* Until the next look, or until something else is due. */
static int wait_ms(const struct round *round, int due_ms)
{
    int64_t left_ms = round->look_ms - now_ms();
    return round->fleet->beats ? sooner_ms(due_ms, left_ms > 0 ? left_ms : 0) : due_ms;
}

/* What counts are looks, not time: when the machine sleeps, nobody beats and nobody looks. */
static void members_look_at(struct round *round)
{
    if (!round->fleet->beats || now_ms() < round->look_ms)
        return;
    round->look_ms = now_ms() + round->fleet->look_ms;
    for (size_t i = 0; i < round->fleet->n_members; i++) {
        uint64_t beats = __atomic_load_n(round->fleet->beats[i], __ATOMIC_RELAXED);
        bool starts = beats == 0 && round->fleet->members[i].slow_start;
        bool silent = beats == round->beats[i] && !starts;
        round->beats[i] = beats;
        round->silent[i] = silent ? round->silent[i] + 1 : 0;
        if (round->silent[i] < FLEET_SILENT_LOOKS || !round->pids[i])
            continue;
        log_event(LOG_ERROR, "process.hangs", "name=%s for_s=%d effect=%s", round->fleet->members[i].name,
                  FLEET_SILENT_LOOKS * round->fleet->look_ms / 1000, log_quote("it is killed"));
        kill(round->pids[i], SIGKILL);
    }
}

static void pause_until(struct round *round, int64_t until_ms)
{
    while (!round->stop && now_ms() < until_ms)
        signals_take(round, (int)(until_ms - now_ms()));
}

/* A member has ended: true: the round goes on with another one. */
static bool members_replace(struct round *round)
{
    struct err err = {0};
    if (!round->fleet->replace || !round->pids[0])
        return false;
    pause_until(round, round->replaced_ms + REPLACE_EVERY_MS);
    members_reap(round, false);
    if (round->stop || !round->pids[0])
        return false;
    int result = round->fleet->replace(round->fleet->context, round->pids, &err);
    if (result < 0)
        log_event(LOG_ERROR, "process.not_replaced", "why=%s", log_quote(err.text));
    if (result != 0)
        return false;
    round->replaced_ms = now_ms();
    round->refused = false;
    looks_begin(round);
    return true;
}

/* Starts all, watches until one ends or a stop is asked for, ends all. */
static void round_run(struct round *round)
{
    struct err err;
    if (round->fleet->start(round->fleet->context, round->pids, &err) < 0) {
        memset(round->pids, 0, sizeof round->pids);
        log_event(LOG_ERROR, "process.start_failed", "why=%s", log_quote(err.text));
        return;
    }
    looks_begin(round);
    round->replaced_ms = now_ms() - REPLACE_EVERY_MS;
    while ((!members_reap(round, false) || members_replace(round)) && !round->stop) {
        int due_ms = round->fleet->reload_due_ms ? round->fleet->reload_due_ms(round->fleet->context) : -1;
        if (due_ms == 0)
            reload_pass_on(round);
        else
            signals_take(round, wait_ms(round, due_ms));
        members_look_at(round);
    }
    if (round->stop)
        members_end(round, 0, 1);
    members_end(round, 0, round->fleet->n_members);
}

static void pause_before_round(struct round *round, int n_failed)
{
    int pause_ms = pauses_ms[n_failed < PAUSES ? n_failed : PAUSES - 1];
    log_event(LOG_WARNING, "process.restart", "all=true after_ms=%d", pause_ms);
    pause_until(round, now_ms() + pause_ms);
}

int fleet_run(const struct fleet *fleet)
{
    must(fleet->n_members <= FLEET_MEMBERS);
    sigset_t signals;
    sigemptyset(&signals);
    for (size_t i = 0; i < 4; i++)
        sigaddset(&signals, (const int[]){SIGCHLD, SIGTERM, SIGINT, SIGHUP}[i]);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    struct round round = {.fleet = fleet, .signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)};
    must(round.signal_fd >= 0);
    int n_failed = 0; /* rounds in a row that ended too soon */
    for (bool first = true; !round.stop;) {
        int64_t begun_ms = now_ms();
        round.refused = false;
        round_run(&round);
        if (round.stop)
            break;
        bool mended = round.refused && fleet->mend && fleet->mend(fleet->context);
        if (first && round.refused && !mended)
            break;
        first = first && round.refused;
        if (now_ms() - begun_ms > GOOD_ROUND_S * 1000)
            n_failed = 0;
        pause_before_round(&round, n_failed++);
    }
    close(round.signal_fd);
    return round.stop ? 0 : FLEET_REFUSED;
}
