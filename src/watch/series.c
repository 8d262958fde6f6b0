#include "watch/series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/must.h"
#include "watch/gathered.h"

enum { METRIC, PER, SELECTORS };
enum form { FORM_GAUGE, FORM_RATE, FORM_INCREASE, FORM_QUANTILE };

static const char *const form_names[] = {"gauge", "rate", "increase", "quantile"};

struct selector {
    const char *name; /* of the series; NULL: not asked for */
    struct matchers matchers;
};

struct counter {
    double last;
    uint64_t page; /* that had it last */
    size_t key_bytes;
    char key[]; /* which selector, and the labels */
};

/* Increases summed up since the beginning; of a histogram one for each bucket. */
struct slot {
    double bound; /* le */
    double sum;
};

struct snapshot { /* the sums of the slots at a time */
    int64_t at_us;
    size_t n;
    double *sums;
};

struct series {
    struct arena *arena;
    const struct config_check *check;
    enum form form;
    char what[READING_TEXT_BYTES];
    struct selector selectors[SELECTORS];
    const char *wanted[SELECTORS + 1];
    struct gathered taken[SELECTORS]; /* what the page says of each */
    struct map *counters;
    uint64_t page;
    size_t n_seen; /* counters on this page */
    struct slot *slots;
    size_t n_slots;
    struct snapshot *snapshots; /* the oldest first */
    size_t n_snapshots;
};

/* ---- a check becomes selectors ---- */

static void selector_open(struct series *s, int which, const char *text, const char *ending)
{
    struct err err;
    const char *name;
    int result = selector_parse(s->arena, text, &name, &s->selectors[which].matchers, &err);
    must(result == 0); /* the configuration was read with it */
    s->selectors[which].name = arena_printf(s->arena, "%s%s", name, ending);
}

static void say_what(struct series *s)
{
    const struct config_check *check = s->check;
    char quantile[48] = "", over[64] = "";
    if (s->form == FORM_QUANTILE)
        snprintf(quantile, sizeof quantile, "the %g quantile of ", check->metrics.quantile);
    if (s->form != FORM_GAUGE)
        snprintf(over, sizeof over, "%s over %llds", s->form == FORM_QUANTILE ? "" : form_names[s->form],
                 (long long)check->metrics.window_s);
    snprintf(s->what, sizeof s->what, "%s%.100s%s%.100s%s%s", quantile, check->metrics.metric,
             check->metrics.per ? " per " : "", check->metrics.per ? check->metrics.per : "",
             s->form == FORM_RATE || s->form == FORM_INCREASE ? ", " : "", over);
}

struct series *series_new(const struct config_check *check)
{
    struct arena *arena = arena_new();
    struct series *s = arena_alloc(arena, sizeof *s);
    *s = (struct series){.arena = arena, .check = check, .counters = map_new()};
    while (strcmp(form_names[s->form], check->metrics.as) != 0)
        s->form++;
    selector_open(s, METRIC, check->metrics.metric, s->form == FORM_QUANTILE ? "_bucket" : "");
    s->wanted[0] = s->selectors[METRIC].name;
    if (check->metrics.per) {
        selector_open(s, PER, check->metrics.per, "");
        if (strcmp(s->selectors[PER].name, s->wanted[0]) != 0)
            s->wanted[1] = s->selectors[PER].name;
    }
    s->slots = heap_alloc((s->form == FORM_QUANTILE ? BUCKETS_MOST : SELECTORS) * sizeof *s->slots);
    s->n_slots = s->form == FORM_QUANTILE ? 0 : SELECTORS;
    say_what(s);
    return s;
}

void series_learn(struct series *s, const struct config_check *check)
{
    s->check = check;
}

