#include "drift/select.h"

#include <math.h>
#include <stdbool.h>

#include "base/list.h"
#include "base/must.h"
#include "drift/kernels.h"
#include "drift/sort.h"

enum {
    N_CELLS = 4096,
    GATHER_MAX = 1 << 20, /* values gathered and sorted at once */
    SAMPLE_MAX = 4096,
    SOME_ROWS = 1024, /* the cells of so many values stay in the first cache */
    DEPTH_MAX = 8,    /* finer grids; values that no even grid takes apart go by their bits */
};

/* Looks for ranks among the values in [low, high], of which before lie below. */
struct search {
    const struct frame *frame;
    size_t column;
    double low, high;
    uint64_t before;
    const double *quantiles; /* n_quantiles; the ranks follow when it is known how many values there are */
    size_t n_quantiles;
    uint64_t n_present;
    uint64_t *ranks; /* ascending, counted from 0 in the whole column */
    size_t n_ranks;
    struct quantile *found; /* one a rank */
    bool has_infinite;
    int depth;
};

struct cell {
    uint64_t n;
    uint64_t first_rank; /* of its smallest value */
    bool gathered;       /* wanted, and small */
    bool narrowed;       /* wanted, and too full to gather: its ends are looked for */
    double low, high;
};

/* What a search works with; a deeper one has its own. */
struct work {
    struct grid grid;
    struct cell cells[N_CELLS + 1];
    uint32_t counts[N_CELLS + 1];
    uint8_t roles[N_CELLS + 1]; /* 0 not wanted, 1 gathered, 2 narrowed */
    uint64_t n_counted;         /* in counts; they go to the cells before they could overflow */
    uint64_t *keys, *scratch;
    size_t n_keys;
    bool has_infinite;
    double numbers[BLOCK_ROWS];
};

typedef void visitor(const struct search *search, struct work *work, const double *values, size_t n,
                     const uint32_t *cells);

/* At the top the ends come from a sample and what lies outside counts to the outermost cells; deeper, what
 * lies outside [low, high] is left out. */
static size_t keep_inside(const struct search *search, const double *values, size_t n, double *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        out[kept] = values[i];
        kept += values[i] >= search->low && values[i] <= search->high;
    }
    return kept;
}

static void each_some(const struct search *search, struct work *work, visitor *visit)
{
    uint32_t cells[SOME_ROWS];
    double inside[SOME_ROWS + 1];
    for (uint64_t b = 0; b < frame_blocks(search->frame); b++) {
        const double *values = frame_block(search->frame, search->column, b, work->numbers);
        size_t n = frame_block_rows(search->frame, b);
        for (size_t from = 0; from < n; from += SOME_ROWS) {
            size_t some = n - from < SOME_ROWS ? n - from : SOME_ROWS;
            const double *at = values + from;
            if (search->depth > 0) {
                some = keep_inside(search, at, some, inside);
                at = inside;
            }
            kernel_cells(at, some, &work->grid, cells);
            visit(search, work, at, some, cells);
        }
    }
}

static void empty_counts(struct work *work)
{
    for (size_t c = 0; c <= N_CELLS; c++) {
        work->cells[c].n += work->counts[c];
        work->counts[c] = 0;
    }
    work->n_counted = 0;
}

static void count_cells(const struct search *search, struct work *work, const double *values, size_t n,
                        const uint32_t *cells)
{
    if (search->depth == 0 && !work->has_infinite)
        work->has_infinite = kernel_has_infinite(values, n);
    if ((work->n_counted += n) > UINT32_MAX / 2)
        empty_counts(work);
    for (size_t i = 0; i < n; i++)
        work->counts[cells[i]]++;
}

static bool none_wanted(const uint8_t *roles, const uint32_t *cells)
{
    return !(roles[cells[0]] | roles[cells[1]] | roles[cells[2]] | roles[cells[3]] | roles[cells[4]] |
             roles[cells[5]] | roles[cells[6]] | roles[cells[7]]);
}

static void gather_cells(const struct search *search, struct work *work, const double *values, size_t n,
                         const uint32_t *cells)
{
    (void)search;
    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0 && i + 8 <= n && none_wanted(work->roles, cells + i)) {
            i += 7;
            continue;
        }
        uint8_t role = work->roles[cells[i]];
        if (role == 0)
            continue;
        struct cell *cell = &work->cells[cells[i]];
        if (role == 1)
            work->keys[work->n_keys++] = key_of_number(values[i]);
        else {
            cell->low = values[i] < cell->low ? values[i] : cell->low;
            cell->high = values[i] > cell->high ? values[i] : cell->high;
        }
    }
}

static void search_by_bits(const struct search *search, struct work *work);
static void search_ranks(struct search *search);

/* Two ranks a quantile: those that it lies between. */
static void set_ranks(struct search *search, uint64_t n_present)
{
    search->n_present = n_present;
    search->n_ranks = n_present > 0 ? 2 * search->n_quantiles : 0;
    for (size_t i = 0; i < search->n_ranks / 2; i++) {
        uint64_t below = (uint64_t)floor((double)(n_present - 1) * search->quantiles[i]);
        search->ranks[2 * i] = below;
        search->ranks[2 * i + 1] = below + 1 < n_present ? below + 1 : below;
    }
}

