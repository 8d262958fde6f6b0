#include "drift/average_precision.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "drift/kernels.h"
#include "drift/sort.h"

enum {
    N_BUCKETS = 4096,
    KEYS_MAX = 5 << 20,        /* gathered in one pass: 42 MB */
    BUCKET_MAX = KEYS_MAX / 4, /* sorted at once, which needs as much again */
    SOME_ROWS = 1024
};

/* The bits of a score from 0 to 1 are ordered as the score is, and the sign leaves room for the label. */
static uint64_t key_of(double score, double label)
{
    uint64_t bits;
    memcpy(&bits, &score, sizeof bits);
    return bits << 1 | (label > 0);
}

struct curve {
    const struct frame *frame;
    size_t score, label;
    double *score_numbers, *label_numbers; /* BLOCK_ROWS */
    double seen, positive;                 /* rows with a score from here on */
    double area;                           /* times all positive rows */
};

/* The rows whose score is in [low, high]. */
struct range {
    double low, high;
    bool is_all;
    struct grid grid;
    uint64_t counts[N_BUCKETS + 1];
    uint64_t *at[N_BUCKETS + 1]; /* where the next key of a bucket goes */
    uint8_t step[N_BUCKETS +
                 1]; /* 1 for those that are gathered; the others write to one place, without a branch */
};

/* Rows of one score, or that count as one. */
static void add_tied(struct curve *curve, double n, double n_positive)
{
    curve->seen += n;
    curve->positive += n_positive;
    if (n_positive > 0)
        curve->area += n_positive * curve->positive / curve->seen;
}

static void add_sorted(struct curve *curve, const uint64_t *keys, size_t n)
{
    while (n > 0) {
        uint64_t score = keys[n - 1] >> 1;
        size_t tied = 0, positive = 0;
        while (n > 0 && keys[n - 1] >> 1 == score) {
            positive += keys[--n] & 1;
            tied++;
        }
        add_tied(curve, (double)tied, (double)positive);
    }
}

typedef void visitor(struct curve *curve, struct range *range, const double *scores, const double *labels,
                     const uint32_t *buckets, size_t n);

static void each_some(struct curve *curve, struct range *range, visitor *visit)
{
    double scores[SOME_ROWS];
    uint32_t buckets[SOME_ROWS];
    for (uint64_t b = 0; b < frame_blocks(curve->frame); b++) {
        const double *all = frame_block(curve->frame, curve->score, b, curve->score_numbers);
        const double *labels = frame_block(curve->frame, curve->label, b, curve->label_numbers);
        size_t n = frame_block_rows(curve->frame, b);
        for (size_t from = 0; from < n; from += SOME_ROWS) {
            size_t some = n - from < SOME_ROWS ? n - from : SOME_ROWS;
            kernel_labelled(all + from, labels + from, some, scores);
            for (size_t i = 0; !range->is_all && i < some; i++)
                scores[i] = scores[i] >= range->low && scores[i] <= range->high ? scores[i] : NAN;
            kernel_cells(scores, some, &range->grid, buckets);
            visit(curve, range, scores, labels + from, buckets, some);
        }
    }
}

static void count_rows(struct curve *curve, struct range *range, const double *scores, const double *labels,
                       const uint32_t *buckets, size_t n)
{
    (void)curve;
    (void)scores;
    (void)labels;
    for (size_t i = 0; i < n; i++)
        range->counts[buckets[i]]++;
}

static void gather_rows(struct curve *curve, struct range *range, const double *scores, const double *labels,
                        const uint32_t *buckets, size_t n)
{
    (void)curve;
    for (size_t i = 0; i < n; i++) {
        uint64_t *at = range->at[buckets[i]];
        *at = key_of(scores[i], labels[i]);
        range->at[buckets[i]] = at + range->step[buckets[i]];
    }
}

