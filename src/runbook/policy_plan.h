/* The clock of a level: what happens, when, to whom, by which line, once an incident has that severity and
 * nobody does anything. Plain values for people to check, for clocks to follow and for rehearsals to compare
 * with.
 *
 * An entry says how many seconds after an event it is due. Its basis tells whether the runbook states it or
 * the program fills a gap; nothing is filled in silence. Pure; all memory belongs to the arena. */
#pragma once

#include "base/arena.h"
#include "base/list.h"
#include "runbook/runbook.h"

enum plan_kind {
    PLAN_PAGE,       /* somebody is paged */
    PLAN_DIAGNOSIS,  /* the `read` steps of the procedure run */
    PLAN_RESPONSE,   /* it should be acknowledged by then */
    PLAN_ESCALATION, /* the next ones are paged, or told */
    PLAN_UPDATE,     /* again and again: a message, until it ends */
    PLAN_PHASE,      /* a part of a procedure should be done by then */
    PLAN_RESOLUTION, /* it should be resolved by then */
    PLAN_FOLLOW_UP,  /* after it: review, report, action items */
    N_PLAN_KINDS
};

const char *plan_kind_name(enum plan_kind kind); /* "page", "diagnosis", ..., "follow_up" */

enum plan_basis {
    PLAN_STATED,  /* the runbook says so, at the line */
    PLAN_DERIVED, /* follows from what the line says: the next one is paged when the response time is over */
    PLAN_DEFAULT, /* the program's own; line is 0 */
};

const char *plan_basis_name(enum plan_basis basis); /* "stated", "derived", "default" */

/* What after_s counts from. */
enum plan_event {
    PLAN_AFTER_OPENED,
    PLAN_AFTER_ANSWERED,
    PLAN_AFTER_RESOLVED,
    PLAN_AFTER_REVIEW,
    N_PLAN_EVENTS
};

const char *plan_event_name(enum plan_event event); /* "opened", "acknowledged", "resolved", "review" */

struct plan_entry {
    enum plan_kind kind;
    enum plan_event event;
    int64_t after_s;       /* UNSTATED: whenever the condition holds */
    int64_t every_s;       /* updates: how often; UNSTATED else, and for "as soon as there is news" */
    const char *what;      /* one phrase, for people */
    struct strings to;     /* as the runbook calls them; empty: whoever has the incident */
    const char *condition; /* "nobody has acknowledged", "if unresolved", "until it is resolved", or NULL */
    enum plan_basis basis;
    int line;              /* of the runbook, 0: none */
    const char *procedure; /* the id of the one whose steps say it, for its own trouble; or NULL */
};

struct plan {
    const struct severity *severity;
    LIST(struct plan_entry) entries; /* by event, then by time; what waits for a condition comes last */
};

/* The plan of a level of the runbook. */
void severity_plan(struct arena *arena, const struct runbook *runbook, const struct severity *severity,
                   struct plan *ret_plan);

/* The plan of an incident: that of its level (NULL: it has none), without what is another procedure's, and
 * with what the steps of its own (NULL: it has none) say of whom to call when. */
void incident_plan(struct arena *arena, const struct runbook *runbook, const struct severity *severity,
                   const struct procedure *procedure, struct plan *ret_plan);

/* How long a page waits for an answer before the next one is paged: the sooner of what the level says of
 * escalation and its response time, or 15 minutes; 5 minutes where the answer is wanted at once. 0: it is
 * paged once and not escalated, since the other levels have a response time and this one has none. severity
 * may be NULL (the runbook has no levels); response_s is then what else is known of it, or UNSTATED.
 * ret_basis may be NULL. */
int64_t severity_patience_s(const struct runbook *runbook, const struct severity *severity,
                            int64_t response_s, enum plan_basis *ret_basis);
