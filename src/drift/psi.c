#include "drift/psi.h"

#include <math.h>

#include "drift/select.h"

static uint64_t total(const uint64_t *counts, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += counts[i];
    return sum;
}

double psi(const uint64_t *reference, const uint64_t *current, size_t n_bins)
{
    double sum = 0;
    uint64_t n = total(reference, n_bins), m = total(current, n_bins);
    if (n == 0 || m == 0)
        return NAN;
    for (size_t i = 0; i < n_bins; i++) {
        double e = fmax((double)reference[i] / (double)n, PSI_FLOOR);
        double a = fmax((double)current[i] / (double)m, PSI_FLOOR);
        sum += (a - e) * log(a / e);
    }
    return sum;
}

double psi_noise(const uint64_t *reference, const uint64_t *current, size_t n_bins)
{
    uint64_t n = total(reference, n_bins), m = total(current, n_bins);
    size_t used = 0;
    for (size_t i = 0; i < n_bins; i++)
        used += reference[i] + current[i] > 0;
    if (n == 0 || m == 0 || used < 2)
        return n == 0 || m == 0 ? NAN : 0;
    const double z95 = 1.6448536269514722; /* of the normal distribution */
    double degrees = (double)(used - 1), part = 2 / (9 * degrees);
    double chi_squared = degrees * pow(1 - part + z95 * sqrt(part), 3);
    return chi_squared * (1 / (double)n + 1 / (double)m);
}

void psi_edges(const struct frame *frame, size_t column, struct edges *ret_edges)
{
    double quantiles[QUANTILE_BINS - 1];
    struct quantile found[QUANTILE_BINS - 1];
    struct edges edges = {.n = 0};
    uint64_t below[EDGES_MAX + 1];
    for (size_t i = 0; i < QUANTILE_BINS - 1; i++)
        quantiles[i] = (double)(i + 1) / QUANTILE_BINS;
    struct selection selection = select_quantiles(frame, column, quantiles, QUANTILE_BINS - 1, found);
    edges.has_infinite = selection.has_infinite;
    for (size_t i = 0; selection.n_present > 0 && i < QUANTILE_BINS - 1; i++) {
        double last = edges.n > 0 ? edges.at[edges.n - 1] : -INFINITY;
        if (found[i].value > last) {
            below[edges.n] = found[i].below;
            edges.at[edges.n++] = found[i].value;
        } else if (found[i].value == last) {
            below[edges.n] = found[i].through;
            edges.at[edges.n++] = nextafter(last, INFINITY);
        }
    }
    below[edges.n] = selection.n_present;
    for (size_t i = 0; i <= edges.n; i++)
        edges.counts[i] = below[i] - (i > 0 ? below[i - 1] : 0);
    *ret_edges = edges;
}
