/* Plain C, compiled twice: for the vectors of AVX2 and of the baseline. gcc vectorizes such loops only when
 * told to.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "drift/kernels.h"

#include <float.h>
#include <math.h>

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
/* name_256 does what the body says, and so does name, which picks. Without fused operations, so that sums are
 * the same on every machine. Vectors of 512 bits were no faster where they were measured (AMD Zen 4). */
#define WIDE_256 __attribute__((target("avx2,bmi2")))
#define KERNEL(result, name, parameters, arguments)                                                          \
    WIDE_256 static result name##_256 parameters                                                             \
    {                                                                                                        \
        return name##_body arguments;                                                                        \
    }                                                                                                        \
    result name parameters                                                                                   \
    {                                                                                                        \
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))                                \
            return name##_256 arguments;                                                                     \
        return name##_body arguments;                                                                        \
    }
#else
#define KERNEL(result, name, parameters, arguments)                                                          \
    result name parameters                                                                                   \
    {                                                                                                        \
        return name##_body arguments;                                                                        \
    }
#endif

/* Four edges a pass, so that a value is loaded once for four comparisons, over so many that they stay in the
 * first cache from pass to pass. */
enum { CHUNK = 1024 };

INLINE void count_from_four(const double *values, size_t n, const double *edges, uint64_t *ret_counts)
{
    uint64_t a = 0, b = 0, c = 0, d = 0;
    double ea = edges[0], eb = edges[1], ec = edges[2], ed = edges[3];
    for (size_t i = 0; i < n; i++) {
        a += values[i] >= ea;
        b += values[i] >= eb;
        c += values[i] >= ec;
        d += values[i] >= ed;
    }
    ret_counts[0] += a;
    ret_counts[1] += b;
    ret_counts[2] += c;
    ret_counts[3] += d;
}

INLINE void kernel_count_from_body(const double *values, size_t n, const double *edges, size_t n_edges,
                                   uint64_t *ret_counts)
{
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t some = n - at < CHUNK ? n - at : CHUNK, j = 0;
        for (; j + 4 <= n_edges; j += 4)
            count_from_four(values + at, some, edges + j, ret_counts + j);
        for (; j < n_edges; j++) {
            uint64_t a = 0;
            double ea = edges[j];
            for (size_t i = at; i < at + some; i++)
                a += values[i] >= ea;
            ret_counts[j] += a;
        }
    }
}
KERNEL(void, kernel_count_from,
       (const double *values, size_t n, const double *edges, size_t n_edges, uint64_t *ret_counts),
       (values, n, edges, n_edges, ret_counts))

INLINE void kernel_count_odd_body(const double *values, size_t n, struct odd_values *ret_odd)
{
    uint64_t missing = 0, finite = 0;
    for (size_t i = 0; i < n; i++) {
        missing += values[i] != values[i];
        finite += __builtin_fabs(values[i]) <= DBL_MAX;
    }
    ret_odd->missing += missing;
    ret_odd->infinite += n - missing - finite;
}
KERNEL(void, kernel_count_odd, (const double *values, size_t n, struct odd_values *ret_odd),
       (values, n, ret_odd))

INLINE bool kernel_has_infinite_body(const double *values, size_t n)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++)
        found |= __builtin_fabs(values[i]) == (double)INFINITY;
    return found;
}
KERNEL(bool, kernel_has_infinite, (const double *values, size_t n), (values, n))

INLINE bool kernel_is_finite_body(const double *values, size_t n)
{
    uint64_t odd = 0;
    for (size_t i = 0; i < n; i++)
        odd |= !(__builtin_fabs(values[i]) <= DBL_MAX);
    return !odd;
}
KERNEL(bool, kernel_is_finite, (const double *values, size_t n), (values, n))

INLINE size_t kernel_count_outside_body(const double *values, size_t n, double low, double high)
{
    uint64_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += (uint64_t)(values[i] < low) | (uint64_t)(values[i] > high);
    return count;
}
KERNEL(size_t, kernel_count_outside, (const double *values, size_t n, double low, double high),
       (values, n, low, high))

