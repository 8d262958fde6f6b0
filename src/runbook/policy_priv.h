/* What policy.c and its sources share. */
#pragma once

#include "runbook/policy.h"
#include "runbook/severity_scale.h"

/* What one source says. */
struct severity_finding {
    const struct severity *severity; /* NULL: nothing */
    const char *why;
    int line;
    bool estimated; /* counts only when nothing else speaks */
};

/* "SEV-1 (Critical)" */
const char *severity_name(struct arena *arena, const struct severity *severity);

/* The example or criterion of a level that the alert meets by its words, and by its value when both state
 * one. Degrees ("severe", "completely") choose between equals; else the more severe level wins. */
struct severity_finding severity_by_example(struct arena *arena, const struct severity_scale *scale,
                                            const struct runbook *runbook, const struct procedure *procedure,
                                            const struct match_query *query);
