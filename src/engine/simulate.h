/* What would happen: the real engine, driven by a clock that jumps from one thing that is due to the next,
 * with an alert that stays and people who do not answer, or answer when they are told to. Nothing is sent,
 * run or written; a page arrives when the configuration has what its channel needs. Pure.
 *
 * The engine may fall back on paging everybody in the configuration. That is a net, and no proof of a chain:
 * the answer says so in chain_failed_us. */
#pragma once

#include "config/config.h"
#include "engine/clock.h"
#include "engine/decision.h"
#include "runbook/library.h"

enum { SIMULATE_MOST_DAYS = 30, SIMULATE_MOST_ENTRIES = 20000 };

struct simulate_question {
    const struct config *config;
    const struct library *library;
    const struct runbook *runbook; /* of the library */
    const struct service *service; /* of the configuration, or NULL: of none */
    const char *severity;          /* a level of the runbook; NULL: what the alert gives */
    const char *alertname;         /* NULL: one that a procedure answers at that level */
    int64_t at_us;                 /* the alert comes in */
    int64_t for_s;                 /* UNSTATED: until its deadlines are past, at most a day */
    int64_t ack_s, resolve_s;      /* after the alert; UNSTATED: nobody does */
    bool work;                     /* who acknowledged it is at work on it, and not silent */
};

struct simulate_place {
    const char *file; /* NULL: none */
    int line;
};

enum simulate_kind {
    SIMULATE_PAGE,  /* somebody is paged */
    SIMULATE_EVENT, /* anything else that the timeline would say */
    SIMULATE_PERSON /* what somebody was told to do here */
};

struct simulate_entry {
    enum simulate_kind kind;
    int64_t at_us;
    const char *event;                      /* its kind, "update.due"; of a page "page" */
    const char *text;                       /* of a page: why */
    const char *person, *channel, *address; /* of a page */
    const char *missing;                    /* why that page does not arrive; NULL: it does */
    const char *cause; /* of a page: the event with the same text that it was sent for, or NULL */
    int round;         /* of the chain, from 1 */
    struct simulate_place config, runbook; /* what says so */
};

struct simulate_deadline {
    struct runbook_clock clock; /* as it began; texts in the arena */
    enum runbook_clock_state state;
    int64_t ended_us; /* 0: not met or stopped */
};

struct simulation {
    struct incident incident; /* in the end */
    const char *alertname;
    int64_t until_us;
    int64_t reached_us;      /* the first page that arrives; 0: none */
    int64_t chain_failed_us; /* nobody of the chain was reached, then; 0: never */
    bool cut;                /* more than SIMULATE_MOST_ENTRIES */
    LIST(struct simulate_entry) entries;
    LIST(struct simulate_deadline) deadlines; /* of this incident, by number */
    LIST(struct plan_entry) later;            /* what follows once it is resolved, when it is not */
};

/* -1: there is no such level, or no alert of that service that the configuration gives to it; err says what
 * to do. Texts lie in the arena, the configuration and the library. */
int simulate(struct arena *arena, const struct simulate_question *question, struct simulation *ret_simulation,
             struct err *err);
