/* The thresholds that a criterion of a level states, cut once for all alerts that are held against them:
 * "error rate > 10 % and latency > 2 s, or users unable to log in" has two alternatives, the first of them of
 * two clauses. */
#pragma once

#include "runbook/alert_words.h"
#include "runbook/runbook.h"

enum { CRITERION_BYTES = 400 /* a longer one is prose, and has none */, ALTERNATIVES_AT_MOST = 8 };

struct threshold_clause {
    const char *text;
    struct condition condition;
    struct alert_words words; /* read when there is a number to compare with */
};

struct thresholds {
    size_t n;
    struct threshold_alternative {
        const char *text;
        size_t n_clauses; /* 2: both must hold */
        struct threshold_clause clauses[2];
    } at[ALTERNATIVES_AT_MOST];
};

/* NULL: it states none. */
const struct thresholds *thresholds_read(struct arena *arena, const struct criterion *criterion);
