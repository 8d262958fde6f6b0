#include "base/histogram.h"

#include <stdbool.h>

#include "base/clock.h"
#include "base/must.h"

static const int64_t bounds_us[HISTOGRAM_BOUNDS] = {
    1000,   2500,   5000,     10000,        25000,         50000,         100000,
    250000, 500000, US_PER_S, 5 * US_PER_S, 30 * US_PER_S, 60 * US_PER_S, 300 * US_PER_S};

void histogram_add(struct histogram *histogram, int64_t us)
{
    size_t i = 0;
    us = us > 0 ? us : 0;
    while (i < HISTOGRAM_BOUNDS && us > bounds_us[i])
        i++;
    atomic_fetch_add_explicit(&histogram->counts[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->sum_us, (uint64_t)us, memory_order_relaxed);
}

uint64_t histogram_within(const struct histogram *histogram, int64_t bound_us, uint64_t *ret_n)
{
    uint64_t within = 0, n = 0;
    bool known = false;
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        n += atomic_load_explicit(&histogram->counts[i], memory_order_relaxed);
        if (i < HISTOGRAM_BOUNDS && bounds_us[i] == bound_us) {
            within = n;
            known = true;
        }
    }
    must(known);
    *ret_n = n;
    return within;
}

int64_t histogram_quantile_us(const struct histogram *histogram, double part)
{
    uint64_t n, up_to = 0;
    histogram_within(histogram, bounds_us[0], &n);
    if (n == 0)
        return 0;
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
        up_to += atomic_load_explicit(&histogram->counts[i], memory_order_relaxed);
        if ((double)up_to >= part * (double)n)
            return bounds_us[i];
    }
    return INT64_MAX;
}

void histogram_write(struct buf *out, const char *name, const char *help, const struct histogram *histogram)
{
    uint64_t n = 0;
    buf_printf(out, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
        n += atomic_load_explicit(&histogram->counts[i], memory_order_relaxed);
        buf_printf(out, "%s_bucket{le=\"%g\"} %llu\n", name, (double)bounds_us[i] / (double)US_PER_S,
                   (unsigned long long)n);
    }
    n += atomic_load_explicit(&histogram->counts[HISTOGRAM_BOUNDS], memory_order_relaxed);
    buf_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.6f\n%s_count %llu\n", name, (unsigned long long)n,
               name,
               (double)atomic_load_explicit(&histogram->sum_us, memory_order_relaxed) / (double)US_PER_S,
               name, (unsigned long long)n);
}
