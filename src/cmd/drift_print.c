#include "cmd/drift_print.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/terminal.h"

static enum style style_of(enum drift_band band)
{
    return band == DRIFT_MAJOR ? STYLE_RED : band == DRIFT_STABLE ? STYLE_GREEN : STYLE_YELLOW;
}

static void print_head(struct buf *out, bool colours, const struct drift_result *result)
{
    static const char *const meanings[] = {
        [DRIFT_STABLE] = "no feature drifted",
        [DRIFT_MODERATE] = "some change; look at it before it grows",
        [DRIFT_MAJOR] = "a feature drifted: PSI of 0.2 or more",
        [DRIFT_UNKNOWN] = "too few rows to tell: chance alone may reach 0.1",
    };
    text_add(out, colours, style_of(result->band), drift_band_name(result->band));
    buf_printf(out, "  %s\n", meanings[result->band]);
    buf_printf(out, "reference %llu rows (profile %.12s), current %llu rows\n",
               (unsigned long long)result->n_reference, result->profile_id,
               (unsigned long long)result->n_current);
    if (result->rows_unplaced > 0)
        buf_printf(out, "%llu of them in no segment of the reference\n",
                   (unsigned long long)result->rows_unplaced);
}

static void print_freshness(struct buf *out, bool colours, const struct drift_result *result)
{
    static const char *const meanings[] = {
        [DRIFT_FRESH] = "",
        [DRIFT_STALE] = ": too old",
        [DRIFT_NOT_NEWER] = ": not newer than the reference's newest row",
        [DRIFT_FUTURE] = ": in the future; a clock is wrong",
    };
    char newest[TIME_TEXT_BYTES], age[TIME_TEXT_BYTES];
    if (result->freshness == DRIFT_NO_TIME)
        return;
    text_add(out, colours, result->freshness == DRIFT_FRESH ? STYLE_GREEN : STYLE_RED,
             drift_freshness_name(result->freshness));
    if (result->newest_us == 0) {
        buf_puts(out, "  no row has a time\n");
        return;
    }
    time_format_rfc3339(result->newest_us, newest);
    duration_format(result->age_us, age);
    if (result->freshness == DRIFT_FUTURE)
        buf_printf(out, "  newest row %s%s\n", newest, meanings[result->freshness]);
    else
        buf_printf(out, "  newest row %s, %s ago%s\n", newest, age, meanings[result->freshness]);
}

static void print_measure(struct buf *out, const char *name, double reference, double current)
{
    buf_printf(out, "  %-12s", name);
    for (int i = 0; i < 2; i++) {
        double value = i ? current : reference;
        if (isnan(value))
            buf_printf(out, " %10s", "-");
        else
            buf_printf(out, " %10.4f", value);
    }
}

struct sides {
    const char *reference, *current;
};

static void print_performance(struct buf *out, bool colours, const struct drift_result *result,
                              const struct sides *sides)
{
    static const enum style styles[] = {STYLE_GREEN, STYLE_YELLOW, STYLE_RED};
    const struct drift_performance *a = &result->reference, *b = &result->current;
    if (a->n == 0 && b->n == 0) {
        if (a->unlabelled + b->unlabelled > 0)
            buf_puts(out, "no labels: nothing is known of AUPRC, ECE, precision and recall\n");
        return;
    }
    const struct drift_comparison *comparison = &result->comparison;
    if (result->is_compared) {
        text_add(out, colours, styles[comparison->verdict], drift_verdict_name(comparison->verdict));
        buf_printf(out, "  %s against %s, confidence %.1f %%\n", sides->current, sides->reference,
                   comparison->confidence * 100);
    }
    buf_printf(out, "  %-12s %10s %10s\n", "measure", sides->reference, sides->current);
    for (size_t i = 0; result->is_compared && i < CHANGES; i++) {
        const struct drift_change *change = &comparison->changes[i];
        print_measure(out, change->measure, change->baseline, change->candidate);
        buf_puts(out, "  ");
        text_add(out, colours, styles[change->verdict], drift_verdict_name(change->verdict));
        buf_printf(out, " (%.1f %%)\n", change->confidence * 100);
    }
    for (size_t i = 0; !result->is_compared && i < CHANGES; i++) {
        const double measures[CHANGES][2] = {
            {a->auprc, b->auprc}, {a->ece, b->ece}, {a->precision, b->precision}, {a->recall, b->recall}};
        static const char *const names[] = {"auprc", "ece", "precision", "recall"};
        print_measure(out, names[i], measures[i][0], measures[i][1]);
        buf_putc(out, '\n');
    }
    print_measure(out, "brier", a->brier, b->brier);
    buf_putc(out, '\n');
    print_measure(out, "mean score", a->mean_score, b->mean_score);
    buf_putc(out, '\n');
    print_measure(out, "prevalence", a->prevalence, b->prevalence);
    buf_printf(out, "\n  labelled     %10llu %10llu\n", (unsigned long long)a->n, (unsigned long long)b->n);
}

/* What a number alone does not tell. */
static void print_remarks(struct buf *out, const struct drift_index *index)
{
    if (fabs(index->missing_current - index->missing_reference) >= 0.01)
        buf_printf(out, "      missing: %.1f %% of the rows, was %.1f %%\n", index->missing_current * 100,
                   index->missing_reference * 100);
    if (index->new_current > 0)
        buf_printf(out, "      in categories that the reference has not: %.1f %%\n",
                   index->new_current * 100);
    if (index->infinite_current > 0)
        buf_printf(out, "      infinite: %llu rows, counted in the outermost bins\n",
                   (unsigned long long)index->infinite_current);
}

static void print_index(struct buf *out, bool colours, const struct drift_index *index)
{
    buf_puts(out, "  ");
    text_add_fit(out, index->feature, 40, true);
    if (isnan(index->psi))
        buf_puts(out, "       -        -  ");
    else
        buf_printf(out, "%8.4f %8.4f  ", index->psi, index->noise);
    text_add(out, colours, style_of(index->band), drift_band_name(index->band));
    buf_putc(out, '\n');
    print_remarks(out, index);
}

void drift_print_text(struct buf *out, bool colours, const struct drift_result *result)
{
    const char *segment = NULL;
    print_head(out, colours, result);
    print_freshness(out, colours, result);
    buf_putc(out, '\n');
    text_add(out, colours, STYLE_BOLD, "  feature                                      PSI    noise  band");
    buf_putc(out, '\n');
    for (size_t i = 0; i < result->n_indices; i++) {
        const struct drift_index *index = &result->indices[i];
        if (index->segment && (!segment || strcmp(segment, index->segment) != 0)) {
            segment = index->segment;
            buf_puts(out, "segment ");
            text_add_fit(out, segment, 40, false);
            buf_printf(out, ": %llu rows, was %llu\n", (unsigned long long)index->n_current,
                       (unsigned long long)index->n_reference);
        }
        print_index(out, colours, index);
    }
    if (result->reference.n + result->reference.unlabelled + result->current.n + result->current.unlabelled >
        0)
        buf_putc(out, '\n');
    print_performance(out, colours, result, &(struct sides){"reference", "current"});
}

void drift_print_canary(struct buf *out, bool colours, const struct drift_result *result)
{
    print_performance(out, colours, result, &(struct sides){"baseline", "canary"});
    if (result->comparison.verdict == DRIFT_UNDECIDED)
        buf_puts(out, "\nundecided: let the canary answer more cases that get a label, or widen --margin\n");
}
