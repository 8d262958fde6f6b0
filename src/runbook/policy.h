/* How bad is it, by the runbook's own words. */
#pragma once

#include "runbook/match.h"
#include "runbook/runbook.h"

struct severity_choice {
    const struct severity *severity; /* NULL: the runbook has no levels */
    const char *id;                  /* severity->id, or the alert's own word, or "unknown" */
    int rank;                        /* severity->rank; 0 when there is no level */
    const char *why;                 /* "label severity=critical is SEV-1 (Critical)" */
    int line;                        /* of the runbook, 0: the reason is not in it */
};

/* Chooses the level for an alert that procedure answers (may be NULL). In this order: a label that names a
 * level
 * ("severity: P1"); the severity the procedure states; a threshold or example of a level that the alert's
 * words or value meet; a label in general words (critical, high, page, warning, medium, info, low) mapped on
 * the labels and ranks of the runbook's levels; else the most severe level, saying that nothing stated one. A
 * tie goes to the more severe. When two sources disagree the more severe wins, and why says both; but a
 * general word that is mapped by rank alone ("warning" among levels without labels) is an estimate and counts
 * only when nothing else speaks. */
struct severity_choice severity_choose(struct arena *arena, const struct runbook *runbook,
                                       const struct procedure *procedure, const struct match_query *query);
