/* The measures of drift/ over .npy files, timed one by one: bench/drift runs this beside NumPy and
 * scikit-learn.
 *
 * usage: bench_drift MEASURE FILE...   prints {"seconds" of the processor, "value"}
 *   psi REFERENCE CURRENT       both mapped, the profile made anew
 *   stored PROFILE CURRENT      against a stored profile
 *   auprc SCORES   ece SCORES   two columns: score and label
 * One thread. psi, stored and ece run with no more than 64 MiB of memory of their own (RLIMIT_DATA), the
 * mapped input apart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "drift/average_precision.h"
#include "drift/drift.h"
#include "drift/source.h"

/* What this process had of the processor. */
static double used_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static _Noreturn void give_up(const struct err *err)
{
    fprintf(stderr, "bench_drift: %s\n", err->text);
    exit(1);
}

static double psi_sum(const struct drift_profile *profile, const char *current)
{
    scoped_arena struct arena *arena = arena_new();
    struct drift_run *run = drift_run_new(profile);
    struct drift_limits limits = {0};
    struct drift_result result;
    struct err err;
    double sum = 0;
    if (drift_run_file(run, current, &err) < 0 ||
        drift_run_result(run, arena, &limits, US_PER_S, &result, &err) < 0)
        give_up(&err);
    for (size_t i = 0; i < result.n_indices; i++)
        sum += result.indices[i].psi;
    drift_run_free(run);
    return sum;
}

static double measure_psi(const char *reference, const char *current)
{
    struct drift_columns columns = {0};
    struct drift_profile *profile;
    struct err err;
    if (drift_profile_make(reference, &columns, &profile, &err) < 0)
        give_up(&err);
    double sum = psi_sum(profile, current);
    drift_profile_free(profile);
    return sum;
}

static double measure_stored(const char *stored, const char *current)
{
    struct drift_profile *profile;
    struct err err;
    if (drift_profile_load(stored, &profile, &err) < 0)
        give_up(&err);
    double sum = psi_sum(profile, current);
    drift_profile_free(profile);
    return sum;
}

static double measure_scores(const char *measure, const char *path)
{
    struct schema *schema = schema_new();
    struct source *source;
    struct column columns[COLUMNS_MAX];
    struct frame frame;
    struct err err;
    double value;
    if (schema_add(schema, "column0", COLUMN_SCORE, &err) < 0 ||
        schema_add(schema, "column1", COLUMN_LABEL, &err) < 0 || source_open(path, &source, &err) < 0 ||
        source_frame(source, schema, columns, &frame, &err) != 0)
        give_up(&err);
    if (strcmp(measure, "auprc") == 0)
        value = average_precision(&frame, 0, 1);
    else {
        struct performance_sums sums = {0};
        struct drift_performance performance;
        scoped_heap double *scratch = heap_alloc(2 * BLOCK_ROWS * sizeof *scratch);
        for (uint64_t b = 0; b < frame_blocks(&frame); b++) {
            const double *scores = frame_block(&frame, 0, b, scratch);
            const double *labels = frame_block(&frame, 1, b, scratch + BLOCK_ROWS);
            performance_add(&sums, scores, labels, frame_block_rows(&frame, b), 0.5);
        }
        performance_read(&sums, 0, &performance);
        value = performance.ece;
    }
    source_close(source);
    schema_free(schema);
    return value;
}

int main(int argc, char **argv)
{
    struct rlimit limit = {.rlim_cur = 64 << 20, .rlim_max = 64 << 20};
    const char *measure = argc > 1 ? argv[1] : "";
    bool two_files = strcmp(measure, "psi") == 0 || strcmp(measure, "stored") == 0;
    double value;
    if (argc != (two_files ? 4 : 3)) {
        fputs("usage: bench_drift psi|stored|auprc|ece FILE...\n", stderr);
        return 2;
    }
    if (strcmp(measure, "auprc") != 0)
        setrlimit(RLIMIT_DATA, &limit);
    double from = used_s();
    if (strcmp(measure, "psi") == 0)
        value = measure_psi(argv[2], argv[3]);
    else if (strcmp(measure, "stored") == 0)
        value = measure_stored(argv[2], argv[3]);
    else
        value = measure_scores(measure, argv[2]);
    printf("{\"seconds\": %.6f, \"value\": %.17g}\n", used_s() - from, value);
    return 0;
}
