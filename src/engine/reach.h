/* The proof that somebody is reached: for each service and each level of its runbook the chain that such an
 * incident would walk is asked from one change of a schedule to the next, and the times when none of its
 * steps comes to a person with a way that works are the gaps. Pure.
 *
 * In a gap the engine pages everybody in the configuration; that is the net, not a plan. */
#pragma once

#include "config/config.h"
#include "runbook/library.h"

enum reach_fault_kind {
    REACH_NO_CHAIN,       /* the configuration names no person at all */
    REACH_EMPTY_SCHEDULE, /* nobody is on call */
    REACH_NO_CONTACT,     /* a person without contacts */
    REACH_NO_CHANNEL,     /* their ways need what the configuration lacks */
    N_REACH_FAULTS
};

const char *reach_fault_name(enum reach_fault_kind kind); /* "no_chain", ... */

/* Why one target of the chain reaches nobody. */
struct reach_fault {
    enum reach_fault_kind kind;
    const char *target; /* "schedule:office", "person:ana"; "" for no chain */
    const char *person; /* who is on call, or the person; "" for none */
    const char *text;   /* one sentence without a period, with what to do where that is known */
    int line;           /* of the configuration; 0: none */
};

/* For the whole of it the faults are the same; together they are the whole chain, in its order. */
struct reach_gap {
    int64_t from_us, until_us;
    LIST(struct reach_fault) faults;
};
struct reach_gaps {
    LIST(struct reach_gap) list;
};

/* One level of one service. Neighbours that share their gaps have the same pointer. */
struct reach_level {
    const struct service *service; /* NULL: alerts of no service of the configuration */
    const struct runbook *runbook; /* NULL: it has none, or it is not there */
    const struct severity *level;  /* NULL: the runbook has no levels */
    const char *timezone;          /* of the first schedule of its chain, or of the configuration; or "UTC" */
    const struct reach_gaps *gaps; /* never NULL */
};
struct reach {
    LIST(struct reach_level) levels; /* by service, runbook and level */
};

/* Every level of every service; of all runbooks where a service names none. library may be NULL. Everything
 * it gives lies in the arena, or in the configuration and the library. */
void reach_prove(struct arena *arena, const struct config *config, const struct library *library,
                 int64_t from_us, int64_t until_us, struct reach *ret_reach);
