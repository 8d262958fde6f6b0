/* The keeper's own process: it starts the program, reaps, and obeys two orders. It was forked without exec
 * from a process with one thread, so the heap is sound; it holds nothing open but its socket and the cgroup.
 *
 * Ending a tree by walking /proc races with fork. Two things close the race: everything is stopped (SIGSTOP)
 * before it is killed, and walks go on until waitpid says that there are no children. A cgroup, where there
 * is one, does it in one stroke, and knows who is in it: then /proc, which costs as much as the machine runs
 * processes, is walked only for what has left the cgroup. */
#include "loop/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "loop/cgroup.h"

enum { CONTROL_FD = 3, CGROUP_FD = 4 };
enum { KILL_PATIENCE_S = 5, KILL_PAUSE_MS = 5 };

/* The orders, as they are sent. */
enum order { WATCH = 0, TERM = 'T', KILL = 'K', END_SESSION = 'S', RELEASE = 'R' };

struct keeper {
    pid_t program; /* also its session */
    bool in_cgroup;
    bool program_ended;
    enum order order;   /* WATCH until one of KILL, END_SESSION, RELEASE */
    int64_t ordered_us; /* when that came */
    int n_ended;        /* of what the program left behind */
    int n_empty;        /* rounds in a row that found the cgroup empty, and children left */
};

/* ---- the tree ---- */

struct process {
    pid_t pid, parent, session;
    bool ours;
    char name[16];
};

struct processes {
    struct process *at;
    size_t n, capacity;
};

static int process_read(int proc_fd, const char *name, struct process *ret_process)
{
    char path[40], text[512];
    snprintf(path, sizeof path, "%.20s/stat", name);
    int fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return -1;
    text[n] = '\0';
    /* "pid (name) state parent group session": the name may hold anything, so look from its end. */
    const char *after = strrchr(text, ')');
    const char *before = strchr(text, '(');
    if (!after || !before || strlen(after) < 4 || after[2] == 'Z')
        return -1;
    char *at = text + (after - text) + 3;
    struct process process = {.pid = (pid_t)strtol(name, NULL, 10)};
    process.parent = (pid_t)strtol(at, &at, 10);
    strtol(at, &at, 10); /* the process group */
    process.session = (pid_t)strtol(at, &at, 10);
    snprintf(process.name, sizeof process.name, "%.*s", (int)(after - before - 1), before + 1);
    *ret_process = process;
    return 0;
}

static void processes_read(struct processes *all)
{
    DIR *proc = opendir("/proc");
    all->n = 0;
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        struct process process;
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
            process_read(dirfd(proc), entry->d_name, &process) < 0)
            continue;
        if (all->n == all->capacity) {
            all->capacity = all->capacity ? all->capacity * 2 : 256;
            all->at = heap_resize(all->at, all->capacity * sizeof *all->at);
        }
        all->at[all->n++] = process;
    }
    if (proc)
        closedir(proc);
}

static int by_pid(const void *a, const void *b)
{
    const struct process *left = a, *right = b;
    return (left->pid > right->pid) - (left->pid < right->pid);
}

/* Marks the descendants of this process; the number of rounds is the depth of the tree. */
static void descendants_mark(struct processes *all)
{
    pid_t self = getpid();
    if (all->n)
        qsort(all->at, all->n, sizeof *all->at, by_pid);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < all->n; i++) {
            struct process *process = &all->at[i];
            struct process key = {.pid = process->parent};
            const struct process *parent =
                process->ours ? NULL : bsearch(&key, all->at, all->n, sizeof *all->at, by_pid);
            if (!process->ours && (process->parent == self || (parent && parent->ours)))
                process->ours = changed = true;
        }
    }
}

/* Signals every descendant, or those of a session; their number, and one that could not be signalled. */
static int descendants_signal(int signal_number, pid_t session, int *ret_refused)
{
    struct processes all = {0};
    int n = 0;
    processes_read(&all);
    descendants_mark(&all);
    for (size_t i = 0; i < all.n; i++) {
        if (!all.at[i].ours || (session && all.at[i].session != session))
            continue;
        n++;
        if (kill(all.at[i].pid, signal_number) < 0 && errno == EPERM)
            *ret_refused = all.at[i].pid;
    }
    free(all.at);
    return n;
}

/* ---- the keeper's life ---- */