static uint64_t count_present(struct search *search, double *numbers)
{
    struct odd_values odd = {0};
    for (uint64_t b = 0; b < frame_blocks(search->frame); b++)
        kernel_count_odd(frame_block(search->frame, search->column, b, numbers),
                         frame_block_rows(search->frame, b), &odd);
    search->has_infinite = odd.infinite > 0;
    return search->frame->n_rows - odd.missing;
}

/* A full cell is one value, or is searched for itself. */
static void search_cell(const struct search *search, const struct cell *cell, size_t first, size_t n)
{
    if (cell->low == cell->high) {
        for (size_t i = first; i < first + n; i++)
            search->found[i] = (struct quantile){
                .value = cell->low + 0.0, .below = cell->first_rank, .through = cell->first_rank + cell->n};
        return;
    }
    struct search deeper = *search;
    deeper.low = cell->low;
    deeper.high = cell->high;
    deeper.before = cell->first_rank;
    deeper.ranks = search->ranks + first;
    deeper.n_ranks = n;
    deeper.found = search->found + first;
    deeper.depth++;
    search_ranks(&deeper);
}

static struct cell *cell_of_rank(struct work *work, uint64_t rank)
{
    size_t c = 0;
    while (c < N_CELLS && work->cells[c].first_rank + work->cells[c].n <= rank)
        c++;
    must(c < N_CELLS);
    return &work->cells[c];
}

/* Which cells are wanted, and what is done with each. */
static void plan_cells(const struct search *search, struct work *work)
{
    uint64_t rank = search->before, room = GATHER_MAX;
    for (size_t c = 0; c < N_CELLS; c++) {
        work->cells[c].first_rank = rank;
        rank += work->cells[c].n;
    }
    for (size_t i = 0; i < search->n_ranks; i++) {
        struct cell *cell = cell_of_rank(work, search->ranks[i]);
        if (cell->gathered || cell->narrowed)
            continue;
        cell->gathered = cell->n <= room / 4;
        cell->narrowed = !cell->gathered;
        if (cell->gathered)
            room -= cell->n;
        cell->low = INFINITY;
        cell->high = -INFINITY;
        work->roles[cell - work->cells] = cell->gathered ? 1 : 2;
    }
    work->keys = heap_alloc((size_t)(GATHER_MAX - room + 1) * sizeof *work->keys);
    work->scratch = heap_alloc((size_t)(GATHER_MAX - room + 1) * sizeof *work->scratch);
}

/* The key at place, and how many are less and not greater: of equal ones there is all of them among the
 * sorted keys. */
static struct quantile found_in(const uint64_t *keys, size_t n, size_t place)
{
    uint64_t key = keys[place];
    return (struct quantile){.value = number_of_key(key),
                             .below = first_not(k, keys, n, *k < key),
                             .through = first_not(k, keys, n, *k <= key)};
}

static void read_found(const struct search *search, struct work *work)
{
    sort_keys(work->keys, work->scratch, work->n_keys);
    uint64_t before_cell = 0; /* keys of the gathered cells that lie before it */
    const struct cell *last = NULL;
    for (size_t i = 0; i < search->n_ranks; i++) {
        const struct cell *cell = cell_of_rank(work, search->ranks[i]);
        if (cell->narrowed) {
            size_t n = 1;
            while (i + n < search->n_ranks && cell_of_rank(work, search->ranks[i + n]) == cell)
                n++;
            search_cell(search, cell, i, n);
            i += n - 1;
            continue;
        }
        if (last && last != cell)
            before_cell += last->n;
        last = cell;
        search->found[i] =
            found_in(work->keys, work->n_keys, before_cell + search->ranks[i] - cell->first_rank);
        search->found[i].below += cell->first_rank - before_cell;
        search->found[i].through += cell->first_rank - before_cell;
    }
}

static void search_ranks(struct search *search)
{
    struct work *work = heap_alloc(sizeof *work);
    memset(work, 0, sizeof *work);
    double span = search->high - search->low;
    work->grid = (struct grid){.low = search->low, .scale = (N_CELLS - 1) / span, .n_cells = N_CELLS};
    if (span > 0 && isfinite(span) && isfinite(work->grid.scale) && search->depth < DEPTH_MAX) {
        each_some(search, work, count_cells);
        empty_counts(work);
        if (search->depth == 0) {
            search->has_infinite = work->has_infinite;
            set_ranks(search, search->frame->n_rows - work->cells[N_CELLS].n);
        }
        plan_cells(search, work);
        each_some(search, work, gather_cells);
        read_found(search, work);
    } else {
        if (search->depth == 0)
            set_ranks(search, count_present(search, work->numbers));
        search_by_bits(search, work);
    }
    heap_free_(&work->keys);
    heap_free_(&work->scratch);
    heap_free_(&work);
}

