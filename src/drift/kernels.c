/* Plain C, compiled twice: for the vectors of AVX2 and of the baseline. gcc vectorizes such loops only when
 * told to; it and clang warn of how functions with vectors are called: those here are all inlined. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif
#pragma GCC diagnostic ignored "-Wpsabi"

#include "drift/kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

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

typedef double four __attribute__((vector_size(32)));
typedef double two __attribute__((vector_size(16)));
typedef int64_t four_masks __attribute__((vector_size(32)));

INLINE four where(four_masks mask, four values)
{
    return (four)(mask & (four_masks)values);
}

/* What is added for each of PIECE rows, and where. */
enum { LANES = 4, PIECE = 128 };
struct additions {
    _Alignas(32) int64_t cells[PIECE];
    _Alignas(32) two counts[PIECE]; /* 1 and p; nothing for a row that does not count */
};

/* A cell is a number of edges and a label: the edges m/15, each the nearest double, that lie below p. The one
 * that is nearest is rounded to, and compared; dividing gives it to the bit, and is faster than a table. */
INLINE four find_additions(const double *scores, const double *labels, struct additions *ret_additions,
                           size_t at)
{
    static const double whole = 0x1p52; /* from there on a double has no fraction, and its last bits count */
    four p, y, one = {1, 1, 1, 1};
    memcpy(&p, scores, sizeof p);
    memcpy(&y, labels, sizeof y);
    four square = (p - y) * (p - y);
    four_masks counts = square >= 0; /* no NaN */
    p = where(counts, p);
    four nearest = p * ECE_BINS + whole;
    four_masks edges = ((four_masks)nearest & 255) + (p <= (nearest - whole) / ECE_BINS) + 1;
    four_masks cells = edges + edges - (y > 0);
    one = where(counts, one);
    four even = __builtin_shufflevector(one, p, 0, 4, 2, 6);
    four odd = __builtin_shufflevector(one, p, 1, 5, 3, 7);
    memcpy(ret_additions->cells + at, &cells, sizeof cells);
    ret_additions->counts[at] = __builtin_shufflevector(even, even, 0, 1);
    ret_additions->counts[at + 1] = __builtin_shufflevector(odd, odd, 0, 1);
    ret_additions->counts[at + 2] = __builtin_shufflevector(even, even, 2, 3);
    ret_additions->counts[at + 3] = __builtin_shufflevector(odd, odd, 2, 3);
    return where(counts, square);
}

/* Neighbouring rows go to copies in turn, so that an addition need not wait for the one before it. */
enum { COPIES = 8, CELLS = 2 * (ECE_BINS + 1) };
struct cells {
    two sums[CELLS][COPIES];
    four squares;
    struct additions additions; /* of the piece at hand, which stays in the first cache */
};

INLINE void add_to_cells(const double *scores, const double *labels, size_t n, struct cells *cells)
{
    four squares = {0};
    for (size_t i = 0; i < n; i += LANES)
        squares += find_additions(scores + i, labels + i, &cells->additions, i);
    cells->squares += squares;
    for (size_t i = 0; i < n; i += COPIES)
        for (size_t k = 0; k < COPIES; k++)
            cells->sums[cells->additions.cells[i + k]][k] += cells->additions.counts[i + k];
}

INLINE void add_to_bins(const struct cells *cells, struct performance_sums *sums)
{
    for (size_t i = 0; i < CELLS; i++) {
        two sum = {0};
        struct reliability *bin = &sums->bins[i < 2 ? 0 : i / 2 - 1]; /* 0 is in the first bin */
        for (size_t k = 0; k < COPIES; k++)
            sum += cells->sums[i][k];
        bin->n += sum[0];
        bin->scores += sum[1];
        bin->labels += i % 2 ? sum[0] : 0;
    }
    sums->squares[0] += cells->squares[0] + cells->squares[1] + cells->squares[2] + cells->squares[3];
}

INLINE void count_answers(const double *scores, const double *labels, size_t n, double threshold,
                          struct performance_sums *sums)
{
    uint64_t positive = 0, true_positive = 0, unscored = 0, counted = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t answer = scores[i] >= threshold, truth = labels[i] > 0;
        uint64_t counts = (uint64_t)(scores[i] == scores[i]) & (uint64_t)(labels[i] == labels[i]);
        positive += answer & counts;
        true_positive += answer & truth;
        unscored += scores[i] != scores[i];
        counted += counts;
    }
    sums->answered += positive;
    sums->true_answers += true_positive;
    sums->unlabelled += n - unscored - counted;
    sums->unscored += unscored;
}

INLINE void kernel_performance_body(const double *scores, const double *labels, size_t n, double threshold,
                                    struct performance_sums *sums)
{
    struct cells cells = {0};
    double rest[2][COPIES];
    size_t n_whole = n - n % COPIES;
    for (size_t from = 0; from < n_whole; from += PIECE) {
        size_t some = n_whole - from < PIECE ? n_whole - from : PIECE;
        add_to_cells(scores + from, labels + from, some, &cells);
        count_answers(scores + from, labels + from, some, threshold, sums);
    }
    for (size_t k = 0; k < COPIES; k++) {
        rest[0][k] = n_whole + k < n ? scores[n_whole + k] : (double)NAN;
        rest[1][k] = n_whole + k < n ? labels[n_whole + k] : (double)NAN;
    }
    add_to_cells(rest[0], rest[1], COPIES, &cells);
    count_answers(rest[0], rest[1], n - n_whole, threshold, sums);
    add_to_bins(&cells, sums);
}
KERNEL(void, kernel_performance,
       (const double *scores, const double *labels, size_t n, double threshold,
        struct performance_sums *sums),
       (scores, labels, n, threshold, sums))

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
