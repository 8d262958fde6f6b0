#include "drift/tally.h"

#include <math.h>
#include <string.h>

#include "base/must.h"
#include "drift/kernels.h"

enum { NO_SLOT = UINT16_MAX };

void binning_arrange(struct binning *binning, const struct schema *schema)
{
    binning->n_features = binning->n_bins = 0;
    for (size_t c = 0; c < schema->n_columns; c++) {
        const struct schema_column *column = &schema->columns[c];
        if (!column->is_feature)
            continue;
        struct feature *feature = &binning->features[binning->n_features++];
        feature->column = c;
        feature->n_bins = (column->categories ? column->categories->words.n : feature->n_edges) + 2;
        feature->first_bin = binning->n_bins;
        binning->n_bins += feature->n_bins;
    }
    binning->n_slots = 1;
    if (schema->segment >= 0)
        binning->n_slots += schema->columns[schema->segment].categories->words.n;
}

void tally_start(struct tally *tally, const struct schema *schema, const struct binning *binning,
                 double threshold)
{
    size_t n_counts = binning->n_slots * binning->n_bins;
    *tally =
        (struct tally){.schema = schema, .binning = binning, .threshold = threshold, .newest_us = -INFINITY};
    tally->counts = heap_alloc((n_counts + 1) * sizeof *tally->counts);
    tally->slot_rows = heap_alloc(binning->n_slots * sizeof *tally->slot_rows);
    tally->infinite = heap_alloc((binning->n_features + 1) * sizeof *tally->infinite);
    memset(tally->counts, 0, n_counts * sizeof *tally->counts);
    memset(tally->slot_rows, 0, binning->n_slots * sizeof *tally->slot_rows);
    memset(tally->infinite, 0, binning->n_features * sizeof *tally->infinite);
}

void tally_end(struct tally *tally)
{
    heap_free_(&tally->counts);
    heap_free_(&tally->slot_rows);
    heap_free_(&tally->infinite);
}

static void place_rows(struct tally *tally, const struct block *block, uint16_t *slots)
{
    const double *segments = block->columns[tally->schema->segment];
    for (size_t i = 0; i < block->n_rows; i++) {
        bool known = segments[i] + 1 < (double)tally->binning->n_slots; /* not when it is missing */
        slots[i] = known ? (uint16_t)(segments[i] + 1) : NO_SLOT;
        if (known)
            tally->slot_rows[slots[i]]++;
        else
            tally->rows_unplaced++;
    }
}

/* The bin of each row. */
static void place_values(const struct feature *feature, const struct schema_column *column,
                         const double *values, size_t n, uint16_t *bins)
{
    if (column->categories)
        for (size_t i = 0; i < n; i++)
            bins[i] = (uint16_t)(isnan(values[i]) ? (double)feature->n_bins - 1 : values[i]);
    else {
        kernel_place(values, n, feature->edges, feature->n_edges, bins);
        for (size_t i = 0; i < n; i++)
            bins[i] = isnan(values[i]) ? (uint16_t)(feature->n_bins - 1) : bins[i];
    }
}

static void count_everywhere(struct tally *tally, size_t f, const double *values, size_t n,
                             const uint16_t *slots)
{
    uint16_t bins[BLOCK_ROWS];
    const struct feature *feature = &tally->binning->features[f];
    place_values(feature, &tally->schema->columns[feature->column], values, n, bins);
    uint64_t *all = tally_bins(tally, 0, f);
    for (size_t i = 0; i < n; i++)
        all[bins[i]]++;
    for (size_t i = 0; slots && i < n; i++)
        if (slots[i] != NO_SLOT)
            tally_bins(tally, slots[i], f)[bins[i]]++;
}

static void count_numbers(struct tally *tally, size_t f, const double *values, size_t n)
{
    const struct feature *feature = &tally->binning->features[f];
    uint64_t from[EDGES_MAX] = {0}, *bins = tally_bins(tally, 0, f);
    struct odd_values odd = {0};
    kernel_count_from(values, n, feature->edges, feature->n_edges, from);
    if (!kernel_is_finite(values, n))
        kernel_count_odd(values, n, &odd);
    uint64_t left = n - odd.missing;
    for (size_t j = 0; j < feature->n_edges; j++) {
        bins[j] += left - from[j];
        left = from[j];
    }
    bins[feature->n_edges] += left;
    bins[feature->n_bins - 1] += odd.missing;
    tally->infinite[f] += odd.infinite;
}

/* Readers of text have checked each cell, with its line; what lies in a .npy file is looked at here. */
static int check_values(const struct schema *schema, const struct block *block, struct err *err)
{
    for (size_t c = 0; c < schema->n_columns; c++) {
        const double *values = block->columns[c];
        enum column_kind kind = schema->columns[c].kind;
        size_t i = 0;
        if (kind == COLUMN_SCORE && kernel_count_outside(values, block->n_rows, 0, 1) > 0)
            while (!(values[i] < 0 || values[i] > 1))
                i++;
        else if (kind == COLUMN_LABEL && kernel_count_no_labels(values, block->n_rows) > 0)
            while (isnan(values[i]) || values[i] == 0 || values[i] == 1)
                i++;
        else
            continue;
        unsigned long long row = block->first_row + 1;
        return err_set(err, "row %llu (from 1): column \"%s\": %g is no %s: %s", row + i,
                       schema->columns[c].name, values[i], column_kind_name(kind),
                       kind == COLUMN_SCORE ? "a score is a probability from 0 to 1" : "a label is 0 or 1");
    }
    return 0;
}

static void note_times(struct tally *tally, const struct block *block)
{
    const double *times = block->columns[tally->schema->time];
    for (size_t i = 0; i < block->n_rows; i++)
        tally->newest_us = times[i] > tally->newest_us ? times[i] : tally->newest_us;
}

static void count_feature(struct tally *tally, size_t f, const struct block *block, const uint16_t *slots)
{
    size_t c = tally->binning->features[f].column;
    const double *values = block->columns[c];
    bool is_number = !tally->schema->columns[c].categories;
    if (is_number && !slots) {
        count_numbers(tally, f, values, block->n_rows);
        return;
    }
    struct odd_values odd = {0};
    if (is_number)
        kernel_count_odd(values, block->n_rows, &odd);
    tally->infinite[f] += odd.infinite;
    count_everywhere(tally, f, values, block->n_rows, slots);
}

int tally_take(struct tally *tally, const struct block *block, struct err *err)
{
    uint16_t slots[BLOCK_ROWS];
    const struct schema *schema = tally->schema;
    bool has_segments = schema->segment >= 0;
    must(block->n_rows <= BLOCK_ROWS && block->n_columns == schema->n_columns);
    if (check_values(schema, block, err) < 0)
        return -1;
    if (has_segments)
        place_rows(tally, block, slots);
    tally->slot_rows[0] += block->n_rows;
    for (size_t f = 0; f < tally->binning->n_features; f++)
        if (!tally->numbers_known || schema->columns[tally->binning->features[f].column].categories)
            count_feature(tally, f, block, has_segments ? slots : NULL);
    if (schema_has_truth(schema))
        performance_add(&tally->performance, block->columns[schema->score], block->columns[schema->label],
                        block->n_rows, tally->threshold);
    if (schema->time >= 0)
        note_times(tally, block);
    return 0;
}