void series_free(struct series *s)
{
    if (!s)
        return;
    size_t position = 0;
    for (struct counter *counter; (counter = map_next(s->counters, &position));)
        free(counter);
    map_free(s->counters);
    for (size_t i = 0; i < s->n_snapshots; i++)
        free(s->snapshots[i].sums);
    free(s->snapshots);
    free(s->slots);
    for (int i = 0; i < SELECTORS; i++)
        matchers_free(&s->selectors[i].matchers);
    arena_free(s->arena);
}

const char *const *series_wanted(const struct series *s)
{
    return s->wanted;
}

/* ---- a page ---- */

void series_begin(struct series *s)
{
    s->page++;
    s->n_seen = 0;
    memset(s->taken, 0, sizeof s->taken);
}

/* How much it has grown since the page before. A counter that is less than it was has started anew from zero;
 * one that was never seen has no before. */
static int counter_take(struct series *s, int which, const struct exposition_sample *sample,
                        double *ret_increase, struct err *err)
{
    char key[1 + 4096];
    double value = sample->value;
    *ret_increase = 0;
    if (sample->labels_bytes >= sizeof key)
        return err_set(err, "a series of %s has labels of more than 4 KiB", s->selectors[which].name);
    key[0] = (char)which;
    memcpy(key + 1, sample->labels, sample->labels_bytes);
    struct counter *counter = map_get(s->counters, key, sample->labels_bytes + 1);
    if (!counter) {
        if (map_count(s->counters) == SERIES_MOST)
            return err_set(err, "more than %d series fit %s; ask for fewer", SERIES_MOST,
                           s->selectors[which].name);
        counter = heap_alloc(sizeof *counter + sample->labels_bytes + 1);
        counter->key_bytes = sample->labels_bytes + 1;
        memcpy(counter->key, key, counter->key_bytes);
        map_put(s->counters, key, counter->key_bytes, counter);
    } else {
        *ret_increase = value < counter->last ? value : value - counter->last;
    }
    s->n_seen += counter->page != s->page;
    counter->last = value;
    counter->page = s->page;
    return 0;
}

/* The place of the bucket of that bound, in order of appearance. -1: too many. */
static int bucket_of(struct series *s, const struct exposition_sample *sample, struct slot **ret_slot,
                     struct err *err)
{
    const char *le = packed_label(sample->labels, sample->n_labels, "le");
    char *end;
    double bound = strtod(le, &end);
    if (!*le || *end || isnan(bound))
        return err_set(err, "a bucket of %s has no bound: le=\"%.40s\"", s->selectors[METRIC].name, le);
    for (size_t i = 0; i < s->n_slots; i++)
        if (s->slots[i].bound == bound) {
            *ret_slot = &s->slots[i];
            return 0;
        }
    if (s->n_slots == BUCKETS_MOST)
        return err_set(err, "%s has more than %d buckets", s->selectors[METRIC].name, BUCKETS_MOST);
    s->slots[s->n_slots] = (struct slot){bound, 0};
    *ret_slot = &s->slots[s->n_slots++];
    return 0;
}

static int selected_take(struct series *s, int which, const struct exposition_sample *sample, struct err *err)
{
    struct gathered *taken = &s->taken[which];
    struct slot *slot = &s->slots[which];
    double increase;
    if (s->form == FORM_GAUGE) {
        gathered_add(taken, sample->value);
        return 0;
    }
    taken->n++;
    if (!isfinite(sample->value) || sample->value < 0) {
        taken->n_unsound++;
        return 0;
    }
    if (s->form == FORM_QUANTILE && bucket_of(s, sample, &slot, err) < 0)
        return -1;
    if (counter_take(s, which, sample, &increase, err) < 0)
        return -1;
    slot->sum += increase;
    return 0;
}

