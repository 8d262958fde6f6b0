/* Starting another program with exactly what it is given: a table of descriptors and nothing else open, its
 * own environment, folder, session and limits. For the supervisor (its own image again) and the keeper of a
 * step (a shell). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct child_limit { /* setrlimit(2); what the process may not raise is left as it is */
    int resource;
    unsigned long long soft, hard;
};

struct child_user { /* whom it becomes; only root can */
    uid_t user;
    gid_t group;
    gid_t groups[32]; /* all that it is in */
    int n_groups;
};

struct sandbox_child;

struct child_options {
    const char *path; /* absolute; no search */
    const char *const *arguments;
    const char *const *environment;
    const char *folder; /* working directory, or NULL: stay */
    const int *fds;     /* fds[i] becomes descriptor i; -1: /dev/null. All others are closed */
    size_t n_fds;
    int death_signal; /* sent to it when its parent ends; 0: none */
    int held_signal;  /* waits until the program lets it in: one that came before its handler would end it. 0:
                         none */
    bool new_session;
    bool terminal; /* descriptor 1 is one: it becomes its input too, and the terminal of its new session */
    int cgroup_fd; /* folder of a version 2 cgroup to enter before exec, or -1 */
    const struct child_user *user;       /* NULL: stays who it is */
    const struct child_limit *limits;    /* ends with resource -1; NULL: none */
    const struct sandbox_child *sandbox; /* it enters it before exec, or NULL */
    int oom_score;                       /* added to /proc/self/oom_score_adj, 0: unchanged */
    bool yields;                         /* the processors are for all others first */
};

/* Forks and executes. -1 with the reason when the program could not be started; then nothing is left of it.
 * The caller reaps ret_pid. Not for a process that runs other threads. */
int child_start(const struct child_options *options, pid_t *ret_pid, struct err *err);

/* As `yields`, of one that has begun without it and runs as the same user. */
void child_yield(pid_t pid);
