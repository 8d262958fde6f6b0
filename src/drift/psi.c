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

size_t psi_edges(const struct frame *frame, size_t column, double *ret_edges)
{
    double quantiles[QUANTILE_BINS - 1], values[QUANTILE_BINS - 1];
    size_t n = 0;
    for (size_t i = 0; i < QUANTILE_BINS - 1; i++)
        quantiles[i] = (double)(i + 1) / QUANTILE_BINS;
    if (select_quantiles(frame, column, quantiles, QUANTILE_BINS - 1, values) == 0)
        return 0;
    for (size_t i = 0; i < QUANTILE_BINS - 1; i++) {
        if (n == 0 || values[i] > ret_edges[n - 1])
            ret_edges[n++] = values[i];
        else if (values[i] == ret_edges[n - 1])
            ret_edges[n++] = nextafter(values[i], INFINITY);
    }
    return n;
}
