#include "watch/judge.h"

#include <string.h>

#include "base/clock.h"
#include "base/testing.h"

enum { START_S = 1000 };

struct bench {
    struct config_check check;
    struct judge judge;
    char text[READING_TEXT_BYTES];
};

static struct bench bench_of(double above, double clear)
{
    return (struct bench){.check = {.times = 1, .above = above, .below = NAN, .clear = clear}};
}

static void hear(struct bench *b, enum reading_kind kind, double value, int64_t at_s)
{
    struct check_reading reading = {.kind = kind, .value = value, .text = "latency"};
    judge_hear(&b->judge, &b->check, &reading, (START_S + at_s) * US_PER_S, b->text);
}

static void a_value_beyond_the_limit_is_bad_at_once_and_says_why(void **state)
{
    (void)state;
    struct bench b = bench_of(0.2, NAN);
    hear(&b, READING_VALUE, 0.2, 0);
    assert_int_equal(b.judge.bad.state, VERDICT_FALSE);
    hear(&b, READING_VALUE, 0.31, 1);
    assert_int_equal(b.judge.bad.state, VERDICT_TRUE);
    assert_string_equal(b.text, "latency is 0.31, above 0.2");
    assert_int_equal(b.judge.bad_us, (START_S + 1) * US_PER_S);
    hear(&b, READING_VALUE, INFINITY, 2);
    assert_string_equal(b.text, "latency is inf, above 0.2");
}

static void it_must_be_bad_for_as_long_as_the_check_says_and_starts_with_the_first_bad_reading(void **state)
{
    (void)state;
    struct bench b = bench_of(10, NAN);
    b.check.for_s = 60;
    for (int64_t at_s = 0; at_s < 60; at_s += 10)
        hear(&b, READING_VALUE, 11, at_s);
    assert_int_equal(b.judge.bad.state, VERDICT_UNKNOWN);
    hear(&b, READING_VALUE, 9, 55);
    for (int64_t at_s = 60; at_s < 120; at_s += 10) {
        hear(&b, READING_VALUE, 11, at_s);
        assert_int_not_equal(b.judge.bad.state, VERDICT_TRUE);
    }
    hear(&b, READING_VALUE, 11, 120);
    assert_int_equal(b.judge.bad.state, VERDICT_TRUE);
    assert_int_equal(b.judge.bad_us, (START_S + 60) * US_PER_S);
}

static void it_must_be_bad_as_often_as_the_check_says(void **state)
{
    (void)state;
    struct bench b = bench_of(10, NAN);
    b.check.times = 3;
    hear(&b, READING_BAD, 0, 0);
    hear(&b, READING_BAD, 0, 1);
    hear(&b, READING_VALUE, 1, 2);
    hear(&b, READING_BAD, 0, 3);
    hear(&b, READING_BAD, 0, 4);
    assert_int_not_equal(b.judge.bad.state, VERDICT_TRUE);
    hear(&b, READING_BAD, 0, 5);
    assert_int_equal(b.judge.bad.state, VERDICT_TRUE);
}

static void between_the_limits_it_stays_what_it_is(void **state)
{
    (void)state;
    struct bench b = bench_of(200, 150);
    hear(&b, READING_VALUE, 180, 0);
    assert_int_equal(b.judge.bad.state, VERDICT_UNKNOWN); /* an alert from before a restart may stand */
    hear(&b, READING_VALUE, 201, 1);
    hear(&b, READING_VALUE, 180, 2);
    assert_int_equal(b.judge.bad.state, VERDICT_TRUE);
    hear(&b, READING_VALUE, 150, 3);
    assert_int_equal(b.judge.bad.state, VERDICT_FALSE);
    hear(&b, READING_VALUE, 180, 4);
    assert_int_equal(b.judge.bad.state, VERDICT_FALSE);
    struct bench low = {.check = {.times = 1, .above = NAN, .below = 0.9, .clear = 0.95}};
    hear(&low, READING_VALUE, 0.89, 0);
    hear(&low, READING_VALUE, 0.93, 1);
    assert_int_equal(low.judge.bad.state, VERDICT_TRUE);
    assert_string_equal(low.text, "latency is 0.89, below 0.9");
}

static void it_must_be_good_for_as_long_as_the_check_says(void **state)
{
    (void)state;
    struct bench b = bench_of(10, NAN);
    b.check.clear_for_s = 30;
    hear(&b, READING_VALUE, 11, 0);
    hear(&b, READING_VALUE, 9, 10);
    hear(&b, READING_VALUE, 11, 20);
    hear(&b, READING_VALUE, 9, 30);
    hear(&b, READING_VALUE, 9, 59);
    assert_int_equal(b.judge.bad.state, VERDICT_TRUE);
    hear(&b, READING_VALUE, 9, 60);
    assert_int_equal(b.judge.bad.state, VERDICT_FALSE);
}

static void an_error_is_no_health_and_no_trouble_of_the_service(void **state)
{
    (void)state;
    struct bench b = bench_of(10, NAN);
    hear(&b, READING_VALUE, 11, 0);
    hear(&b, READING_ERROR, 0, 1);
    assert_int_equal(b.judge.bad.state, VERDICT_TRUE);
    assert_int_equal(b.judge.broken.state, VERDICT_TRUE);
    hear(&b, READING_VALUE, NAN, 2);
    assert_string_equal(b.text, "latency is no number (NaN)");
    assert_int_equal(b.judge.broken.state, VERDICT_TRUE);
    hear(&b, READING_NOTHING, 0, 3);
    assert_int_equal(b.judge.broken.state, VERDICT_TRUE);
    hear(&b, READING_VALUE, 9, 4);
    assert_int_equal(b.judge.broken.state, VERDICT_FALSE);
    assert_int_equal(b.judge.bad.state, VERDICT_FALSE);
}

static void a_clock_that_is_set_back_makes_nothing_wait_for_it(void **state)
{
    (void)state;
    struct bench b = bench_of(10, NAN);
    b.check.for_s = 30;
    hear(&b, READING_VALUE, 11, 500);
    hear(&b, READING_VALUE, 11, 0);
    hear(&b, READING_VALUE, 11, 30);
    assert_int_equal(b.judge.bad.state, VERDICT_TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_beyond_the_limit_is_bad_at_once_and_says_why),
        cmocka_unit_test(it_must_be_bad_for_as_long_as_the_check_says_and_starts_with_the_first_bad_reading),
        cmocka_unit_test(it_must_be_bad_as_often_as_the_check_says),
        cmocka_unit_test(between_the_limits_it_stays_what_it_is),
        cmocka_unit_test(it_must_be_good_for_as_long_as_the_check_says),
        cmocka_unit_test(an_error_is_no_health_and_no_trouble_of_the_service),
        cmocka_unit_test(a_clock_that_is_set_back_makes_nothing_wait_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
