/* Model watch: is what a model is given, and what it answers, still as it was?
 *
 * A reference (training data, or a month that was good) becomes a profile: for each column its bins and how
 * many rows fell into each, for scores and labels how good the model was. A profile is made once, stored as a
 * file and pinned by its id; comparing needs only the profile. Current rows, from a file or as they come, are
 * counted against it, in memory that does not grow with their number.
 *
 *     drift_profile_load(path, &profile, &err);
 *     run = drift_run_new(profile);
 *     drift_run_file(run, "today.csv", &err);            or drift_run_open(), _feed()..., _end()
 *     drift_run_result(run, arena, &limits, now_us, &result, &err);
 *
 * The measures are defined where they are computed: drift/psi.h, drift/performance.h,
 * drift/average_precision.h, drift/canary.h. Errors name file and line. Bad rows are errors, not missing
 * values; where a sample is too small to tell, the band says so. One thread an object. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "drift/canary.h"

/* What the columns of a reference are for. NULL names: "score" and "label" when there are such columns, no
 * segment, no time. Lists of names may be empty. */
struct drift_columns {
    const char *score;   /* probability of the positive class, 0 to 1 */
    const char *label;   /* what it truly was, 0 or 1; may be missing in rows whose truth is not known yet */
    const char *segment; /* splits the rows: each segment gets indices of its own */
    const char *time;    /* when a row was made */
    struct strings features;    /* the only ones to watch; empty: all */
    struct strings ignored;     /* not to watch */
    struct strings categorical; /* numbers that are names */
    double threshold;           /* a score from here on is a positive answer; 0.5 when 0 */
};

struct drift_profile;

/* path: CSV, NDJSON (what begins with "{") or .npy; "-" is standard input. */
int drift_profile_make(const char *path, const struct drift_columns *columns,
                       struct drift_profile **ret_profile, struct err *err);
/* A stored one. -1, too, when it was changed after it was written. */
int drift_profile_load(const char *path, struct drift_profile **ret_profile, struct err *err);
int drift_profile_parse(const char *bytes, size_t n_bytes, struct drift_profile **ret_profile,
                        struct err *err);
void drift_profile_print(const struct drift_profile *profile, struct buf *out); /* what is stored */
/* SHA-256 of what is stored, in hex: pins it. */
const char *drift_profile_id(const struct drift_profile *profile);
void drift_profile_free(struct drift_profile *profile); /* NULL is allowed */

struct drift_run;

/* The profile outlives it. */
struct drift_run *drift_run_new(const struct drift_profile *profile);
void drift_run_free(struct drift_run *run); /* NULL is allowed */

/* A whole file; may be called for several. After -1 the run gives no result. */
int drift_run_file(struct drift_run *run, const char *path, struct err *err);
/* Or rows as they come, in pieces of any size. name stands in messages. */
enum drift_format { DRIFT_CSV, DRIFT_NDJSON };
int drift_run_open(struct drift_run *run, const char *name, enum drift_format format, struct err *err);
int drift_run_feed(struct drift_run *run, const char *bytes, size_t n_bytes, struct err *err);
int drift_run_end(struct drift_run *run, struct err *err);

enum drift_band {
    DRIFT_STABLE,   /* PSI below 0.1 */
    DRIFT_MODERATE, /* below 0.2 */
    DRIFT_MAJOR,
    DRIFT_UNKNOWN /* not major, and too few rows to call it stable: chance alone goes past 0.1 */
};

struct drift_index {
    const char *feature;
    const char *segment; /* NULL: all rows */
    double psi;          /* NaN without rows */
    double noise;        /* what chance alone reaches 19 times of 20 (psi_noise()) */
    enum drift_band band;
    uint64_t n_reference, n_current;
    double missing_reference, missing_current; /* shares of the rows, 0 to 1 */
    double new_current;                        /* share in categories that the reference has not */
    uint64_t infinite_current;                 /* counted in the outermost bins */
};

/* How old the newest row is, where a column of times is named. */
enum drift_freshness {
    DRIFT_NO_TIME,
    DRIFT_FRESH,
    DRIFT_STALE,     /* older than max_age_us */
    DRIFT_NOT_NEWER, /* than the reference's newest row: these are no new data */
    DRIFT_FUTURE     /* more than 5 minutes ahead: a clock is wrong, and the age means nothing */
};

struct drift_limits {
    double margin;      /* how much worse a measure may be and still count as not worse; 0.02 when 0 */
    double confidence;  /* 0.95 when 0 */
    int64_t max_age_us; /* 0: none */
};

struct drift_result {
    const char *profile_id;
    bool healthy; /* stable, fresh, and not shown to be worse or undecided */
    uint64_t n_reference, n_current;
    enum drift_band band;        /* the worst of them; unknown is worse than stable */
    struct drift_index *indices; /* features in the order of the reference, all rows first, then segments */
    size_t n_indices;
    uint64_t rows_unplaced;                      /* in segments that the reference has not, or without one */
    struct drift_performance reference, current; /* n is 0 where nothing is known */
    bool is_compared;                            /* both are known: */
    struct drift_comparison comparison;
    enum drift_freshness freshness;
    int64_t newest_us, newest_reference_us, age_us;
};

/* Once, after the last row. Texts belong to the arena or the profile. -1: there was no row, or reading failed
 * before. */
int drift_run_result(struct drift_run *run, struct arena *arena, const struct drift_limits *limits,
                     int64_t now_us, struct drift_result *ret_result, struct err *err);

const char *drift_band_name(enum drift_band band); /* "stable", "moderate", "major", "unknown" */
const char *drift_freshness_name(enum drift_freshness freshness); /* "fresh", "stale", ...; NULL: no time */
/* The result as one stable JSON document (docs/drift.md); of two models only how they compare. */
void drift_result_print(const struct drift_result *result, struct buf *out);
/* Only so many of the indices, the largest first; 0: all, in their order. */
void drift_result_print_largest(const struct drift_result *result, size_t n_most, struct buf *out);
void drift_canary_print(const struct drift_result *result, struct buf *out);
