/* Stretches of time that come again keep their wall times. */
#include "base/testing.h"

#include <string.h>

#include "base/clock.h"
#include "roster/roster.h"

static int64_t moment(const char *text)
{
    int64_t at_us;
    assert_int_equal(time_parse_rfc3339(text, strlen(text), &at_us), 0);
    return at_us;
}

static void assert_times(const struct roster_layer *layer, const char *at, const char *from,
                         const char *until)
{
    struct roster_times times;
    assert_true(layer_times("America/New_York", layer, 4 * 3600, moment(at), &times));
    assert_int_equal(times.from_us, moment(from));
    assert_int_equal(times.until_us, moment(until));
}

/* The clocks go forward on Sunday 2026-03-08 at 02:00, and back on 2026-11-01 at 02:00. */
static void a_window_ends_at_its_wall_time_in_the_night_of_the_change(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct err err;
    struct roster_layer layer = {.start = {2026, 3, 1, 1, 0}};
    assert_int_equal(rotation_parse(arena, "FREQ=WEEKLY;BYDAY=SU", &layer.rotation, &err), 0);
    assert_int_equal(layer_prepare(arena, &layer, &err), 0);
    assert_times(&layer, "2026-03-01T05:00:00Z", "2026-03-01T06:00:00Z", "2026-03-01T10:00:00Z");
    assert_times(&layer, "2026-03-08T06:30:00Z", "2026-03-08T06:00:00Z", "2026-03-08T09:00:00Z");
    assert_times(&layer, "2026-03-08T09:00:00Z", "2026-03-15T05:00:00Z", "2026-03-15T09:00:00Z");
    assert_times(&layer, "2026-11-01T09:30:00Z", "2026-11-01T05:00:00Z", "2026-11-01T10:00:00Z");
    arena_free(arena);
}

static void a_window_that_comes_once_is_over_after_it(void **state)
{
    (void)state;
    struct roster_layer layer = {.start = {2026, 3, 1, 1, 0}, .until = {2026, 3, 1, 3, 0}};
    struct roster_times times;
    assert_times(&layer, "2026-02-01T00:00:00Z", "2026-03-01T06:00:00Z", "2026-03-01T08:00:00Z");
    assert_false(layer_times("America/New_York", &layer, 0, moment("2026-03-01T08:00:00Z"), &times));
}

static void the_last_of_a_row_is_cut_short_by_its_end(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct err err;
    struct roster_layer layer = {.start = {2026, 6, 1, 1, 0}, .until = {2026, 6, 3, 2, 0}};
    struct roster_times times;
    assert_int_equal(rotation_parse(arena, "daily", &layer.rotation, &err), 0);
    assert_times(&layer, "2026-06-03T05:30:00Z", "2026-06-03T05:00:00Z", "2026-06-03T06:00:00Z");
    assert_false(layer_times("America/New_York", &layer, 4 * 3600, moment("2026-06-03T06:00:00Z"), &times));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_ends_at_its_wall_time_in_the_night_of_the_change),
        cmocka_unit_test(a_window_that_comes_once_is_over_after_it),
        cmocka_unit_test(the_last_of_a_row_is_cut_short_by_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
