#include <string.h>

#include "base/testing.h"
#include "role/held_looks.h"

enum { MS = 1000 };

static char started[64]; /* the orders, a letter each */

static void note_start(void *context, const void *order, size_t n_bytes)
{
    (void)context;
    assert_int_equal(n_bytes, 1);
    assert_true(strlen(started) + 1 < sizeof started);
    memcpy(started + strlen(started), order, 1);
}

static int begin(void **state)
{
    memset(started, 0, sizeof started);
    *state = held_looks_new(note_start, NULL);
    return 0;
}

static int end(void **state)
{
    held_looks_free(*state);
    return 0;
}

/* Requests without a pause, a turn of a millisecond each. */
static int64_t pour(struct held_looks *looks, int64_t from_us, int n_ms)
{
    for (int i = 0; i < n_ms; i++)
        held_looks_turn(looks, from_us + i * MS, from_us + (i + 1) * MS, 1, false);
    return from_us + n_ms * MS;
}

/* Nothing to do but to ask again. */
static int64_t rest(struct held_looks *looks, int64_t from_us, int n_ms)
{
    for (int i = 0; i <= n_ms; i += 20)
        held_looks_turn(looks, from_us + i * MS, from_us + i * MS, 0, false);
    return from_us + n_ms * MS;
}

static void what_comes_alone_is_looked_at_at_once(void **state)
{
    held_looks_add(*state, 'a', "a", 1, false, 9000 * MS);
    assert_string_equal(started, "a");
    held_looks_turn(*state, 8999 * MS, 9000 * MS, 1, false);
    held_looks_add(*state, 'b', "b", 1, false, 9001 * MS); /* the next step of the same incident */
    assert_string_equal(started, "ab");
}

static void many_incidents_of_one_moment_are_looked_at_soon_when_no_more_come(void **state)
{
    for (const char *order = "abc"; *order; order++)
        held_looks_add(*state, *order, order, 1, false, 9000 * MS);
    assert_string_equal(started, "a");
    held_looks_turn(*state, 8990 * MS, 9000 * MS, 1, false);
    assert_true(held_looks_wait_ms(*state) < 100);
    rest(*state, 9000 * MS, 100);
    assert_string_equal(started, "abc");
    assert_int_equal(held_looks_wait_ms(*state), UINT64_MAX);
}

static void no_look_starts_while_alerts_pour_in(void **state)
{
    int64_t now_us = 9000 * MS;
    held_looks_add(*state, 'a', "a", 1, true, now_us);
    now_us = pour(*state, now_us, 1000);
    assert_string_equal(started, "");
    now_us = rest(*state, now_us, 1000);
    assert_string_equal(started, "a");
}

static void a_flood_without_end_keeps_nobody_from_looking(void **state)
{
    held_looks_add(*state, 'a', "a", 1, true, 9000 * MS);
    pour(*state, 9000 * MS, 4000);
    assert_string_equal(started, "a");
}

static void who_stops_one_finds_it_started(void **state)
{
    int64_t now_us = pour(*state, 9000 * MS, 100);
    held_looks_add(*state, 'a', "a", 1, false, now_us);
    held_looks_add(*state, 'b', "b", 1, false, now_us);
    held_looks_start(*state, 'b', now_us);
    assert_string_equal(started, "b");
    held_looks_add(*state, 'c', "c", 1, false, now_us);
    rest(*state, now_us, 1000);
    assert_string_equal(started, "bac");
}

static void only_so_many_are_under_way_at_once(void **state)
{
    int64_t now_us = 9000 * MS;
    for (int run = 0; run < 30; run++)
        held_looks_add(*state, run, "x", 1, true, now_us);
    now_us = rest(*state, now_us, 1000);
    assert_int_equal(strlen(started), 24);
    for (int run = 0; run < 4; run++)
        held_looks_ended(*state, run);
    now_us = rest(*state, now_us, 100);
    assert_int_equal(strlen(started), 28);
}

static void those_that_hang_keep_the_others_back_for_a_while_only(void **state)
{
    int64_t now_us = 9000 * MS;
    for (int run = 0; run < 30; run++)
        held_looks_add(*state, run, "x", 1, true, now_us);
    now_us = rest(*state, now_us, 1000);
    rest(*state, now_us, 31000);
    assert_int_equal(strlen(started), 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_comes_alone_is_looked_at_at_once, begin, end),
        cmocka_unit_test_setup_teardown(many_incidents_of_one_moment_are_looked_at_soon_when_no_more_come,
                                        begin, end),
        cmocka_unit_test_setup_teardown(no_look_starts_while_alerts_pour_in, begin, end),
        cmocka_unit_test_setup_teardown(a_flood_without_end_keeps_nobody_from_looking, begin, end),
        cmocka_unit_test_setup_teardown(who_stops_one_finds_it_started, begin, end),
        cmocka_unit_test_setup_teardown(only_so_many_are_under_way_at_once, begin, end),
        cmocka_unit_test_setup_teardown(those_that_hang_keep_the_others_back_for_a_while_only, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
