#include "base/histogram.h"

#include <string.h>

#include "base/clock.h"
#include "base/testing.h"

static void assert_has(const struct histogram *histogram, const char *line)
{
    struct buf out scoped_buf = {0};
    histogram_write(&out, "wait_seconds", "How long.", histogram);
    if (!strstr(buf_text(&out), line))
        fail_msg("no \"%s\" in:\n%s", line, buf_text(&out));
}

static void each_time_counts_in_every_bucket_that_it_fits(void **state)
{
    (void)state;
    struct histogram histogram = {0};
    assert_has(&histogram, "# TYPE wait_seconds histogram\nwait_seconds_bucket{le=\"0.001\"} 0\n");
    histogram_add(&histogram, 1000);
    histogram_add(&histogram, 1001);
    histogram_add(&histogram, 400 * US_PER_S);
    assert_has(&histogram, "wait_seconds_bucket{le=\"0.001\"} 1\nwait_seconds_bucket{le=\"0.0025\"} 2\n");
    assert_has(&histogram, "wait_seconds_bucket{le=\"300\"} 2\nwait_seconds_bucket{le=\"+Inf\"} 3\n");
    assert_has(&histogram, "wait_seconds_sum 400.002001\nwait_seconds_count 3\n");
}

static void a_clock_that_was_set_back_counts_as_no_time(void **state)
{
    (void)state;
    struct histogram histogram = {0};
    histogram_add(&histogram, -5 * US_PER_S);
    assert_has(&histogram, "wait_seconds_bucket{le=\"0.001\"} 1\n");
    assert_has(&histogram, "wait_seconds_sum 0.000000\n");
}

static void the_part_within_a_bound_is_told(void **state)
{
    (void)state;
    struct histogram histogram = {0};
    uint64_t n;
    assert_int_equal(histogram_quantile_us(&histogram, 0.99), 0);
    for (int i = 0; i < 98; i++)
        histogram_add(&histogram, 900);
    histogram_add(&histogram, US_PER_S / 2);
    histogram_add(&histogram, 400 * US_PER_S);
    assert_int_equal(histogram_within(&histogram, US_PER_S / 2, &n), 99);
    assert_int_equal(n, 100);
    assert_int_equal(histogram_within(&histogram, 30 * US_PER_S, &n), 99);
    assert_int_equal(histogram_quantile_us(&histogram, 0.98), 1000);
    assert_int_equal(histogram_quantile_us(&histogram, 0.99), US_PER_S / 2);
    assert_true(histogram_quantile_us(&histogram, 1) == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_time_counts_in_every_bucket_that_it_fits),
        cmocka_unit_test(the_part_within_a_bound_is_told),
        cmocka_unit_test(a_clock_that_was_set_back_counts_as_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
