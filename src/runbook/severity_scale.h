/* The words that people use for how bad something is (policy/severity.words), against a runbook's levels. */
#pragma once

#include <stdbool.h>

#include "runbook/runbook.h"

struct severity_scale;

/* The scale of policy/severity.words, made once for the process; any thread. */
const struct severity_scale *severity_scale_builtin(void);

/* Whether an alert label of that name says how bad it is. */
bool severity_scale_label(const struct severity_scale *scale, const char *label);

/* Whether the word (lower case) only says how much. */
bool severity_scale_degree(const struct severity_scale *scale, const char *word);

/* The level that a text names by its id: "P1", "sev1", "1", "Severity A". Letters that stand for "severity"
 * are as good as one another when the runbook has no such scheme itself. NULL: it names none. */
const struct severity *severity_scale_named(const struct severity_scale *scale, const struct runbook *runbook,
                                            const char *text);

enum severity_basis {
    SEVERITY_BY_LABEL, /* a level is labelled with the word, or with one of the same place */
    SEVERITY_BY_TOP,   /* a word at the very top of the scale: the most severe level */
    SEVERITY_BY_PLACE  /* by proportion: an estimate */
};

/* The level that a general word stands for. NULL: no word of the text is one. */
const struct severity *severity_scale_general(const struct severity_scale *scale,
                                              const struct runbook *runbook, const char *text,
                                              enum severity_basis *ret_basis);

/* The level of the lowest rank, the first of equals; NULL when there are none. */
const struct severity *severity_most_severe(const struct runbook *runbook);
