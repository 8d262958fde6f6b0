/* What a limit of a runbook is about, and what it is called as a check: "p95 latency > 500 ms" under "Slow
 * API" is bad above 500ms, the check slow-api-p95-latency, the alert SlowAPI. A number that is about nothing
 * which can be looked at ("3 tests may run", "50 % of users") is no limit here. Pure. */
#pragma once

#include "runbook/runbook.h"

/* Where its number could come from. */
enum limit_source {
    LIMIT_STATUS,  /* that an endpoint answers well */
    LIMIT_TIME,    /* how long an answer takes */
    LIMIT_SERIES,  /* a series of metrics */
    LIMIT_RATIO,   /* of two series: errors of requests */
    LIMIT_MODEL,   /* a measure of `crashcart drift` */
    LIMIT_FILE,    /* how old a file is */
    LIMIT_EXPIRES, /* a certificate */
    LIMIT_LOG,     /* lines of a log */
    LIMIT_QUERY,   /* rows of a query of the runbook */
    LIMIT_RULE,    /* a query of Prometheus that the runbook writes out */
};

struct limit {
    const struct threshold *threshold;
    const char *file; /* of the runbook */
    enum limit_source source;
    const char *subject; /* "error-rate" */
    const char *id, *alert;
    bool falls;            /* bad below */
    bool target;           /* the runbook says what is good: "latency < 200 ms" */
    bool general;          /* it stands in a definition of levels or under no procedure */
    const char *bound;     /* "5s", "10%"; NULL: none */
    const char *aggregate; /* "p95", or NULL */
    const char *query;     /* of LIMIT_RULE and LIMIT_QUERY; of LIMIT_LOG what is looked for, or NULL */
    const char *label;     /* of LIMIT_QUERY: the column that rows are judged by, or NULL */
    int64_t for_s;         /* bad for so long; 0: not stated */
};

/* False: it is about nothing that can be looked at. line is the text of its line. All in the arena. */
bool limit_read(struct arena *arena, const struct runbook *runbook, const struct threshold *threshold,
                const char *line, struct limit *ret_limit);

/* "Service down" -> "service-down", of five words at most; alerts are matched by their words: "ServiceDown".
 */
const char *check_id_of(struct arena *arena, const char *title);
const char *alert_name_of(struct arena *arena, const char *title);
