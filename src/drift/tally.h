/* Rows counted into the bins of a reference: the same for the reference itself and for what is held against
 * it. */
#pragma once

#include <stdbool.h>

#include "drift/frame.h"
#include "drift/performance.h"
#include "drift/psi.h"
#include "drift/schema.h"

/* The bins of a feature lie side by side in the counts of a slot: of a number those of psi_edges(), of a
 * category one a word and one for words that the reference has not; then, for both, the missing values. */
struct feature {
    size_t column; /* of the schema */
    double edges[EDGES_MAX];
    size_t n_edges;
    size_t n_bins, first_bin;
};

/* Slot 0 counts all rows, slot 1 + s those of segment s. */
struct binning {
    struct feature features[COLUMNS_MAX];
    size_t n_features;
    size_t n_bins; /* of all features */
    size_t n_slots;
};

/* Numbers the bins, from the schema and, for numbers, the edges that are there. */
void binning_arrange(struct binning *binning, const struct schema *schema);

struct tally {
    const struct schema *schema;
    const struct binning *binning;
    uint64_t *counts;       /* n_slots times n_bins */
    uint64_t *slot_rows;    /* n_slots */
    uint64_t *infinite;     /* a feature; counted in its outermost bins */
    uint64_t rows_unplaced; /* in a segment that the reference has not, or in none */
    bool numbers_known;     /* the counts of numbers are set already, and are left alone */
    double threshold;
    struct performance_sums performance; /* where there are scores and labels */
    double newest_us;                    /* the latest time; -INFINITY without any */
};

void tally_start(struct tally *tally, const struct schema *schema, const struct binning *binning,
                 double threshold);
void tally_end(struct tally *tally);

/* -1: a score or label is none; the row is named, and the block is not counted. */
int tally_take(struct tally *tally, const struct block *block, struct err *err);

/* Whether there are columns for scores and labels. */
static inline bool schema_has_truth(const struct schema *schema)
{
    return schema->score >= 0 && schema->label >= 0;
}

static inline uint64_t *tally_bins(const struct tally *tally, size_t slot, size_t feature)
{
    return tally->counts + slot * tally->binning->n_bins + tally->binning->features[feature].first_bin;
}
