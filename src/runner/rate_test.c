#include "runner/rate.h"

#include "base/clock.h"
#include "base/testing.h"

enum { RATE = 1000 };

static void a_second_of_output_passes_at_once(void **state)
{
    (void)state;
    struct rate rate;
    rate_start(&rate, RATE, 0);
    assert_int_equal(rate_take(&rate, 600, 0), 0);
    assert_int_equal(rate_take(&rate, 400, 0), 0);
    assert_in_range(rate_take(&rate, 500, 0), US_PER_S / 2, US_PER_S / 2 + 1);
}

static void what_waits_may_go_on_when_its_time_is_over(void **state)
{
    (void)state;
    struct rate rate;
    rate_start(&rate, RATE, 0);
    int64_t wait_us = rate_take(&rate, 3 * RATE, 0);
    assert_in_range(wait_us, 2 * US_PER_S, 2 * US_PER_S + 1);
    assert_int_equal(rate_take(&rate, 0, US_PER_S), 0 + US_PER_S + 1);
    assert_int_equal(rate_take(&rate, 0, wait_us), 0);
}

static void over_time_it_is_the_rate_and_no_more(void **state)
{
    (void)state;
    struct rate rate;
    int64_t now_us = 0, n_bytes = 0;
    rate_start(&rate, RATE, 0);
    while (now_us < 100 * US_PER_S) {
        n_bytes += 64;
        now_us += rate_take(&rate, 64, now_us);
    }
    assert_in_range(n_bytes, 101 * RATE - 64, 101 * RATE + 64);
}

static void a_pause_saves_no_more_than_a_second(void **state)
{
    (void)state;
    struct rate rate;
    rate_start(&rate, RATE, 0);
    assert_int_equal(rate_take(&rate, RATE, 0), 0);
    assert_int_equal(rate_take(&rate, RATE, INT64_MAX / 2), 0);
    assert_true(rate_take(&rate, 1, INT64_MAX / 2) > 0);
    assert_true(rate_take(&rate, 1, 0) > 0); /* and a clock that steps back gives nothing */
}

static void no_rate_never_waits(void **state)
{
    (void)state;
    struct rate rate;
    rate_start(&rate, 0, 0);
    assert_int_equal(rate_take(&rate, SIZE_MAX / 4, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_of_output_passes_at_once),
        cmocka_unit_test(what_waits_may_go_on_when_its_time_is_over),
        cmocka_unit_test(over_time_it_is_the_rate_and_no_more),
        cmocka_unit_test(a_pause_saves_no_more_than_a_second),
        cmocka_unit_test(no_rate_never_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
