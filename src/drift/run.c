/* Current rows held against a profile. */
#include <math.h>
#include <string.h>

#include "base/must.h"
#include "drift/ndjson.h"
#include "drift/profile.h"
#include "drift/source.h"

struct drift_run {
    const struct drift_profile *profile;
    struct tally tally;
    char *fault;     /* the first failure: there is no result any more */
    struct csv *csv; /* while rows are fed */
    struct ndjson *ndjson;
    struct table *table;
};

struct drift_run *drift_run_new(const struct drift_profile *profile)
{
    struct drift_run *run = heap_alloc(sizeof *run);
    *run = (struct drift_run){.profile = profile};
    tally_start(&run->tally, profile->schema, &profile->binning);
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
    heap_free_(&run->fault);
    heap_free_(&run);
}

static int failed(struct drift_run *run, int is, const struct err *err)
{
    if (is < 0 && !run->fault)
        run->fault = heap_strdup(err->text);
    return is;
}

static int take_block(void *context, const struct block *block, struct err *err)
{
    struct drift_run *run = context;
    (void)err;
    tally_take(&run->tally, block);
    return 0;
}

int drift_run_file(struct drift_run *run, const char *path, struct err *err)
{
    struct block_sink sink = {.context = run, .take = take_block};
    struct source *source;
    int is = source_open(path, &source, err);
    if (is == 0) {
        is = source_read(source, run->profile->schema, &sink, err);
        source_close(source);
    }
    return failed(run, is, err);
}

void drift_run_open(struct drift_run *run, const char *name, enum drift_format format)
{
    struct block_sink sink = {.context = run, .take = take_block};
    must(!run->table);
    run->table = table_new(run->profile->schema, &sink);
    struct record_sink records = table_records(run->table);
    if (format == DRIFT_CSV)
        run->csv = csv_new(name, &records);
    else
        run->ndjson = ndjson_new(name, run->profile->schema, &records);
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

int drift_run_result(struct drift_run *run, struct arena *arena, struct drift_result *ret_result,
                     struct err *err)
{
    const struct binning *binning = &run->profile->binning;
    if (run->fault)
        return err_set(err, "%s", run->fault);
    if (run->tally.slot_rows[0] == 0)
        return err_set(err, "there was no row to hold against the reference");
    struct drift_result result = {.profile_id = run->profile->id,
                                  .n_reference = run->profile->tally.slot_rows[0],
                                  .n_current = run->tally.slot_rows[0]};
    result.indices = arena_alloc(arena, binning->n_features * binning->n_slots * sizeof *result.indices);
    for (size_t slot = 0; slot < binning->n_slots; slot++)
        for (size_t f = 0; f < binning->n_features; f++) {
            struct drift_index *index = &result.indices[result.n_indices++];
            measure(run, slot, f, index);
            if (is_worse(index->band, result.band))
                result.band = index->band;
        }
    *ret_result = result;
    return 0;
}
