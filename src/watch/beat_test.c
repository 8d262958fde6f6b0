#include "watch/beat.h"

#include <stdio.h>

#include "base/testing.h"

enum { CHECKS = 10000, PARTS = 100 };

static void ten_thousand_checks_begin_all_over_the_interval(void **state)
{
    static const int64_t every_s[] = {1, 15, 86400};
    (void)state;
    for (size_t e = 0; e < sizeof every_s / sizeof *every_s; e++) {
        int64_t most_ms = every_s[e] < 10 ? every_s[e] * 1000 : 10000;
        int in_part[PARTS] = {0};
        for (int i = 0; i < CHECKS; i++) {
            char id[32];
            snprintf(id, sizeof id, "check-%d", i);
            int64_t first_ms = beat_first_ms(id, every_s[e]);
            assert_true(first_ms >= 0 && first_ms < most_ms);
            in_part[first_ms * PARTS / most_ms]++;
        }
        for (int part = 0; part < PARTS; part++) /* 100 expected; by chance 5 standard deviations are never */
            assert_true(in_part[part] > 50 && in_part[part] < 150);
    }
}

static void a_check_keeps_its_beat_over_a_restart(void **state)
{
    (void)state;
    assert_int_equal(beat_first_ms("api-slow", 15), beat_first_ms("api-slow", 15));
    assert_int_not_equal(beat_first_ms("api-slow", 15), beat_first_ms("api-fast", 15));
}

static void a_look_that_takes_too_long_leaves_out_those_that_it_missed_and_keeps_the_beat(void **state)
{
    int64_t due_ms = 5300;
    (void)state;
    assert_int_equal(beat_next(&due_ms, 1000, 5400), 0);
    assert_int_equal(due_ms, 6300);
    assert_int_equal(beat_next(&due_ms, 1000, 7299), 0); /* in time by a hair: this very second is left */
    assert_int_equal(due_ms, 7300);
    assert_int_equal(beat_next(&due_ms, 1000, 8300), 1); /* when it is done as the next one is due */
    assert_int_equal(due_ms, 9300);
    assert_int_equal(beat_next(&due_ms, 1000, 15000), 5);
    assert_int_equal(due_ms, 15300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_checks_begin_all_over_the_interval),
        cmocka_unit_test(a_check_keeps_its_beat_over_a_restart),
        cmocka_unit_test(a_look_that_takes_too_long_leaves_out_those_that_it_missed_and_keeps_the_beat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
