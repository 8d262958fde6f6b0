/* What policy.c and its sources share. */
#pragma once

#include "runbook/alert_words.h"
#include "runbook/measure.h"
#include "runbook/policy.h"
#include "runbook/severity_scale.h"

/* What one source says. */
struct severity_finding {
    const struct severity *severity; /* NULL: nothing */
    const char *why;
    int line;
    bool estimated;  /* counts only when nothing else speaks */
    bool unmeasured; /* by the words of a limit, whose value nobody knows */
};

/* "SEV-1 (Critical)" */
const char *severity_name(struct arena *arena, const struct severity *severity);

/* ---- policy_measure.c ---- */

/* What the alert measures, and the words around it that say what. */
struct label_words {
    bool read;
    struct alert_words words;
};
struct measured {
    struct arena *arena;
    const struct severity_scale *scale;
    const struct match_query *query;
    struct measures measures;
    struct alert_words said[MEASURES_AT_MOST]; /* the words of each of them */
    struct alert_words name, title;            /* of the alert, of the procedure */
    struct label_words *labels;                /* of the alert's label values; NULL: nothing is measured */
};
struct measured *measured_of(struct arena *arena, const struct severity_scale *scale,
                             const struct procedure *procedure, const struct match_query *query);

enum measured_answer { MEASURED_NOTHING, MEASURED_FAILS, MEASURED_HOLDS };

/* Whether what is measured meets the criterion; ret_why is set unless it says nothing of it. */
enum measured_answer measured_answer(const struct measured *measured, const struct criterion *criterion,
                                     const char **ret_why);

/* The most severe level with a threshold that a measured value meets. */
struct severity_finding severity_by_measure(const struct measured *measured, const struct runbook *runbook);

/* ---- policy_example.c ---- */

/* The example or criterion of a level that the alert meets by its words, unless what is measured says
 * otherwise. Degrees ("severe", "completely") choose between equals; else the more severe level wins. */
struct severity_finding severity_by_example(struct arena *arena, const struct severity_scale *scale,
                                            const struct runbook *runbook, const struct procedure *procedure,
                                            const struct match_query *query, const struct measured *measured);
