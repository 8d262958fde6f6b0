/* A clock: one time that a runbook promises, as it runs for an incident; or a date of maintenance or of a
 * drill that comes again. The value is all that is kept of it, so that it runs on after a restart. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runbook/policy_plan.h"

enum runbook_clock_kind {
    CLOCK_RESPONSE,    /* acknowledged by then */
    CLOCK_RESOLUTION,  /* resolved by then */
    CLOCK_UPDATE,      /* again and again: somebody is to be told */
    CLOCK_PHASE,       /* a part of the procedure is done by then */
    CLOCK_ESCALATION,  /* others hear of it when it is not resolved by then, whoever has it */
    CLOCK_FOLLOW_UP,   /* review, report, action items */
    CLOCK_MAINTENANCE, /* of no incident: a task of the runbook */
    CLOCK_DRILL,       /* of no incident */
    N_CLOCK_KINDS
};

/* "response", ... and back; -1 for another word. */
const char *runbook_clock_kind_name(enum runbook_clock_kind kind);
int runbook_clock_kind_of(const char *name);

enum runbook_clock_state {
    CLOCK_RUNNING,
    CLOCK_OVERDUE, /* its time has passed, and it is still wanted */
    CLOCK_MET,     /* done, in time or late */
    CLOCK_STOPPED, /* not wanted any more */
    N_CLOCK_STATES
};

const char *runbook_clock_state_name(enum runbook_clock_state state);
int runbook_clock_state_of(const char *name);

/* Texts belong to whoever holds the value. */
struct runbook_clock {
    int64_t incident; /* 0: of none */
    int number;       /* 1, 2, ... of the incident, as people say it */
    enum runbook_clock_kind kind;
    enum runbook_clock_state state;
    const char *what, *audience; /* "send an update by email", "stakeholder"; audience may be "" */
    const char *file;
    int line;
    enum plan_event event; /* what it counts from */
    bool is_review;        /* what follows from the review counts from when this one is met */
    const char *rule;      /* of no incident: "FREQ=WEEKLY", or one date; else "" */
    int64_t since_us;      /* it counts from then */
    int64_t after_s;       /* for this long; updates: again and again */
    int64_t due_us;
    int64_t fires_us; /* when something is said or done next; 0: never again */
    int said;         /* how often that was, since since_us */
    int64_t ended_us; /* met or stopped then; 0: neither */
};