int series_take(void *series, const struct exposition_sample *sample, struct err *err)
{
    struct series *s = series;
    for (int which = 0; which < SELECTORS; which++) {
        const struct selector *selector = &s->selectors[which];
        if (!selector->name || strcmp(selector->name, s->wanted[sample->wanted]) != 0 ||
            !matchers_fit(&selector->matchers, sample->labels, sample->n_labels))
            continue;
        if (selected_take(s, which, sample, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- what follows from it ---- */

static void read_error(struct check_reading *reading, const char *format, const char *what)
{
    reading->kind = READING_ERROR;
    snprintf(reading->text, sizeof reading->text, format, what);
}

static void read_value(const struct series *s, struct check_reading *reading, double value)
{
    reading->kind = READING_VALUE;
    reading->value = value;
    memcpy(reading->text, s->what, sizeof reading->text);
}

/* Of two that are divided, all of the one are held against all of the other. */
static void read_gauge(const struct series *s, struct check_reading *reading)
{
    const struct config_check *check = s->check;
    const char *combine = check->metrics.combine;
    if (check->metrics.per && strcmp(combine, "worst") == 0)
        combine = "sum";
    double value = gathered_value(&s->taken[METRIC], check, combine);
    if (check->metrics.per)
        value /= gathered_value(&s->taken[PER], check, combine);
    read_value(s, reading, value);
}

/* Counters that the page does not have any more. */
static void counters_drop(struct series *s)
{
    size_t position = 0;
    if (s->n_seen == map_count(s->counters))
        return;
    for (struct counter *counter; (counter = map_next(s->counters, &position));) {
        if (counter->page == s->page)
            continue;
        map_remove(s->counters, counter->key, counter->key_bytes);
        free(counter);
    }
}

/* The sums as they were when the window began, or NULL: there is no moment before this one. */
static const struct snapshot *window_begin(struct series *s, int64_t now_us)
{
    int64_t window_us = s->check->metrics.window_s * US_PER_S;
    size_t first = 0;
    while (first + 1 < s->n_snapshots && now_us - s->snapshots[first + 1].at_us >= window_us)
        first++;
    for (size_t i = 0; i < first; i++)
        free(s->snapshots[i].sums);
    s->n_snapshots -= first;
    if (first)
        memmove(s->snapshots, s->snapshots + first, s->n_snapshots * sizeof *s->snapshots);
    return s->n_snapshots ? &s->snapshots[0] : NULL;
}

/* Moments that lie closer together than a window has room for are passed over. */
static void snapshot_take(struct series *s, int64_t now_us)
{
    int64_t apart_us = s->check->metrics.window_s * US_PER_S / (SNAPSHOTS_MOST - 2);
    if (s->n_snapshots == SNAPSHOTS_MOST ||
        (s->n_snapshots && now_us - s->snapshots[s->n_snapshots - 1].at_us < apart_us))
        return;
    if ((s->n_snapshots & (s->n_snapshots - 1)) == 0) /* room for the next power of two */
        s->snapshots =
            heap_resize(s->snapshots, (s->n_snapshots ? 2 * s->n_snapshots : 1) * sizeof *s->snapshots);
    struct snapshot *snapshot = &s->snapshots[s->n_snapshots++];
    *snapshot = (struct snapshot){now_us, s->n_slots, heap_alloc((s->n_slots + 1) * sizeof(double))};
    for (size_t i = 0; i < s->n_slots; i++)
        snapshot->sums[i] = s->slots[i].sum;
}

/* By how much slot i has grown in the window. */
static double grown(const struct series *s, const struct snapshot *begin, size_t i)
{
    return s->slots[i].sum - (i < begin->n ? begin->sums[i] : 0);
}

static void read_growth(const struct series *s, const struct snapshot *begin, int64_t now_us,
                        struct check_reading *reading)
{
    double value = grown(s, begin, METRIC);
    if (s->check->metrics.per) {
        double per = grown(s, begin, PER);
        if (per <= 0) {
            reading->kind = READING_NOTHING;
            return;
        }
        value /= per;
    } else if (s->form == FORM_RATE) {
        value /= (double)(now_us - begin->at_us) / US_PER_S;
    }
    read_value(s, reading, value);
}

static int compare_bounds(const void *a, const void *b)
{
    double x = ((const struct slot *)a)->bound, y = ((const struct slot *)b)->bound;
    return (x > y) - (x < y);
}

/* As PromQL: linear inside a bucket, whose lower end is 0 for the first one; the highest finite bound for
 * what lies beyond it. Counts that fall from one bucket to the next, as a page that is written while they
 * grow has them, are taken as equal. */
static double quantile_of(const struct slot *buckets, size_t n, double q)
{
    double rank = q * buckets[n - 1].sum;
    size_t i = 0;
    if (q < 0 || q > 1)
        return q < 0 ? -INFINITY : INFINITY;
    while (i + 1 < n && buckets[i].sum < rank)
        i++;
    if (i == n - 1)
        return n > 1 ? buckets[n - 2].bound : NAN;
    if (i == 0 && buckets[0].bound <= 0)
        return buckets[0].bound;
    double from = i ? buckets[i - 1].bound : 0, before = i ? buckets[i - 1].sum : 0;
    double inside = buckets[i].sum - before;
    return inside > 0 ? from + (buckets[i].bound - from) * (rank - before) / inside : buckets[i].bound;
}

static void read_quantile(const struct series *s, const struct snapshot *begin, struct check_reading *reading)
{
    struct slot buckets[BUCKETS_MOST];
    size_t n = s->n_slots;
    for (size_t i = 0; i < n; i++)
        buckets[i] = (struct slot){s->slots[i].bound, grown(s, begin, i)};
    qsort(buckets, n, sizeof *buckets, compare_bounds);
    if (n < 2 || !isinf(buckets[n - 1].bound)) {
        read_error(reading, "%.200s: the histogram has no bucket le=\"+Inf\", or no other", s->what);
        return;
    }
    for (size_t i = 1; i < n; i++)
        if (buckets[i].sum < buckets[i - 1].sum)
            buckets[i].sum = buckets[i - 1].sum;
    if (buckets[n - 1].sum <= 0)
        reading->kind = READING_NOTHING; /* no traffic */
    else
        read_value(s, reading, quantile_of(buckets, n, s->check->metrics.quantile));
}

/* False: enough fits to go on. */
static bool read_absent(const struct series *s, struct check_reading *reading)
{
    const struct gathered *metric = &s->taken[METRIC], *per = &s->taken[PER];
    bool is_part =
        s->check->metrics.per && s->form != FORM_GAUGE; /* no errors yet are none of all requests */
    if (s->check->metrics.per && per->n == 0)
        read_error(reading, "no series fits %s", s->check->metrics.per);
    else if (metric->n == 0 && !isnan(s->check->metrics.absent))
        read_value(s, reading, s->check->metrics.absent);
    else if (metric->n == 0 && !is_part)
        read_error(reading, "no series fits %s", s->check->metrics.metric);
    else if (metric->n && metric->n == metric->n_unsound)
        read_error(reading, "every series of %s is NaN or no count", s->check->metrics.metric);
    else
        return false;
    return true;
}

void series_read(struct series *s, int64_t now_us, struct check_reading *ret_reading)
{
    struct check_reading reading = {.kind = READING_NOTHING};
    const struct snapshot *begin = NULL;
    if (s->form != FORM_GAUGE) {
        counters_drop(s);
        begin = window_begin(s, now_us);
    }
    if (!read_absent(s, &reading)) {
        if (s->form == FORM_GAUGE)
            read_gauge(s, &reading);
        else if (begin && begin->at_us < now_us && s->form == FORM_QUANTILE)
            read_quantile(s, begin, &reading);
        else if (begin && begin->at_us < now_us)
            read_growth(s, begin, now_us, &reading);
    }
    if (s->form != FORM_GAUGE)
        snapshot_take(s, now_us);
    *ret_reading = reading;
}
