/* Current rows held against a profile. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "drift/average_precision.h"
#include "drift/ndjson.h"
#include "drift/profile.h"
#include "drift/source.h"
#include "drift/spool.h"

struct drift_run {
    const struct drift_profile *profile;
    struct tally tally;
    struct spool *spool;   /* scores and labels: the curve wants all of them */
    struct source *mapped; /* instead of the spool, while one .npy file is all there is */
    struct column columns[COLUMNS_MAX];
    struct frame frame; /* of mapped */
    bool is_read;       /* the result was taken */
    char *fault;        /* the first failure: there is no result any more */
    struct csv *csv;    /* while rows are fed */
    struct ndjson *ndjson;
    struct table *table;
};

struct drift_run *drift_run_new(const struct drift_profile *profile)
{
    struct drift_run *run = heap_alloc(sizeof *run);
    *run = (struct drift_run){.profile = profile};
    tally_start(&run->tally, profile->schema, &profile->binning, profile->threshold);
    if (schema_has_truth(profile->schema))
        run->spool = spool_new(2);
    return run;
}

static void close_stream(struct drift_run *run)
{
    csv_free(run->csv);
    ndjson_free(run->ndjson);
    table_free(run->table);
    run->csv = NULL;
    run->ndjson = NULL;
    run->table = NULL;
}

void drift_run_free(struct drift_run *run)
{
    if (!run)
        return;
    close_stream(run);
    tally_end(&run->tally);
    spool_free(run->spool);
    source_close(run->mapped);
    heap_free_(&run->fault);
    heap_free_(&run);
}

static int failed(struct drift_run *run, int is, const struct err *err)
{
    if (is < 0 && !run->fault)
        run->fault = heap_strdup(err->text);
    return is;
}

static int put_down(void *context, const struct block *block, struct err *err)
{
    struct drift_run *run = context;
    const struct schema *schema = run->profile->schema;
    const int places[] = {schema->score, schema->label};
    return run->spool ? spool_add(run->spool, block, places, err) : 0;
}

static int take_block(void *context, const struct block *block, struct err *err)
{
    struct drift_run *run = context;
    return tally_take(&run->tally, block, err) < 0 ? -1 : put_down(run, block, err);
}

static int count_block(void *context, const struct block *block, struct err *err)
{
    struct drift_run *run = context;
    return tally_take(&run->tally, block, err);
}

/* More rows come than those of the one file that was mapped: they go to the spool, too. */
static int unmap(struct drift_run *run, struct err *err)
{
    struct block_sink sink = {.context = run, .take = put_down};
    if (!run->mapped)
        return 0;
    int is = frame_each_block(&run->frame, &sink, err);
    source_close(run->mapped);
    run->mapped = NULL;
    return is;
}

static int read_source(struct drift_run *run, struct source *source, struct err *err)
{
    struct block_sink sink = {.context = run, .take = take_block};
    if (unmap(run, err) < 0)
        return -1;
    if (run->tally.slot_rows[0] == 0) {
        int is = source_frame(source, run->profile->schema, run->columns, &run->frame, err);
        if (is < 0)
            return -1;
        sink.take = is == 0 ? count_block : take_block;
        run->mapped = is == 0 ? source : NULL;
    }
    return source_read(source, run->profile->schema, &sink, err);
}

int drift_run_file(struct drift_run *run, const char *path, struct err *err)
{
    struct source *source;
    must(!run->table && !run->is_read);
    int is = source_open(path, &source, err);
    if (is == 0) {
        is = read_source(run, source, err);
        if (run->mapped != source)
            source_close(source);
    }
    return failed(run, is, err);
}

int drift_run_open(struct drift_run *run, const char *name, enum drift_format format, struct err *err)
{
    struct block_sink sink = {.context = run, .take = take_block};
    must(!run->table && !run->is_read);
    if (unmap(run, err) < 0)
        return failed(run, -1, err);
    run->table = table_new(run->profile->schema, &sink);
    struct record_sink records = table_records(run->table);
    if (format == DRIFT_CSV)
        run->csv = csv_new(name, &records);
    else
        run->ndjson = ndjson_new(name, run->profile->schema, &records);
    return 0;
}

int drift_run_feed(struct drift_run *run, const char *bytes, size_t n_bytes, struct err *err)
{
    must(run->table);
    if (run->fault)
        return err_set(err, "%s", run->fault);
    int is =
        run->csv ? csv_feed(run->csv, bytes, n_bytes, err) : ndjson_feed(run->ndjson, bytes, n_bytes, err);
    return failed(run, is, err);
}

