/* What the parts of the comparison share. */
#pragma once

#include "runbook/policy_diff.h"

struct comparing {
    struct arena *arena;
    const struct runbook *old, *new;
    struct differences *found;
};

void difference_add(struct comparing *comparing, const char *subject, int line_old, int line_new,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Equal, case ignored; NULL equals NULL and "". */
bool texts_equal(const char *a, const char *b);

/* Adds "WHAT a, b" for the strings of one list that the other lacks: "escalation now also to: CISO". */
void strings_compare(struct comparing *comparing, const char *subject, int line_old, int line_new,
                     const struct strings *old, const struct strings *new, const char *more,
                     const char *less);

/* policy_diff_steps.c: procedures, their steps and commands. */
void procedures_compare(struct comparing *comparing);

/* policy_diff_limits.c: from where on a measurement is trouble. */
void thresholds_compare(struct comparing *comparing);