static void report(enum keeper_kind kind, int value, const char *text)
{
    struct keeper_report message = {.kind = kind, .value = value};
    snprintf(message.text, sizeof message.text, "%s", text);
    while (send(CONTROL_FD, &message, sizeof message, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

/* True when there is nothing left to wait for. */
static bool children_reap(struct keeper *keeper)
{
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0)
            return pid < 0;
        if (pid == keeper->program) {
            keeper->program_ended = true;
            report(KEEPER_EXITED, status, "");
        }
    }
}

/* Ends what is in the cgroup. 0: nothing is, and by the second time what left it has to be looked for. */
static int members_kill(struct keeper *keeper, pid_t *ret_refused)
{
    int n = cgroup_signal(CGROUP_FD, SIGSTOP, ret_refused);
    cgroup_kill(CGROUP_FD);
    if (n)
        cgroup_signal(CGROUP_FD, SIGKILL, ret_refused); /* an older kernel's cgroup cannot */
    keeper->n_empty = n ? 0 : keeper->n_empty + 1;
    return n;
}

/* One round of ending; the number of processes it found. */
static int tree_kill(struct keeper *keeper)
{
    int refused = 0;
    pid_t session = keeper->order == END_SESSION ? keeper->program : 0;
    int n = keeper->in_cgroup && !session ? members_kill(keeper, &refused) : 0;
    if (!n && (!keeper->in_cgroup || session || keeper->n_empty > 1)) {
        n = descendants_signal(SIGSTOP, session, &refused);
        descendants_signal(SIGKILL, session, &refused);
    }
    if (keeper->program_ended && n > keeper->n_ended)
        keeper->n_ended = n;
    int64_t for_us = clock_monotonic_us(clock_system()) - keeper->ordered_us;
    if (n && for_us > KILL_PATIENCE_S * US_PER_S) {
        report(KEEPER_LEFT, refused, "");
        _exit(1);
    }
    return n;
}

/* What runs on leaves the cgroup too: that one is going to be removed, and ended first. Returns only when
 * nothing is left but what is to be reaped. */
static void tree_release(const struct keeper *keeper)
{
    struct processes all = {0};
    int n = 0;
    const char *name = "";
    processes_read(&all);
    descendants_mark(&all);
    int parent = keeper->in_cgroup ? openat(CGROUP_FD, "../cgroup.procs", O_WRONLY | O_CLOEXEC) : -1;
    for (size_t i = 0; i < all.n; i++) {
        if (!all.at[i].ours)
            continue;
        n++;
        name = all.at[i].name;
        if (parent >= 0)
            dprintf(parent, "%d", (int)all.at[i].pid);
    }
    if (n) {
        report(KEEPER_RELEASED, n, name);
        _exit(0);
    }
    free(all.at);
    if (parent >= 0)
        close(parent);
}

/* What is stopped cannot end: it is let go on. */
static void tree_term(const struct keeper *keeper)
{
    pid_t refused;
    if (keeper->in_cgroup && cgroup_signal(CGROUP_FD, SIGTERM, &refused)) {
        cgroup_signal(CGROUP_FD, SIGCONT, &refused);
    } else {
        descendants_signal(SIGTERM, 0, &refused);
        descendants_signal(SIGCONT, 0, &refused);
    }
}

static void order_take(struct keeper *keeper)
{
    char order = 0;
    ssize_t n = recv(CONTROL_FD, &order, 1, 0);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n == 1 && order == TERM) {
        tree_term(keeper);
        return;
    }
    bool release = n == 1 && keeper->program_ended && (order == END_SESSION || order == RELEASE);
    keeper->order = release ? (enum order)order : KILL; /* the end of the owner is an order to kill */
    keeper->ordered_us = clock_monotonic_us(clock_system());
}

__attribute__((noreturn)) static void keeper_live(struct keeper *keeper, int signal_fd)
{
    while (!children_reap(keeper)) {
        bool ending = keeper->order != WATCH;
        if (keeper->order == RELEASE || (ending && tree_kill(keeper) == 0 && keeper->order == END_SESSION))
            tree_release(keeper);
        /* While ending, only the children matter: the owner may be gone, and its end would wake us for ever.
         */
        struct pollfd polls[] = {{.fd = signal_fd, .events = POLLIN}, {.fd = CONTROL_FD, .events = POLLIN}};
        poll(polls, ending ? 1 : 2, ending ? KILL_PAUSE_MS : -1);
        struct signalfd_siginfo info;
        while (read(signal_fd, &info, sizeof info) > 0)
            ;
        if (!ending && polls[1].revents)
            order_take(keeper);
    }
    report(KEEPER_ENDED, keeper->n_ended, "");
    _exit(0);
}

/* Keeps the socket, the cgroup and standard error (for a sanitizer's last words), and lets go of the rest. */
static int descriptors_reduce(int control_fd, int cgroup_fd)
{
    int control = fcntl(control_fd, F_DUPFD_CLOEXEC, CGROUP_FD + 1);
    int cgroup = cgroup_fd >= 0 ? fcntl(cgroup_fd, F_DUPFD_CLOEXEC, CGROUP_FD + 1) : -1;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup3(control, CONTROL_FD, O_CLOEXEC);
    if (cgroup >= 0)
        dup3(cgroup, CGROUP_FD, O_CLOEXEC);
    close_range(cgroup >= 0 ? CGROUP_FD + 1 : CGROUP_FD, ~0u, 0);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    return signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

__attribute__((noreturn)) static void keeper_run(const struct child_options *program, int control_fd)
{
    struct keeper keeper = {.in_cgroup = program->cgroup_fd >= 0};
    struct err err;
    setsid(); /* a terminal's Ctrl-C is for our owner to act on */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_NAME, "crashcart-keeper");
    int started = child_start(program, &keeper.program, &err);
    int signal_fd = descriptors_reduce(control_fd, program->cgroup_fd);
    if (started < 0) {
        report(KEEPER_FAILED, 0, err.text);
        _exit(1);
    }
    report(KEEPER_STARTED, keeper.program, "");
    keeper_live(&keeper, signal_fd);
}

int keeper_start(const struct child_options *program, pid_t *ret_keeper, int *ret_control_fd, struct err *err)
{
    int control[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) < 0)
        return err_set(err, "no socket pair: %s", strerror(errno));
    sigset_t all, before;
    sigfillset(&all); /* the keeper keeps this mask: nothing but SIGKILL ends it from outside */
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        keeper_run(program, control[1]);
    int error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(control[1]);
    if (pid < 0) {
        close(control[0]);
        return err_set(err, "cannot fork: %s", strerror(error));
    }
    fcntl(control[0], F_SETFL, fcntl(control[0], F_GETFL) | O_NONBLOCK);
    *ret_keeper = pid;
    *ret_control_fd = control[0];
    return 0;
}

static void order_send(int control_fd, enum order order)
{
    char byte = (char)order;
    while (send(control_fd, &byte, 1, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

void keeper_term(int control_fd)
{
    order_send(control_fd, TERM);
}

void keeper_kill(int control_fd)
{
    order_send(control_fd, KILL);
}

void keeper_release(int control_fd, bool session)
{
    order_send(control_fd, session ? END_SESSION : RELEASE);
}
