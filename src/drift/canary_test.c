#include "drift/canary.h"

#include <math.h>

#include "base/testing.h"

static struct drift_performance model(uint64_t n, double auprc, double ece, double precision, double recall)
{
    return (struct drift_performance){.n = n,
                                      .n_positive = n / 10,
                                      .answered = n / 10,
                                      .auprc = auprc,
                                      .ece = ece,
                                      .precision = precision,
                                      .recall = recall,
                                      .ece_variance = 0.1 / (double)n};
}

static struct drift_comparison compared(struct drift_performance old, struct drift_performance new)
{
    struct drift_comparison comparison;
    canary_compare(&old, &new, 0.02, 0.95, &comparison);
    return comparison;
}

static void many_rows_decide_and_few_do_not(void **state)
{
    (void)state;
    struct drift_performance good = model(1000000, 0.8, 0.02, 0.7, 0.7);
    assert_int_equal(compared(good, good).verdict, DRIFT_NOT_WORSE);
    assert_true(compared(good, good).confidence > 0.98);
    struct drift_performance few = model(500, 0.8, 0.02, 0.7, 0.7);
    assert_int_equal(compared(few, few).verdict, DRIFT_UNDECIDED);
    assert_int_equal(compared(good, model(500, 0.2, 0.02, 0.7, 0.7)).verdict, DRIFT_WORSE);
}

static void each_measure_alone_makes_it_worse_and_none_is_outvoted(void **state)
{
    (void)state;
    struct drift_performance old = model(1000000, 0.8, 0.02, 0.7, 0.7);
    const struct drift_performance worse[CHANGES] = {
        model(1000000, 0.7, 0.02, 0.9, 0.9), model(1000000, 0.9, 0.12, 0.9, 0.9),
        model(1000000, 0.9, 0.02, 0.6, 0.9), model(1000000, 0.9, 0.02, 0.9, 0.6)};
    for (int i = 0; i < CHANGES; i++) {
        struct drift_comparison comparison = compared(old, worse[i]);
        assert_int_equal(comparison.verdict, DRIFT_WORSE);
        for (int j = 0; j < CHANGES; j++)
            assert_int_equal(comparison.changes[j].verdict, j == i ? DRIFT_WORSE : DRIFT_NOT_WORSE);
    }
}

static void what_has_no_value_is_not_called_good(void **state)
{
    (void)state;
    struct drift_performance old = model(1000000, 0.8, 0.02, 0.7, 0.7);
    struct drift_comparison comparison = compared(old, model(1000000, 0.8, 0.02, NAN, 0.7));
    assert_int_equal(comparison.verdict, DRIFT_UNDECIDED);
    assert_true(comparison.confidence == 0);
    /* Perfect on three cases is no proof. */
    assert_int_equal(compared(old, model(30, 1, 0.02, 1, 1)).verdict, DRIFT_UNDECIDED);
}

/* The error of calibration of few rows is large by chance, whichever side has them. */
static void few_rows_on_one_side_are_no_bad_calibration(void **state)
{
    struct performance_sums many = {0}, few = {0};
    (void)state;
    for (int b = 0; b < ECE_BINS; b++) {
        double p = (b + 0.5) / ECE_BINS;
        many.bins[b] = (struct reliability){.n = 60000, .scores = 60000 * p, .labels = round(60000 * p)};
        double labels = fmin(fmax(round(16 * p) + (b % 2 ? 2 : -2), 0), 16);
        few.bins[b] = (struct reliability){.n = 16, .scores = 16 * p, .labels = labels};
    }
    struct drift_performance a, b;
    performance_read(&many, 0.8, &a);
    performance_read(&few, 0.8, &b);
    assert_true(b.ece > a.ece + 0.05);
    assert_int_equal(compared(a, b).changes[1].verdict, DRIFT_UNDECIDED);
    assert_int_equal(compared(b, a).changes[1].verdict, DRIFT_UNDECIDED);
    assert_int_equal(compared(a, a).changes[1].verdict, DRIFT_NOT_WORSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_rows_decide_and_few_do_not),
        cmocka_unit_test(each_measure_alone_makes_it_worse_and_none_is_outvoted),
        cmocka_unit_test(what_has_no_value_is_not_called_good),
        cmocka_unit_test(few_rows_on_one_side_are_no_bad_calibration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