/* One digit of 16 bits a pass, each rank for itself: slow, and right for any values. */
static void search_by_bits(const struct search *search, struct work *work)
{
    uint64_t *counts = heap_alloc((size_t)65536 * sizeof *counts);
    for (size_t i = 0; i < search->n_ranks; i++) {
        uint64_t prefix = 0, left = search->ranks[i] - search->before;
        for (unsigned shift = 48;; shift -= 16) {
            memset(counts, 0, (size_t)65536 * sizeof *counts);
            for (uint64_t b = 0; b < frame_blocks(search->frame); b++) {
                const double *values = frame_block(search->frame, search->column, b, work->numbers);
                for (size_t k = 0; k < frame_block_rows(search->frame, b); k++) {
                    if (isnan(values[k]) ||
                        (search->depth > 0 && (values[k] < search->low || values[k] > search->high)))
                        continue;
                    uint64_t key = key_of_number(values[k]);
                    if (shift == 48 || key >> (shift + 16) == prefix)
                        counts[key >> shift & 0xffff]++;
                }
            }
            size_t digit = 0;
            while (digit < 65535 && counts[digit] <= left)
                left -= counts[digit++];
            prefix = prefix << 16 | digit;
            if (shift == 0)
                break;
        }
        uint64_t below = search->ranks[i] - left;
        search->found[i] = (struct quantile){
            .value = number_of_key(prefix), .below = below, .through = below + counts[prefix & 0xffff]};
    }
    heap_free_(&counts);
}

/* Ends for the first grid: the middle 98 % of a sample, and a tenth more. Any ends give the right result. */
static void sample_ends(struct search *search, double *numbers)
{
    uint64_t keys[SAMPLE_MAX] = {0}, scratch[SAMPLE_MAX], n_blocks = frame_blocks(search->frame);
    size_t n = 0;
    uint64_t each = n_blocks < 256 ? 1 : n_blocks / 256;
    for (uint64_t b = 0; b < n_blocks && n < SAMPLE_MAX; b += each) {
        const double *values = frame_block(search->frame, search->column, b, numbers);
        for (size_t i = 0; i < frame_block_rows(search->frame, b) && n < SAMPLE_MAX; i += BLOCK_ROWS / 16)
            if (!isnan(values[i]))
                keys[n++] = key_of_number(values[i]);
    }
    search->low = 0;
    search->high = 1;
    if (n == 0)
        return;
    sort_keys(keys, scratch, n);
    double low = number_of_key(keys[n / 100]), high = number_of_key(keys[n - 1 - n / 100]);
    double more = high > low ? (high - low) / 10 : fabs(low) / 10 + 1;
    search->low = low - more;
    search->high = high + more;
}

static void search_sorted(struct search *search, double *numbers)
{
    scoped_heap uint64_t *keys = heap_alloc((size_t)(search->frame->n_rows + 1) * sizeof *keys);
    scoped_heap uint64_t *scratch = heap_alloc((size_t)(search->frame->n_rows + 1) * sizeof *scratch);
    size_t n = 0;
    for (uint64_t b = 0; b < frame_blocks(search->frame); b++) {
        const double *values = frame_block(search->frame, search->column, b, numbers);
        for (size_t i = 0; i < frame_block_rows(search->frame, b); i++)
            if (!isnan(values[i]))
                keys[n++] = key_of_number(values[i]);
    }
    set_ranks(search, n);
    sort_keys(keys, scratch, n);
    for (size_t i = 0; i < search->n_ranks; i++)
        search->found[i] = found_in(keys, n, (size_t)search->ranks[i]);
    search->has_infinite = n > 0 && (isinf(number_of_key(keys[0])) || isinf(number_of_key(keys[n - 1])));
}

/* Between two neighbours in rank; nothing lies between them. */
static struct quantile between(const struct quantile *a, const struct quantile *b, double part)
{
    double d = b->value - a->value;
    double value = part >= 0.5 ? b->value - d * (1 - part) : a->value + d * part;
    return (struct quantile){.value = value,
                             .below = value <= a->value ? a->below : a->through,
                             .through = value >= b->value ? b->through : a->through};
}

struct selection select_quantiles(const struct frame *frame, size_t column, const double *quantiles, size_t n,
                                  struct quantile *ret_quantiles)
{
    must(n <= QUANTILES_MAX);
    uint64_t ranks[2 * QUANTILES_MAX] = {0};
    struct quantile found[2 * QUANTILES_MAX] = {{0}};
    scoped_heap double *numbers = heap_alloc(BLOCK_ROWS * sizeof *numbers);
    struct search search = {.frame = frame,
                            .column = column,
                            .quantiles = quantiles,
                            .n_quantiles = n,
                            .ranks = ranks,
                            .found = found};
    if (frame->n_rows <= GATHER_MAX / 4)
        search_sorted(&search, numbers);
    else {
        sample_ends(&search, numbers);
        search_ranks(&search);
    }
    for (size_t i = 0; search.n_present > 0 && i < n; i++) {
        double at = (double)(search.n_present - 1) * quantiles[i];
        ret_quantiles[i] = between(&found[2 * i], &found[2 * i + 1], at - floor(at));
    }
    return (struct selection){.n_present = search.n_present, .has_infinite = search.has_infinite};
}
