/* The population stability index, and the bins that it counts into.
 *
 *     PSI = sum over the bins of (a - e) * ln(a / e)
 *
 * e: the share of the reference's rows in the bin, a: the current share. N. Siddiqi, "Credit Risk Scorecards"
 * (Wiley, 2006), which also gives the bands: below 0.1 no significant change, to 0.2 (0.25 there) some, above
 * it a major one. It is the sum of both Kullback-Leibler divergences (Jeffreys, 1946).
 *
 * A share below PSI_FLOOR counts as PSI_FLOOR, on both sides, so that an empty bin does not make it infinite
 * and a rare one does not shout. Where no share is below it nothing is smoothed.
 *
 * Without any change the index is not 0 but about chi-squared(B - 1) * (1/N + 1/M) for B bins, N reference
 * rows and M current ones: B. Yurdakul, "Statistical Properties of Population Stability Index" (dissertation,
 * Western Michigan University, 2018). psi_noise() is the 95th percentile of that. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drift/frame.h"

#define PSI_FLOOR    1e-4
#define PSI_MODERATE 0.1
#define PSI_MAJOR    0.2

/* NaN when one side has no row at all. */
double psi(const uint64_t *reference, const uint64_t *current, size_t n_bins);

/* How far the index of that many rows goes by chance, 19 times of 20. The percentile of chi-squared is the
 * approximation of Wilson & Hilferty (1931): within 1 % from 2 degrees of freedom on, 4 % high for 1. Bins
 * that are empty on both sides do not count. */
double psi_noise(const uint64_t *reference, const uint64_t *current, size_t n_bins);

/* The bins of a numeric column: the reference's deciles part them. Bin 0 is below edges[0], bin i holds
 * edges[i-1] <= x < edges[i], the last one everything from the last edge on. A value that two or more deciles
 * share has a bin of its own (its upper edge is the next double), so that a column of one value, or of mostly
 * one value, shows when that value goes away. */
enum { QUANTILE_BINS = 10, EDGES_MAX = 2 * QUANTILE_BINS };

struct edges {
    double at[EDGES_MAX];
    size_t n;                       /* 9 where no decile repeats; 0 when all is missing */
    uint64_t counts[EDGES_MAX + 1]; /* the column's values in each bin */
    bool has_infinite;              /* the edges mean nothing then */
};
void psi_edges(const struct frame *frame, size_t column, struct edges *ret_edges);
