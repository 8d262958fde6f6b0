/* Exact quantiles of a column of any length in bounded memory.
 *
 * No sketch: the values are counted into an even grid, then those of the few cells that hold a wanted rank
 * are gathered and sorted, or counted again into a finer grid when they are too many. Two passes over most
 * columns. The result is what sorting everything would give. About 20 MB, whatever the length. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drift/frame.h"

enum { QUANTILES_MAX = 64 };

struct quantile {
    double value;
    uint64_t below;   /* values less than it */
    uint64_t through; /* values not greater than it */
};

struct selection {
    uint64_t n_present; /* values that are not missing; 0: there are no quantiles */
    bool has_infinite;  /* then a quantile may be NaN */
};

/* The quantiles (n, each in [0, 1], ascending) of the values that are not missing, by linear interpolation
 * between the two nearest ranks: definition 7 of Hyndman & Fan, "Sample Quantiles in Statistical Packages",
 * The American Statistician 50 (1996), which is what numpy.quantile does by default, to the last bit. */
struct selection select_quantiles(const struct frame *frame, size_t column, const double *quantiles, size_t n,
                                  struct quantile *ret_quantiles);
