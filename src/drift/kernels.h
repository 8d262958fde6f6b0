/* The inner loops over one block, in wide vectors where the machine has them; the results do not depend on
 * it. All tolerate NaN, which compares false with everything. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drift/performance.h"

/* ret_counts[j] += the values that are at least edges[j]. */
void kernel_count_from(const double *values, size_t n, const double *edges, size_t n_edges,
                       uint64_t *ret_counts);

struct odd_values {
    uint64_t missing;  /* NaN */
    uint64_t infinite; /* either sign */
};
void kernel_count_odd(const double *values, size_t n, struct odd_values *ret_odd);

bool kernel_has_infinite(const double *values, size_t n);
/* Whether none is NaN or infinite. */
bool kernel_is_finite(const double *values, size_t n);

/* The values outside [low, high]; NaN is not counted. */
size_t kernel_count_outside(const double *values, size_t n, double low, double high);

/* ret_bins[i] = the edges (ascending) that values[i] reaches; 0 for NaN. */
void kernel_place(const double *values, size_t n, const double *edges, size_t n_edges, uint16_t *ret_bins);

/* An even grid over [low, low + n_cells / scale): ret_cells[i] is where values[i] lies, the first or last
 * cell for what lies outside, n_cells for NaN. Monotone: a smaller value never has a later cell. */
struct grid {
    double low;
    double scale; /* cells a unit */
    uint32_t n_cells;
};
void kernel_cells(const double *values, size_t n, const struct grid *grid, uint32_t *ret_cells);

/* performance_add; scores are within [0, 1] or NaN, labels 0, 1 or NaN. */
void kernel_performance(const double *scores, const double *labels, size_t n, double threshold,
                        struct performance_sums *sums);

/* The scores, NaN in place of those without a label. */
void kernel_labelled(const double *scores, const double *labels, size_t n, double *ret_scores);

/* The labels that are neither 0 nor 1 nor missing. */
size_t kernel_count_no_labels(const double *labels, size_t n);
