/* Making a profile from a reference: its columns are put down (or mapped), the edges selected, the rows
 * counted. */
#include "drift/profile.h"

#include <math.h>
#include <string.h>

#include "drift/average_precision.h"
#include "drift/source.h"
#include "drift/spool.h"

struct drift_profile *profile_new(struct schema *schema)
{
    struct drift_profile *profile = heap_alloc(sizeof *profile);
    memset(profile, 0, sizeof *profile);
    profile->schema = schema;
    profile->auprc = NAN;
    return profile;
}

void drift_profile_free(struct drift_profile *profile)
{
    if (!profile)
        return;
    tally_end(&profile->tally);
    schema_free(profile->schema);
    heap_free_(&profile);
}

const char *drift_profile_id(const struct drift_profile *profile)
{
    return profile->id;
}

void profile_performance(const struct drift_profile *profile, struct drift_performance *ret_performance)
{
    performance_read(&profile->tally.performance, profile->auprc, ret_performance);
}

/* A reference is finite: an infinite value would be an edge that parts nothing. */
static int not_finite(const struct frame *frame, const struct schema *schema, size_t column, struct err *err)
{
    scoped_heap double *scratch = heap_alloc(BLOCK_ROWS * sizeof *scratch);
    unsigned long long row = 1;
    for (uint64_t b = 0; b < frame_blocks(frame); b++) {
        const double *values = frame_block(frame, column, b, scratch);
        for (size_t i = 0; i < frame_block_rows(frame, b) && !isinf(values[i]); i++)
            row++;
        if (row <= b * BLOCK_ROWS + frame_block_rows(frame, b))
            break;
    }
    return err_set(
        err,
        "column \"%s\" is infinite in row %llu (from 1, without the header); a reference holds finite "
        "numbers or none",
        schema->columns[column].name, row);
}

static int no_value(const struct schema_column *column, struct err *err)
{
    return err_set(err, "column \"%s\" has no value at all; leave it out with --ignore %s", column->name,
                   column->name);
}

static int find_edges(struct drift_profile *profile, const struct frame *frame, struct edges *edges,
                      struct err *err)
{
    const struct schema *schema = profile->schema;
    size_t f = 0;
    for (size_t c = 0; c < schema->n_columns; c++) {
        if (!schema->columns[c].is_feature)
            continue;
        struct feature *feature = &profile->binning.features[f++];
        if (schema->columns[c].categories)
            continue;
        struct edges *at = &edges[f - 1];
        psi_edges(frame, c, at);
        if (at->has_infinite)
            return not_finite(frame, schema, c, err);
        if (at->n == 0)
            return no_value(&schema->columns[c], err);
        feature->n_edges = at->n;
        memcpy(feature->edges, at->at, at->n * sizeof *at->at);
    }
    return f > 0 ? 0 : err_set(err, "no column is left to watch");
}

/* Without segments the selection has counted the numbers already. */
static void set_counts(struct drift_profile *profile, uint64_t n_rows, const struct edges *edges)
{
    for (size_t f = 0; f < profile->binning.n_features; f++) {
        const struct feature *feature = &profile->binning.features[f];
        uint64_t *bins = tally_bins(&profile->tally, 0, f), missing = n_rows;
        if (profile->schema->columns[feature->column].categories)
            continue;
        for (size_t i = 0; i <= feature->n_edges; i++) {
            bins[i] = edges[f].counts[i];
            missing -= bins[i];
        }
        bins[feature->n_bins - 1] = missing;
    }
    profile->tally.numbers_known = true;
}

static int count_block(void *context, const struct block *block, struct err *err)
{
    return tally_take(context, block, err);
}

static int fill(struct drift_profile *profile, const struct frame *frame, struct err *err)
{
    struct schema *schema = profile->schema;
    struct block_sink sink = {.context = &profile->tally, .take = count_block};
    for (size_t c = 0; c < schema->n_columns; c++)
        if (schema->columns[c].categories)
            schema->columns[c].categories->closed = true;
    scoped_heap struct edges *edges = heap_alloc(COLUMNS_MAX * sizeof *edges);
    if (find_edges(profile, frame, edges, err) < 0)
        return -1;
    binning_arrange(&profile->binning, schema);
    tally_start(&profile->tally, schema, &profile->binning, profile->threshold);
    if (schema->segment < 0)
        set_counts(profile, frame->n_rows, edges);
    if (frame_each_block(frame, &sink, err) < 0)
        return -1;
    if (schema_has_truth(schema))
        profile->auprc = average_precision(frame, (size_t)schema->score, (size_t)schema->label);
    profile_pin(profile);
    return 0;
}

struct putting_down {
    struct spool *spool;
    int places[COLUMNS_MAX];
};

static int put_down(void *context, const struct block *block, struct err *err)
{
    struct putting_down *down = context;
    return spool_add(down->spool, block, down->places, err);
}

static int fill_from_text(struct drift_profile *profile, struct source *source, struct err *err)
{
    struct putting_down down = {.spool = spool_new(profile->schema->n_columns)};
    struct block_sink sink = {.context = &down, .take = put_down};
    struct frame frame;
    for (int c = 0; c < COLUMNS_MAX; c++)
        down.places[c] = c;
    int is = source_read(source, profile->schema, &sink, err);
    if (is == 0)
        is = spool_frame(down.spool, &frame, err);
    if (is == 0 && (is = fill(profile, &frame, err)) < 0)
        err_prefix(err, "%s: ", source_name(source));
    spool_free(down.spool);
    return is;
}

static int fill_from_source(struct drift_profile *profile, struct source *source, struct err *err)
{
    struct column columns[COLUMNS_MAX];
    struct frame frame;
    int is = source_frame(source, profile->schema, columns, &frame, err);
    if (is > 0)
        return fill_from_text(profile, source, err);
    if (is == 0 && (is = fill(profile, &frame, err)) < 0)
        err_prefix(err, "%s: ", source_name(source));
    return is;
}

int drift_profile_make(const char *path, const struct drift_columns *columns,
                       struct drift_profile **ret_profile, struct err *err)
{
    struct source *source;
    struct schema *schema = NULL;
    if (source_open(path, &source, err) < 0)
        return -1;
    struct guess *guess = guess_new();
    int is = source_guess(source, guess, err);
    if (is == 0 && (is = guess_schema(guess, columns, &schema, err)) < 0)
        err_prefix(err, "%s: ", source_name(source));
    guess_free(guess);
    if (is == 0) {
        struct drift_profile *profile = profile_new(schema);
        profile->threshold = columns->threshold > 0 ? columns->threshold : 0.5;
        is = fill_from_source(profile, source, err);
        if (is == 0)
            *ret_profile = profile;
        else
            drift_profile_free(profile);
    }
    source_close(source);
    return is;
}
