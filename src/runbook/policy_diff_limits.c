/* Limits of two states of a runbook: what is measured, and from where on it is trouble.
 *
 * A limit is the same when it measures the same for the same purpose ("API latency" of "Service down"); of
 * several such the first is compared with the first. */
#include <math.h>
#include <string.h>

#include "runbook/policy_diff_priv.h"

static bool measures_the_same(const struct threshold *a, const struct threshold *b)
{
    return texts_equal(a->condition.metric, b->condition.metric) && texts_equal(a->meaning, b->meaning);
}

/* How many of those before it in its own list measure the same. */
static size_t place_of(const struct runbook *runbook, const struct threshold *threshold)
{
    size_t n = 0;

    for (const struct threshold *other = runbook->parts.thresholds.at; other < threshold; other++)
        n += measures_the_same(other, threshold);
    return n;
}

static const struct threshold *threshold_nth(const struct runbook *runbook, const struct threshold *like,
                                             size_t n)
{
    list_each (threshold, &runbook->parts.thresholds)
        if (measures_the_same(threshold, like) && n-- == 0)
            return threshold;
    return NULL;
}

static const char *number_text(struct arena *arena, double value, const char *unit)
{
    bool glued = unit && (strcmp(unit, "%") == 0 || strcmp(unit, "x") == 0);
    const char *shown = unit && strcmp(unit, "ratio") != 0 ? unit : "";

    return arena_printf(arena, "%.10g%s%s", value, *shown && !glued ? " " : "", shown);
}

/* "> 200 ms", ">= 2 and < 5 %", "spike" */
static const char *limit_text(struct arena *arena, const struct condition *condition)
{
    const char *op = condition->op ? condition->op : "stated";

    if (!condition->has_value)
        return op;
    const char *low = arena_printf(arena, "%s %s", op, number_text(arena, condition->value, condition->unit));
    if (!condition->has_value_hi)
        return low;
    return arena_printf(arena, "%s and %s %s", low, condition->op_hi ? condition->op_hi : "<=",
                        number_text(arena, condition->value_hi, condition->unit));
}

static bool same_limit(const struct condition *a, const struct condition *b)
{
    return texts_equal(a->op, b->op) && texts_equal(a->op_hi, b->op_hi) && texts_equal(a->unit, b->unit) &&
           a->has_value == b->has_value && a->has_value_hi == b->has_value_hi &&
           (!a->has_value || fabs(a->value - b->value) < 1e-9) &&
           (!a->has_value_hi || fabs(a->value_hi - b->value_hi) < 1e-9) && a->window_s == b->window_s;
}

static const char *subject_of(struct arena *arena, const struct threshold *threshold)
{
    const char *words = threshold->condition.words ? threshold->condition.words : threshold->condition.metric;

    if (!threshold->meaning)
        return arena_printf(arena, "limit of %s", words);
    return arena_printf(arena, "limit of %s for \"%s\"", words, threshold->meaning);
}

void thresholds_compare(struct comparing *comparing)
{
    struct arena *arena = comparing->arena;

    list_each (threshold, &comparing->new->parts.thresholds) {
        const struct threshold *was =
            threshold_nth(comparing->old, threshold, place_of(comparing->new, threshold));
        const char *now = limit_text(arena, &threshold->condition);
        if (!was)
            difference_add(comparing, subject_of(arena, threshold), 0, threshold->line, "is new: %s", now);
        else if (!same_limit(&was->condition, &threshold->condition))
            difference_add(comparing, subject_of(arena, threshold), was->line, threshold->line, "%s -> %s",
                           limit_text(arena, &was->condition), now);
    }
    list_each (threshold, &comparing->old->parts.thresholds)
        if (!threshold_nth(comparing->new, threshold, place_of(comparing->old, threshold)))
            difference_add(comparing, subject_of(arena, threshold), threshold->line, 0, "is gone (was %s)",
                           limit_text(arena, &threshold->condition));
}
