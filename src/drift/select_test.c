#include "drift/select.h"

#include <math.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/testing.h"

enum { N = 700000 };

static uint64_t seed = 1;
static double uniform(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) / 9007199254740992.0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What sorting everything gives. */
static double by_sorting(const double *sorted, size_t n, double quantile)
{
    double at = (double)(n - 1) * quantile, t = at - floor(at);
    double a = sorted[(size_t)at], b = sorted[(size_t)at + 1 < n ? (size_t)at + 1 : (size_t)at];
    return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

static void check(const double *values, size_t n)
{
    static const double quantiles[] = {0, 0.001, 0.1, 0.25, 0.5, 0.5000001, 0.75, 0.9, 0.999999, 1};
    enum { N_QUANTILES = sizeof quantiles / sizeof *quantiles };
    struct quantile found[N_QUANTILES];
    double *sorted = heap_alloc(n * sizeof *sorted);
    size_t present = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            sorted[present++] = values[i];
    qsort(sorted, present, sizeof *sorted, ascending);
    struct column column = {.at = (const unsigned char *)values,
                            .stride_bytes = sizeof *values,
                            .block_bytes = BLOCK_ROWS * sizeof *values,
                            .type = NUMBER_F64};
    struct frame frame = {.n_rows = n, .n_columns = 1, .columns = &column};
    struct selection selection = select_quantiles(&frame, 0, quantiles, N_QUANTILES, found);
    assert_int_equal(selection.n_present, present);
    assert_false(selection.has_infinite);
    for (size_t i = 0; i < N_QUANTILES; i++) {
        double value = by_sorting(sorted, present, quantiles[i]);
        assert_true(found[i].value == value);
        assert_int_equal(found[i].below, first_not(v, sorted, present, *v < value));
        assert_int_equal(found[i].through, first_not(v, sorted, present, *v <= value));
    }
    heap_free_(&sorted);
}

typedef double maker(size_t i);

static double even(size_t i)
{
    (void)i;
    return uniform() - 0.5;
}
static double mostly_missing(size_t i)
{
    return i % 2 ? NAN : uniform();
}
static double whole(size_t i)
{
    (void)i;
    return floor(uniform() * 80);
}
static double constant(size_t i)
{
    (void)i;
    return -7.5;
}
/* Nearly all in a range that a first grid sees as one cell, few far outside. */
static double clustered(size_t i)
{
    return i % 40 == 0 ? (uniform() - 0.5) * 1e300 : 1 + uniform() * 1e-9;
}
static double of_every_magnitude(size_t i)
{
    return (i % 2 ? 1 : -1) * pow(10, (uniform() - 0.5) * 600);
}
static double smallest(size_t i)
{
    return (double)(i % 300000) * 4.9e-324;
}
static double ends_of_the_range(size_t i)
{
    return i % 3 == 0 ? 1.7e308 : i % 3 == 1 ? -1.7e308 : uniform();
}
static double ascending_run(size_t i)
{
    return (double)i;
}
static double zeros_of_both_signs(size_t i)
{
    return i % 3 == 0 ? -0.0 : i % 3 == 1 ? 0.0 : uniform();
}

static void quantiles_are_those_of_sorting_whatever_the_values(void **state)
{
    static maker *const makers[] = {
        even,      mostly_missing,     whole,    constant,          zeros_of_both_signs,
        clustered, of_every_magnitude, smallest, ends_of_the_range, ascending_run};
    double *values = heap_alloc(N * sizeof *values);
    (void)state;
    for (size_t m = 0; m < sizeof makers / sizeof *makers; m++) {
        for (size_t i = 0; i < N; i++)
            values[i] = makers[m](i);
        check(values, N);
        check(values, 12345); /* few: sorted at once */
        check(values, 1);
    }
    heap_free_(&values);
}

static void an_infinite_value_is_noticed(void **state)
{
    double *values = heap_alloc(N * sizeof *values);
    struct quantile found;
    (void)state;
    struct column column = {.at = (const unsigned char *)values,
                            .stride_bytes = sizeof *values,
                            .block_bytes = BLOCK_ROWS * sizeof *values,
                            .type = NUMBER_F64};
    for (size_t n = 1000; n <= N; n += N - 1000)
        for (int sign = -1; sign <= 1; sign++) {
            struct frame frame = {.n_rows = n, .n_columns = 1, .columns = &column};
            for (size_t i = 0; i < n; i++)
                values[i] = uniform();
            if (sign)
                values[n - 3] = sign < 0 ? -INFINITY : INFINITY;
            values[n - 4] = NAN;
            assert_int_equal(select_quantiles(&frame, 0, (double[]){0.5}, 1, &found).has_infinite, sign != 0);
        }
    heap_free_(&values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(quantiles_are_those_of_sorting_whatever_the_values),
                                       cmocka_unit_test(an_infinite_value_is_noticed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
