/* A fleet of processes that stand and fall together: when one ends, the others are ended too and all start
 * afresh, because what they knew of each other is gone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum { FLEET_MEMBERS = 8, FLEET_REFUSED = 3, FLEET_SILENT_LOOKS = 6 };

struct fleet_member {
    const char *name;
    bool hears_reload; /* SIGHUP is passed on to it */
    bool slow_start;   /* it may take what time it needs until its first beat */
};

struct fleet {
    const struct fleet_member *members; /* at an orderly stop the first ends before the others are told */
    size_t n_members;
    /* Starts all of them; ret_pids in the order of members. -1: none of them runs on. */
    int (*start)(void *context, pid_t *ret_pids, struct err *err);
    /* Members other than the first have ended: starts them anew, and whichever others it wants to end, in
     * pids (0: it has ended). Otherwise, or NULL, all end and start again. 0, 1: not this time, or -1. */
    int (*replace)(void *context, pid_t *pids, struct err *err);
    bool (*mend)(void *context);   /* after a member refused: true: it was mended. NULL: nothing can be */
    void (*reload)(void *context); /* after SIGHUP was passed on; NULL: nothing more to do */
    /* 0: reload now, as after SIGHUP; else in so many milliseconds it is asked again; -1: by a signal. NULL:
     * -1 */
    int (*reload_due_ms)(void *context);
    /* Grows while that member lives (loop/pulse.h), from 0 on. NULL: nobody looks. */
    const uint64_t *const *beats;
    int look_ms; /* how often; a member that has hung for FLEET_SILENT_LOOKS of them is killed */
    void *context;
};

/* Runs until SIGTERM or SIGINT, then ends all and gives 0. A member that ends with FLEET_REFUSED in the first
 * round, or again after mend, cannot start because of something that a person must mend: all end, and the
 * result is FLEET_REFUSED. Any other end starts all again, after 0, 0.1, 0.5, 1, 2, then every 5 s; a round
 * of a minute counts as good. The process must have one thread. */
int fleet_run(const struct fleet *fleet);
