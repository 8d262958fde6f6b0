/* One number out of the series of a page, as a metrics check wants it: a gauge, a rate or increase over a
 * window with the resets of counters, a quantile from the buckets of a histogram (as PromQL's
 * histogram_quantile), and the ratio of two. Pure: samples in, a reading out, the time passed in.
 *
 * Counters are followed a series at a time and their increases summed up, so that one of many which starts
 * anew, comes or goes does not look like a fall or a jump of the sum. Bounded: SERIES_MOST series,
 * BUCKETS_MOST buckets, SNAPSHOTS_MOST moments of a window. */
#pragma once

#include "watch/exposition.h"
#include "watch/judge.h"

enum { SERIES_MOST = 20000, BUCKETS_MOST = 500, SNAPSHOTS_MOST = 720 };

struct series;

struct series *series_new(const struct config_check *check); /* whose metrics part stays the caller's */
void series_free(struct series *series);
/* A check with the same series and the same window takes the place of the one before. */
void series_learn(struct series *series, const struct config_check *check);

/* The names for struct exposition, ended by NULL. */
const char *const *series_wanted(const struct series *series);
void series_begin(struct series *series); /* a page; also after one that was not finished */
int series_take(void *series, const struct exposition_sample *sample, struct err *err);
/* The page is complete: what follows from it. now_us: monotonic. */
void series_read(struct series *series, int64_t now_us, struct check_reading *ret_reading);