/* Sorts the buckets [from, to) and adds them from the top. */
static void add_buckets(struct curve *curve, struct range *range, size_t from, size_t to)
{
    uint64_t n = 0, largest = 0, elsewhere;
    for (size_t b = from; b < to; b++) {
        n += range->counts[b];
        largest = range->counts[b] > largest ? range->counts[b] : largest;
    }
    scoped_heap uint64_t *keys = heap_alloc((size_t)(n + 1) * sizeof *keys);
    scoped_heap uint64_t *scratch = heap_alloc((size_t)(largest + 1) * sizeof *scratch);
    uint64_t *at = keys;
    for (size_t b = 0; b <= N_BUCKETS; b++) {
        range->step[b] = b >= from && b < to;
        range->at[b] = range->step[b] ? at : &elsewhere;
        at += range->step[b] ? range->counts[b] : 0;
    }
    each_some(curve, range, gather_rows);
    for (size_t b = to; b-- > from;) {
        uint64_t *first = range->at[b] - range->counts[b];
        sort_keys(first, scratch, (size_t)range->counts[b]);
        add_sorted(curve, first, (size_t)range->counts[b]);
    }
}

struct extent {
    double low, high, n_positive;
};

static struct extent extent_of(struct curve *curve, const struct range *range, size_t bucket)
{
    struct extent extent = {.low = INFINITY, .high = -INFINITY};
    double scores[BLOCK_ROWS];
    uint32_t buckets[BLOCK_ROWS];
    for (uint64_t b = 0; b < frame_blocks(curve->frame); b++) {
        const double *all = frame_block(curve->frame, curve->score, b, curve->score_numbers);
        const double *labels = frame_block(curve->frame, curve->label, b, curve->label_numbers);
        size_t n = frame_block_rows(curve->frame, b);
        kernel_labelled(all, labels, n, scores);
        kernel_cells(scores, n, &range->grid, buckets);
        for (size_t i = 0; i < n; i++)
            if (buckets[i] == bucket &&
                (range->is_all || (scores[i] >= range->low && scores[i] <= range->high))) {
                extent.low = fmin(extent.low, scores[i]);
                extent.high = fmax(extent.high, scores[i]);
                extent.n_positive += labels[i];
            }
    }
    return extent;
}

static void add_range(struct curve *curve, double low, double high, bool is_all);

/* A bucket of very many rows: one score, or a range of its own; what no grid takes apart is sorted whole. */
static void add_full_bucket(struct curve *curve, struct range *range, size_t bucket)
{
    struct extent extent = extent_of(curve, range, bucket);
    if (extent.low == extent.high)
        add_tied(curve, (double)range->counts[bucket], extent.n_positive);
    else if (isfinite(N_BUCKETS / (extent.high - extent.low)))
        add_range(curve, extent.low, extent.high, false);
    else
        add_buckets(curve, range, bucket, bucket + 1);
}

static void add_range(struct curve *curve, double low, double high, bool is_all)
{
    struct range *range = heap_alloc(sizeof *range);
    memset(range, 0, sizeof *range);
    range->low = low;
    range->high = high;
    range->is_all = is_all;
    range->grid = (struct grid){.low = low, .scale = (N_BUCKETS - 1) / (high - low), .n_cells = N_BUCKETS};
    each_some(curve, range, count_rows);
    for (size_t to = N_BUCKETS; to > 0;) {
        size_t from = to - 1;
        uint64_t n = range->counts[from];
        if (n > BUCKET_MAX)
            add_full_bucket(curve, range, from);
        else {
            while (from > 0 && range->counts[from - 1] <= BUCKET_MAX &&
                   n + range->counts[from - 1] <= KEYS_MAX)
                n += range->counts[--from];
            if (n > 0)
                add_buckets(curve, range, from, to);
        }
        to = from;
    }
    heap_free_(&range);
}

double average_precision(const struct frame *frame, size_t score, size_t label)
{
    scoped_heap double *score_numbers = heap_alloc(BLOCK_ROWS * sizeof *score_numbers);
    scoped_heap double *label_numbers = heap_alloc(BLOCK_ROWS * sizeof *label_numbers);
    struct curve curve = {.frame = frame,
                          .score = score,
                          .label = label,
                          .score_numbers = score_numbers,
                          .label_numbers = label_numbers};
    add_range(&curve, 0, 1, true);
    return curve.positive > 0 ? curve.area / curve.positive : NAN;
}
