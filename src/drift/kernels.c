/* Plain C, compiled twice: for the vectors of AVX2 and of the baseline. gcc vectorizes such loops only when
 * told to; it and clang warn of how functions with vectors are called: those here are all inlined. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif
#pragma GCC diagnostic ignored "-Wpsabi"

#include "drift/kernels.h"

#include <assert.h>
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
typedef int64_t four_masks __attribute__((vector_size(32)));
typedef uint64_t four_counts __attribute__((vector_size(32)));

INLINE four where(four_masks mask, four values)
{
    return (four)(mask & (four_masks)values);
}

/* Rows are added up cell by cell, a cell being a bin and a label. What a row adds is one number: 1 from bit
 * 56 on, and its score in the bits below, in units of 2^-48 (a row that does not count adds 0). Neighbouring
 * rows go to copies in turn, so that an addition need not wait for the one before it; after PIECES pieces,
 * before a part can overflow into the other, they are read off. */
enum { LANES = 4, PIECE = 128, PIECES = 8, COPIES = 8, CELLS = 2 * (ECE_BINS + 1), ONE_AT = 56 };
static_assert(PIECES * PIECE / COPIES < 1 << (64 - ONE_AT),
              "a copy holds as many rows, each with a score of 1");
struct cells {
    _Alignas(32) uint64_t sums[CELLS * COPIES];
    double n[CELLS], scores[CELLS];
    uint64_t counted, unscored;
    _Alignas(32) int64_t at[PIECE]; /* of the piece at hand, which stays in the first cache */
    _Alignas(32) int64_t what[PIECE];
};

struct answer_lanes {
    four squares;
    four_masks positive, true_positive; /* minus their number */
};

/* A cell is a number of edges and a label: the edges m/15, each the nearest double, that lie below p. The one
 * that is nearest is rounded to, and compared; m times 1/15 is that double for every m here. */
INLINE void find_additions(const double *scores, const double *labels, double threshold, struct cells *cells,
                           size_t i, struct answer_lanes *lanes)
{
    static const double whole = 0x1p52; /* from there on a double has no fraction, and its last bits count */
    static const double sixteen = 16;   /* from there to 32 the last bit is worth 2^-48 */
    int64_t one;
    four p, y;
    memcpy(&one, &sixteen, sizeof one);
    one = ((int64_t)1 << ONE_AT) - one;
    memcpy(&p, scores, sizeof p);
    memcpy(&y, labels, sizeof y);
    four square = (p - y) * (p - y);
    four_masks counts = square >= 0, ill = y > 0; /* no NaN counts */
    four_masks positive = (four_masks)(p >= threshold) & counts;
    lanes->positive += positive;
    lanes->true_positive += positive & ill;
    lanes->squares += where(counts, square);
    p = where(counts, p);
    four nearest = p * ECE_BINS + whole;
    four_masks edges = ((four_masks)nearest & 15) - (p > (nearest - whole) * (1.0 / ECE_BINS));
    four_masks at = (edges + edges - ill) * COPIES;
    four_masks what = ((four_masks)(p + sixteen) + one) & counts;
    memcpy(cells->at + i, &at, sizeof at);
    memcpy(cells->what + i, &what, sizeof what);
}

/* The number of rows in them. */
INLINE uint64_t read_off(struct cells *cells)
{
    static const uint64_t score = ((uint64_t)1 << ONE_AT) - 1;
    uint64_t counted = 0;
    for (size_t i = 0; i < CELLS; i++) {
        four_counts a, b;
        memcpy(&a, cells->sums + i * COPIES, sizeof a);
        memcpy(&b, cells->sums + i * COPIES + LANES, sizeof b);
        four_counts n = (a >> ONE_AT) + (b >> ONE_AT), sum = (a & score) + (b & score);
        uint64_t rows = n[0] + n[1] + n[2] + n[3];
        cells->n[i] += (double)rows;
        cells->scores[i] += (double)(sum[0] + sum[1] + sum[2] + sum[3]) * 0x1p-48;
        counted += rows;
    }
    memset(cells->sums, 0, sizeof cells->sums);
    return counted;
}

INLINE void add_piece(const double *scores, const double *labels, size_t n, double threshold,
                      struct cells *cells, struct answer_lanes *lanes)
{
    for (size_t i = 0; i < n; i += LANES)
        find_additions(scores + i, labels + i, threshold, cells, i, lanes);
    for (size_t i = 0; i < n; i += COPIES)
        for (size_t k = 0; k < COPIES; k++)
            cells->sums[(size_t)cells->at[i + k] + k] += (uint64_t)cells->what[i + k];
}

INLINE void add_pieces(const double *scores, const double *labels, size_t n, double threshold,
                       struct cells *cells, struct answer_lanes *ret_lanes)
{
    struct answer_lanes lanes = *ret_lanes;
    for (size_t from = 0; from < n; from += PIECE)
        add_piece(scores + from, labels + from, n - from < PIECE ? n - from : PIECE, threshold, cells,
                  &lanes);
    *ret_lanes = lanes;
    uint64_t counted = read_off(cells);
    cells->counted += counted;
    for (size_t i = 0; counted < n && i < n; i++)
        cells->unscored += scores[i] != scores[i];
}

INLINE void performance_take(const struct cells *cells, const struct answer_lanes *lanes, size_t n,
                             struct performance_sums *sums)
{
    const four_masks *positive = &lanes->positive, *true_positive = &lanes->true_positive;
    uint64_t unscored = cells->unscored - (COPIES - n % COPIES); /* but for those that fill up */
    for (size_t i = 0; i < CELLS; i++) {
        struct reliability *bin = &sums->bins[i < 2 ? 0 : i / 2 - 1]; /* 0 is in the first bin */
        bin->n += cells->n[i];
        bin->scores += cells->scores[i];
        bin->labels += i % 2 ? cells->n[i] : 0;
    }
    sums->squares[0] += lanes->squares[0] + lanes->squares[1] + lanes->squares[2] + lanes->squares[3];
    sums->answered -= (uint64_t)((*positive)[0] + (*positive)[1] + (*positive)[2] + (*positive)[3]);
    sums->true_answers -=
        (uint64_t)((*true_positive)[0] + (*true_positive)[1] + (*true_positive)[2] + (*true_positive)[3]);
    sums->unscored += unscored;
    sums->unlabelled += n - unscored - cells->counted;
}

INLINE void kernel_performance_body(const double *scores, const double *labels, size_t n, double threshold,
                                    struct performance_sums *sums)
{
    struct cells cells;
    struct answer_lanes lanes = {0};
    double rest[2][COPIES];
    size_t n_whole = n - n % COPIES;
    memset(&cells, 0, offsetof(struct cells, at));
    for (size_t from = 0; from < n_whole; from += PIECES * PIECE) {
        size_t some = n_whole - from < PIECES * PIECE ? n_whole - from : PIECES * PIECE;
        add_pieces(scores + from, labels + from, some, threshold, &cells, &lanes);
    }
    for (size_t k = 0; k < COPIES; k++) {
        rest[0][k] = n_whole + k < n ? scores[n_whole + k] : (double)NAN;
        rest[1][k] = n_whole + k < n ? labels[n_whole + k] : (double)NAN;
    }
    add_pieces(rest[0], rest[1], COPIES, threshold, &cells, &lanes);
    performance_take(&cells, &lanes, n, sums);
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
