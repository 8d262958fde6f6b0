/* How the team does: times to detect, acknowledge and resolve, and the time in each state, of all incidents,
 * by service, by severity and by month. A pure reading of incidents and of their moves.
 *
 *   time to detect        first alert's own start -> opened     (incidents whose start is known)
 *   time to acknowledge   opened -> first taken by a person     (also by whoever moved it on at once)
 *   time to resolve       opened -> resolved the last time      (so a reopened one counts as not resolved
 * before) in a state            from the move into it to the next move; the last one counts until now while
 * it is open
 *
 * An incident counts for the month (UTC) in which it was opened. Drills count for nothing. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "engine/incident.h"

/* Seconds; of n = 0 the others are 0. */
struct spread {
    size_t n;
    double mean, median, p90, most;
};

enum statistic { TIME_TO_DETECT, TIME_TO_ACKNOWLEDGE, TIME_TO_RESOLVE, N_STATISTICS };

const char *statistic_name(enum statistic statistic); /* "time_to_detect" */

struct statistics_group {
    const char *service, *severity, *month; /* "2026-03"; NULL: all of them */
    size_t n_incidents, n_resolved, n_reopened, n_patient_safety;
    size_t n_promised, n_kept; /* the runbook states a response time; acknowledged within it */
    struct spread times[N_STATISTICS];
    struct spread
        states[N_INCIDENT_STATES]; /* of incidents that were ever in it; not of resolved and closed */
};

struct statistics {
    const struct statistics_group
        *groups; /* all; each service; each severity; each month; each of all three */
    size_t n_groups;
    size_t n_drills; /* that were left out */
};

/* moves: by incident and time, as the ledger gives them. Lives in the arena. */
struct statistics statistics_of(struct arena *arena, const struct incident *incidents, size_t n_incidents,
                                const struct incident_move *moves, size_t n_moves, int64_t now_us);

/* A row a group, in seconds; safe to open in a spreadsheet. */
void statistics_csv(struct buf *out, const struct statistics *statistics);