INLINE void kernel_place_body(const double *values, size_t n, const double *edges, size_t n_edges,
                              uint16_t *ret_bins)
{
    double bins[256];
    for (size_t from = 0; from < n; from += 256) {
        size_t some = n - from < 256 ? n - from : 256;
        for (size_t i = 0; i < some; i++)
            bins[i] = 0;
        for (size_t j = 0; j < n_edges; j++) {
            double edge = edges[j];
            for (size_t i = 0; i < some; i++)
                bins[i] += values[from + i] >= edge ? 1.0 : 0.0;
        }
        for (size_t i = 0; i < some; i++)
            ret_bins[from + i] = (uint16_t)bins[i];
    }
}
KERNEL(void, kernel_place,
       (const double *values, size_t n, const double *edges, size_t n_edges, uint16_t *ret_bins),
       (values, n, edges, n_edges, ret_bins))

INLINE void kernel_cells_body(const double *values, size_t n, const struct grid *grid, uint32_t *ret_cells)
{
    double low = grid->low, scale = grid->scale, last = grid->n_cells - 1.0, none = grid->n_cells;
    for (size_t i = 0; i < n; i++) {
        double cell = (values[i] - low) * scale;
        cell = cell > 0 ? cell : 0;
        cell = cell < last ? cell : last;
        cell = values[i] == values[i] ? cell : none;
        ret_cells[i] = (uint32_t)(int32_t)cell;
    }
}
KERNEL(void, kernel_cells, (const double *values, size_t n, const struct grid *grid, uint32_t *ret_cells),
       (values, n, grid, ret_cells))

/* One addition of four lanes a row. Neighbouring rows go to four copies in turn, so that an addition need not
 * wait for the one before it. */
enum { COPIES = 4, BINS_MAX = 32 };
typedef double four __attribute__((vector_size(32)));

INLINE void kernel_reliability_body(const double *scores, const double *labels, size_t n, size_t n_bins,
                                    struct reliability *ret_bins)
{
    four sums[COPIES][BINS_MAX + 1] = {{{0}}};
    double ends[BINS_MAX + 1];
    double bins = (double)n_bins;
    ends[0] = -1; /* 0 is in the first bin */
    for (size_t b = 1; b <= n_bins; b++)
        ends[b] = (double)b / bins;
    for (size_t i = 0; i < n; i++) {
        double p = scores[i], y = labels[i];
        bool counts = (p == p) & (y == y);
        p = counts ? p : 0;
        y = counts ? y : 0;
        size_t b = (size_t)(int32_t)(p * bins);
        b -= p <= ends[b];
        b = counts ? b : n_bins;
        sums[i % COPIES][b] += (four){1, p, y, (p - y) * (p - y)};
    }
    for (size_t b = 0; b <= n_bins; b++) {
        four sum = sums[0][b] + sums[1][b] + sums[2][b] + sums[3][b];
        ret_bins[b].n += sum[0];
        ret_bins[b].scores += sum[1];
        ret_bins[b].labels += sum[2];
        ret_bins[b].squares += sum[3];
    }
}
KERNEL(void, kernel_reliability,
       (const double *scores, const double *labels, size_t n, size_t n_bins, struct reliability *ret_bins),
       (scores, labels, n, n_bins, ret_bins))

INLINE void kernel_answers_body(const double *scores, const double *labels, size_t n, double threshold,
                                struct answers *ret_answers)
{
    uint64_t positive = 0, true_positive = 0, unlabelled = 0, unscored = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t answer = scores[i] >= threshold, labelled = labels[i] == labels[i];
        uint64_t scored = scores[i] == scores[i], truth = labels[i] > 0;
        positive += answer & labelled;
        true_positive += answer & truth;
        unlabelled += scored & (labelled ^ 1);
        unscored += scored ^ 1;
    }
    ret_answers->positive += positive;
    ret_answers->true_positive += true_positive;
    ret_answers->unlabelled += unlabelled;
    ret_answers->unscored += unscored;
}
KERNEL(void, kernel_answers,
       (const double *scores, const double *labels, size_t n, double threshold, struct answers *ret_answers),
       (scores, labels, n, threshold, ret_answers))

INLINE void kernel_labelled_body(const double *scores, const double *labels, size_t n, double *ret_scores)
{
    for (size_t i = 0; i < n; i++)
        ret_scores[i] = labels[i] == labels[i] ? scores[i] : labels[i];
}
KERNEL(void, kernel_labelled, (const double *scores, const double *labels, size_t n, double *ret_scores),
       (scores, labels, n, ret_scores))

INLINE size_t kernel_count_no_labels_body(const double *labels, size_t n)
{
    uint64_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += (uint64_t)(labels[i] == labels[i]) & (uint64_t)(labels[i] != 0) & (uint64_t)(labels[i] != 1);
    return count;
}
KERNEL(size_t, kernel_count_no_labels, (const double *labels, size_t n), (labels, n))
