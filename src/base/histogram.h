/* How long things took, counted by any thread and shown to Prometheus (text format 0.0.4). */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"

enum { HISTOGRAM_BOUNDS = 14 };

struct histogram {                                 /* {0} */
    _Atomic uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* by bound, each without the one before */
    _Atomic uint64_t sum_us;
};

/* From 1 ms to 5 min. A negative time, of a clock that was set back, counts as 0. */
void histogram_add(struct histogram *histogram, int64_t us);
/* How many took at most bound_us, which must be one of the bounds (0.5 s and 30 s are); ret_n: of how many.
 */
uint64_t histogram_within(const struct histogram *histogram, int64_t bound_us, uint64_t *ret_n);
/* The bound that this part of them (0.99) did not pass: 0 for none at all, INT64_MAX beyond the last. */
int64_t histogram_quantile_us(const struct histogram *histogram, double part);
/* Adds name_bucket, name_sum and name_count with what they mean. */
void histogram_write(struct buf *out, const char *name, const char *help, const struct histogram *histogram);
