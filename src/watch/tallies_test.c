#include "watch/tallies.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/testing.h"

enum { WINDOW_S = 3600 };

static struct tallies *tallies;

static int start(void **state)
{
    (void)state;
    tallies = tallies_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    tallies_free(tallies);
    return 0;
}

static void came(const char *name, int n)
{
    for (int i = 0; i < n; i++)
        assert_int_equal(tallies_add(tallies, name, strlen(name)), 0);
}

static void settle(int64_t now_s)
{
    tallies_settle(tallies, WINDOW_S * US_PER_S, now_s * US_PER_S);
}

static uint64_t count(const char *wanted)
{
    size_t position = 0, n_name;
    uint64_t n;
    for (const char *name; (name = tallies_next(tallies, &position, &n_name, &n));)
        if (n_name == strlen(wanted) && memcmp(name, wanted, n_name) == 0)
            return n;
    return 0;
}

static void test_each_name_is_counted_by_itself_within_the_window(void **state)
{
    (void)state;
    came("ana", 3);
    came("ben", 1);
    settle(1000);
    came("ana", 4);
    settle(1000 + WINDOW_S / 2);
    assert_int_equal(count("ana"), 7);
    assert_int_equal(count("ben"), 1);
    settle(1000 + WINDOW_S);
    assert_int_equal(count("ana"), 4);
    assert_int_equal(count("ben"), 0);
    settle(1000 + 2 * WINDOW_S);
    assert_int_equal(count("ana"), 0);
}

static void test_a_look_every_second_for_hours_loses_nothing_of_the_window(void **state)
{
    (void)state;
    for (int second = 0; second < 3 * WINDOW_S; second++) {
        came("ana", 1);
        settle(1000 + second);
    }
    assert_in_range(count("ana"), WINDOW_S - WINDOW_S / (SLOTS_MOST - 2) - 1,
                    WINDOW_S + WINDOW_S / (SLOTS_MOST - 2) + 1);
}

static void test_names_without_end_are_refused_until_some_are_over(void **state)
{
    (void)state;
    char name[32];
    for (int i = 0; i < NAMES_MOST; i++) {
        snprintf(name, sizeof name, "user-%d", i);
        came(name, 1);
    }
    assert_int_equal(tallies_add(tallies, "ana", 3), -1);
    came("user-7", 1);
    settle(1000);
    settle(1000 + WINDOW_S);
    assert_int_equal(tallies_add(tallies, "ana", 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_name_is_counted_by_itself_within_the_window, start, stop),
        cmocka_unit_test_setup_teardown(test_a_look_every_second_for_hours_loses_nothing_of_the_window, start,
                                        stop),
        cmocka_unit_test_setup_teardown(test_names_without_end_are_refused_until_some_are_over, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