int drift_run_end(struct drift_run *run, struct err *err)
{
    must(run->table);
    if (run->fault) {
        close_stream(run);
        return err_set(err, "%s", run->fault);
    }
    int is = run->csv ? csv_end(run->csv, err) : ndjson_end(run->ndjson, err);
    if (is == 0)
        is = table_end(run->table, err);
    close_stream(run);
    return failed(run, is, err);
}

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void measure(const struct drift_run *run, size_t slot, size_t f, struct drift_index *index)
{
    const struct schema *schema = run->profile->schema;
    const struct feature *feature = &run->profile->binning.features[f];
    const struct schema_column *column = &schema->columns[feature->column];
    const uint64_t *reference = tally_bins(&run->profile->tally, slot, f);
    const uint64_t *current = tally_bins(&run->tally, slot, f);
    size_t n = feature->n_bins;
    *index = (struct drift_index){
        .feature = column->name,
        .psi = psi(reference, current, n),
        .noise = psi_noise(reference, current, n),
        .n_reference = run->profile->tally.slot_rows[slot],
        .n_current = run->tally.slot_rows[slot],
        .infinite_current = slot == 0 ? run->tally.infinite[f] : 0,
    };
    if (slot > 0)
        index->segment = schema->columns[schema->segment].categories->words.at[slot - 1];
    index->missing_reference = share(reference[n - 1], index->n_reference);
    index->missing_current = share(current[n - 1], index->n_current);
    if (column->categories)
        index->new_current = share(current[n - 2], index->n_current);
    index->band = index->psi >= PSI_MAJOR && index->psi > index->noise ? DRIFT_MAJOR
                  : isnan(index->psi) || index->noise >= PSI_MODERATE  ? DRIFT_UNKNOWN
                  : index->psi >= PSI_MODERATE                         ? DRIFT_MODERATE
                                                                       : DRIFT_STABLE;
}

static bool is_worse(enum drift_band a, enum drift_band b)
{
    static const int order[] = {
        [DRIFT_STABLE] = 0, [DRIFT_UNKNOWN] = 1, [DRIFT_MODERATE] = 2, [DRIFT_MAJOR] = 3};
    return order[a] > order[b];
}

static int read_performance(struct drift_run *run, struct drift_performance *ret_performance, struct err *err)
{
    const struct schema *schema = run->profile->schema;
    struct frame frame = run->frame;
    double auprc = NAN;
    size_t score = run->mapped ? (size_t)schema->score : 0, label = run->mapped ? (size_t)schema->label : 1;
    if (run->spool && !run->mapped && spool_frame(run->spool, &frame, err) < 0)
        return -1;
    if (run->spool)
        auprc = average_precision(&frame, score, label);
    performance_read(&run->tally.performance, auprc, ret_performance);
    return 0;
}

enum { AHEAD_S = 300 };

static enum drift_freshness freshness_of(const struct drift_result *result, const struct drift_limits *limits)
{
    if (result->newest_us == 0)
        return DRIFT_STALE;
    if (result->age_us < -AHEAD_S * US_PER_S)
        return DRIFT_FUTURE;
    if (limits->max_age_us > 0 && result->age_us > limits->max_age_us)
        return DRIFT_STALE;
    return result->newest_us <= result->newest_reference_us ? DRIFT_NOT_NEWER : DRIFT_FRESH;
}

static void measure_time(const struct drift_run *run, const struct drift_limits *limits, int64_t now_us,
                         struct drift_result *result)
{
    double newest = run->tally.newest_us, reference = run->profile->tally.newest_us;
    if (run->profile->schema->time < 0)
        return;
    result->newest_us = isfinite(newest) ? (int64_t)newest : 0;
    result->newest_reference_us = isfinite(reference) ? (int64_t)reference : 0;
    result->age_us = now_us - result->newest_us;
    result->freshness = freshness_of(result, limits);
}

static void measure_all(const struct drift_run *run, struct arena *arena, struct drift_result *result)
{
    const struct binning *binning = &run->profile->binning;
    result->indices = arena_alloc(arena, binning->n_features * binning->n_slots * sizeof *result->indices);
    for (size_t slot = 0; slot < binning->n_slots; slot++)
        for (size_t f = 0; f < binning->n_features; f++) {
            struct drift_index *index = &result->indices[result->n_indices++];
            measure(run, slot, f, index);
            if (is_worse(index->band, result->band))
                result->band = index->band;
        }
}

int drift_run_result(struct drift_run *run, struct arena *arena, const struct drift_limits *limits,
                     int64_t now_us, struct drift_result *ret_result, struct err *err)
{
    struct drift_result result = {.profile_id = run->profile->id,
                                  .n_reference = run->profile->tally.slot_rows[0],
                                  .n_current = run->tally.slot_rows[0],
                                  .rows_unplaced = run->tally.rows_unplaced};
    must(!run->table);
    run->is_read = true;
    if (run->fault)
        return err_set(err, "%s", run->fault);
    if (result.n_current == 0)
        return err_set(err, "there was no row to hold against the reference");
    if (read_performance(run, &result.current, err) < 0)
        return failed(run, -1, err);
    profile_performance(run->profile, &result.reference);
    measure_all(run, arena, &result);
    measure_time(run, limits, now_us, &result);
    result.is_compared = result.reference.n > 0 && result.current.n > 0;
    if (result.is_compared)
        canary_compare(&result.reference, &result.current, limits->margin > 0 ? limits->margin : 0.02,
                       limits->confidence > 0 ? limits->confidence : 0.95, &result.comparison);
    result.healthy = result.band == DRIFT_STABLE && result.freshness <= DRIFT_FRESH &&
                     (!result.is_compared || result.comparison.verdict == DRIFT_NOT_WORSE);
    *ret_result = result;
    return 0;
}
