#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "drift/drift.h"

const char *drift_band_name(enum drift_band band)
{
    static const char *const names[] = {"stable", "moderate", "major", "unknown"};
    return names[band];
}

const char *drift_freshness_name(enum drift_freshness freshness)
{
    static const char *const names[] = {NULL, "fresh", "stale", "not newer", "future"};
    return names[freshness];
}

static void pair_double(struct json_writer *w, const char *name, double value)
{
    jw_name(w, name);
    jw_double(w, value);
}

static void print_index(struct json_writer *w, const struct drift_index *index)
{
    jw_begin_object(w);
    jw_pair(w, "feature", index->feature);
    jw_pair(w, "segment", index->segment);
    pair_double(w, "psi", index->psi);
    pair_double(w, "noise", index->noise);
    jw_pair(w, "band", drift_band_name(index->band));
    jw_pair_int(w, "reference_rows", (int64_t)index->n_reference);
    jw_pair_int(w, "current_rows", (int64_t)index->n_current);
    pair_double(w, "reference_missing", index->missing_reference);
    pair_double(w, "current_missing", index->missing_current);
    pair_double(w, "current_new", index->new_current);
    jw_pair_int(w, "current_infinite", (int64_t)index->infinite_current);
    jw_end_object(w);
}

static void print_performance(struct json_writer *w, const char *name, const struct drift_performance *p)
{
    jw_name(w, name);
    if (p->n == 0) {
        jw_null(w);
        return;
    }
    jw_begin_object(w);
    jw_pair_int(w, "rows", (int64_t)p->n);
    jw_pair_int(w, "positive", (int64_t)p->n_positive);
    jw_pair_int(w, "unlabelled", (int64_t)p->unlabelled);
    jw_pair_int(w, "unscored", (int64_t)p->unscored);
    pair_double(w, "auprc", p->auprc);
    pair_double(w, "ece", p->ece);
    pair_double(w, "brier", p->brier);
    pair_double(w, "precision", p->precision);
    pair_double(w, "recall", p->recall);
    pair_double(w, "mean_score", p->mean_score);
    pair_double(w, "prevalence", p->prevalence);
    jw_name(w, "calibration");
    jw_begin_array(w);
    for (size_t b = 0; b < ECE_BINS; b++) {
        const struct reliability *bin = &p->bins[b];
        jw_begin_object(w);
        pair_double(w, "rows", bin->n);
        pair_double(w, "mean_score", bin->scores / bin->n); /* null without rows */
        pair_double(w, "mean_label", bin->labels / bin->n);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_end_object(w);
}

static void print_verdict(struct json_writer *w, const struct drift_comparison *comparison)
{
    jw_pair(w, "verdict", drift_verdict_name(comparison->verdict));
    pair_double(w, "confidence", comparison->confidence);
    jw_name(w, "changes");
    jw_begin_array(w);
    for (size_t i = 0; i < CHANGES; i++) {
        const struct drift_change *change = &comparison->changes[i];
        jw_begin_object(w);
        jw_pair(w, "measure", change->measure);
        pair_double(w, "baseline", change->baseline);
        pair_double(w, "candidate", change->candidate);
        pair_double(w, "error", change->error);
        jw_pair(w, "verdict", drift_verdict_name(change->verdict));
        pair_double(w, "confidence", change->confidence);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void print_freshness(struct json_writer *w, const struct drift_result *result)
{
    jw_name(w, "freshness");
    if (result->freshness == DRIFT_NO_TIME) {
        jw_null(w);
        return;
    }
    jw_begin_object(w);
    jw_pair(w, "state", drift_freshness_name(result->freshness));
    jw_pair_time(w, "newest", result->newest_us);
    jw_pair_time(w, "reference_newest", result->newest_reference_us);
    jw_pair_int_or_null(w, "age_s", result->age_us / US_PER_S, result->newest_us != 0);
    jw_end_object(w);
}

static int by_size(const void *a, const void *b)
{
    double x = (*(const struct drift_index *const *)a)->psi, y = (*(const struct drift_index *const *)b)->psi;
    return isnan(x) || isnan(y) ? isnan(x) - isnan(y) : (x < y) - (x > y);
}

static void print_indices(struct json_writer *w, const struct drift_result *result, size_t n_most)
{
    size_t n = result->n_indices;
    scoped_arena struct arena *arena = arena_new();
    const struct drift_index **indices = arena_alloc(arena, (n + 1) * sizeof *indices);
    for (size_t i = 0; i < n; i++)
        indices[i] = &result->indices[i];
    if (n_most && n)
        qsort(indices, n, sizeof *indices, by_size);
    jw_name(w, "indices");
    jw_begin_array(w);
    for (size_t i = 0; i < n && (!n_most || i < n_most); i++)
        print_index(w, indices[i]);
    jw_end_array(w);
}

void drift_result_print(const struct drift_result *result, struct buf *out)
{
    drift_result_print_largest(result, 0, out);
}

void drift_result_print_largest(const struct drift_result *result, size_t n_most, struct buf *out)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    jw_pair_bool(&w, "healthy", result->healthy);
    jw_pair(&w, "band", drift_band_name(result->band));
    jw_pair(&w, "profile", result->profile_id);
    jw_pair_int(&w, "reference_rows", (int64_t)result->n_reference);
    jw_pair_int(&w, "current_rows", (int64_t)result->n_current);
    jw_pair_int(&w, "rows_outside_segments", (int64_t)result->rows_unplaced);
    print_indices(&w, result, n_most);
    print_performance(&w, "reference", &result->reference);
    print_performance(&w, "current", &result->current);
    jw_name(&w, "comparison");
    if (result->is_compared) {
        jw_begin_object(&w);
        print_verdict(&w, &result->comparison);
        jw_end_object(&w);
    } else
        jw_null(&w);
    print_freshness(&w, result);
    jw_end_object(&w);
}

void drift_canary_print(const struct drift_result *result, struct buf *out)
{
    struct json_writer w = jw_start(out);
    jw_begin_object(&w);
    print_verdict(&w, &result->comparison);
    print_performance(&w, "baseline", &result->reference);
    print_performance(&w, "canary", &result->current);
    jw_end_object(&w);
}
