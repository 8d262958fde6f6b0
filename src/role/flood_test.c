#include "base/testing.h"
#include "role/flood.h"

enum { MS = 1000 };

/* Every millisecond a request that takes so long. Gives when the last of it ended. */
static int64_t busy(struct flood *flood, int64_t from_us, int n_ms, int64_t each_us)
{
    for (int i = 0; i < n_ms; i++)
        flood_note(flood, from_us + i * MS, from_us + i * MS + each_us, 1);
    return from_us + n_ms * MS;
}

static void many_requests_that_keep_the_thread_busy_are_a_flood(void **state)
{
    (void)state;
    struct flood flood = {0};
    int64_t now_us = busy(&flood, 5000 * MS, 30, 700);
    assert_true(flood_is_on(&flood, now_us));
    assert_true(flood_is_on(&flood, now_us + 400 * MS));
    assert_false(flood_is_on(&flood, now_us + 600 * MS));
}

static void many_requests_that_are_borne_easily_are_none(void **state)
{
    (void)state;
    struct flood flood = {0};
    int64_t now_us = busy(&flood, 5000 * MS, 100, 300);
    assert_false(flood_is_on(&flood, now_us));
}

static void one_request_for_which_the_disk_takes_long_is_none(void **state)
{
    (void)state;
    struct flood flood = {0};
    flood_note(&flood, 5000 * MS, 5300 * MS, 1);
    assert_false(flood_is_on(&flood, 5300 * MS));
}

static void what_was_idle_before_does_not_hide_its_beginning(void **state)
{
    (void)state;
    struct flood flood = {0};
    flood_note(&flood, 5000 * MS, 5001 * MS, 1);
    int64_t now_us = busy(&flood, 9000 * MS, 22, 900);
    assert_true(flood_is_on(&flood, now_us));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_requests_that_keep_the_thread_busy_are_a_flood),
        cmocka_unit_test(many_requests_that_are_borne_easily_are_none),
        cmocka_unit_test(one_request_for_which_the_disk_takes_long_is_none),
        cmocka_unit_test(what_was_idle_before_does_not_hide_its_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
