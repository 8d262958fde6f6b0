#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "roster/roster.h"
#include "roster/zone.h"

static int64_t us(const char *rfc3339)
{
    int64_t t = 0;
    assert_int_equal(time_parse_rfc3339(rfc3339, strlen(rfc3339), &t), 0);
    return t;
}

static struct local_time local(int month, int day, int hour, int minute)
{
    return (struct local_time){2026, month, day, hour, minute};
}

/* ana and ben, a week each from Monday 2026-03-02 09:00. */
static struct schedule *weekly(struct arena *arena, const char *zone)
{
    struct schedule *schedule = arena_alloc(arena, sizeof *schedule);
    schedule->id = "primary";
    schedule->timezone = zone;
    struct roster_layer *layer = list_push(arena, &schedule->layers);
    layer->rotation.period_s = 7 * 86400;
    layer->start = local(3, 2, 9, 0);
    strings_add(arena, &layer->people, "ana");
    strings_add(arena, &layer->people, "ben");
    return schedule;
}

/* "ana" or "ana ben" or "", and until when. */
static const char *on_call(const struct schedule *schedule, const char *at, int64_t *ret_until_us)
{
    static char text[200];
    scoped_arena struct arena *arena = arena_new();
    struct strings people;
    schedule_people_at(arena, schedule, us(at), &people, ret_until_us);
    text[0] = '\0';
    for (size_t i = 0; i < people.n; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "", people.at[i]);
    return text;
}

static void nobody_is_on_call_before_the_rotation_starts(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = weekly(arena, "America/New_York");
    int64_t until;
    assert_string_equal(on_call(schedule, "2026-03-02T08:59:59-05:00", &until), "");
    assert_int_equal(until, us("2026-03-02T09:00:00-05:00"));
    assert_string_equal(on_call(schedule, "2026-03-02T09:00:00-05:00", &until), "ana");
}

static void a_hand_over_keeps_its_wall_time_when_clocks_change(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = weekly(arena, "America/New_York");
    int64_t until;
    assert_string_equal(on_call(schedule, "2026-03-09T08:59:59-04:00", &until), "ana");
    assert_int_equal(until, us("2026-03-09T09:00:00-04:00"));
    assert_string_equal(on_call(schedule, "2026-03-09T09:00:00-04:00", NULL), "ben");
    assert_string_equal(on_call(schedule, "2026-11-02T08:59:59-05:00", NULL), "ana");
    assert_string_equal(on_call(schedule, "2026-11-02T09:00:00-05:00", NULL), "ben");
}

static void an_override_stands_alone_and_the_last_of_two_wins(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = weekly(arena, "America/New_York");
    *list_push(arena, &schedule->overrides) =
        (struct roster_override){.person = "eve", .from = local(3, 10, 0, 0), .until = local(3, 12, 0, 0)};
    *list_push(arena, &schedule->overrides) =
        (struct roster_override){.person = "dan", .from = local(3, 11, 0, 0), .until = local(3, 11, 6, 0)};
    int64_t until;
    assert_string_equal(on_call(schedule, "2026-03-10T12:00:00-04:00", &until), "eve");
    assert_int_equal(until, us("2026-03-11T00:00:00-04:00"));
    assert_string_equal(on_call(schedule, "2026-03-11T05:59:00-04:00", NULL), "dan");
    assert_string_equal(on_call(schedule, "2026-03-11T06:00:00-04:00", NULL), "eve");
    assert_string_equal(on_call(schedule, "2026-03-12T00:00:00-04:00", NULL), "ben");
}

static void whoever_takes_over_stands_above_the_overrides_of_the_file(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = weekly(arena, "America/New_York");
    int64_t until;
    *list_push(arena, &schedule->overrides) =
        (struct roster_override){.person = "eve", .from = local(3, 10, 0, 0), .until = local(3, 12, 0, 0)};
    *list_push(arena, &schedule->takeovers) =
        (struct roster_shift){"fay", us("2026-03-10T18:00:00-04:00"), us("2026-03-11T06:00:00-04:00")};
    *list_push(arena, &schedule->takeovers) =
        (struct roster_shift){"gus", us("2026-03-11T01:00:00-04:00"), us("2026-03-11T02:00:00-04:00")};
    assert_string_equal(on_call(schedule, "2026-03-10T17:59:59-04:00", &until), "eve");
    assert_int_equal(until, us("2026-03-10T18:00:00-04:00"));
    assert_string_equal(on_call(schedule, "2026-03-10T18:00:00-04:00", NULL), "fay");
    assert_string_equal(on_call(schedule, "2026-03-11T01:30:00-04:00", &until), "gus");
    assert_int_equal(until, us("2026-03-11T02:00:00-04:00"));
    assert_string_equal(on_call(schedule, "2026-03-11T06:00:00-04:00", NULL), "eve");
}

static void business_hours_open_and_close_in_local_time(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = weekly(arena, "America/New_York");
    schedule->layers.at[0].hours =
        (struct roster_window){.days = 0x1f, .from_minute = 540, .until_minute = 1020};
    int64_t until;
    assert_string_equal(on_call(schedule, "2026-03-06T16:59:00-05:00", &until), "ana");
    assert_int_equal(until, us("2026-03-06T17:00:00-05:00"));
    assert_string_equal(on_call(schedule, "2026-03-06T17:00:00-05:00", &until), "");
    assert_int_equal(until, us("2026-03-09T09:00:00-04:00"));
    assert_string_equal(on_call(schedule, "2026-03-09T13:00:00Z", NULL), "ben");
}

static void a_window_may_reach_over_midnight(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = weekly(arena, "Europe/Berlin");
    schedule->layers.at[0].hours =
        (struct roster_window){.days = 1 << 4, .from_minute = 1320, .until_minute = 360};
    assert_string_equal(on_call(schedule, "2026-03-06T21:59:00+01:00", NULL), ""); /* Friday */
    assert_string_equal(on_call(schedule, "2026-03-06T22:00:00+01:00", NULL), "ana");
    assert_string_equal(on_call(schedule, "2026-03-07T05:59:00+01:00", NULL), "ana");
    assert_string_equal(on_call(schedule, "2026-03-07T06:00:00+01:00", NULL), "");
    assert_string_equal(on_call(schedule, "2026-03-07T23:00:00+01:00", NULL), "");
}

static void each_layer_gives_one_person_and_nobody_twice(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = weekly(arena, "UTC");
    struct roster_layer *layer = list_push(arena, &schedule->layers);
    layer->rotation.period_s = 86400;
    layer->start = local(3, 2, 9, 0);
    strings_add(arena, &layer->people, "eve");
    strings_add(arena, &layer->people, "ana");
    assert_string_equal(on_call(schedule, "2026-03-02T10:00:00Z", NULL), "ana eve");
    assert_string_equal(on_call(schedule, "2026-03-03T10:00:00Z", NULL), "ana");
    assert_string_equal(on_call(schedule, "2026-03-04T08:00:00Z", NULL), "ana");
    assert_string_equal(on_call(schedule, "2026-03-04T09:00:00Z", NULL), "ana eve");
}

static void the_same_person_for_ever_is_one_stretch_of_sixty_days(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = weekly(arena, "UTC");
    schedule->layers.at[0].people.n = 1;
    int64_t until;
    assert_string_equal(on_call(schedule, "2026-04-01T00:00:00Z", &until), "ana");
    assert_int_equal(until, us("2026-05-31T00:00:00Z"));
}

static void a_wall_time_that_is_skipped_or_repeated_has_one_moment(void **state)
{
    (void)state;
    const struct zone *zone = zone_find("America/New_York");
    struct local_time skipped = local(3, 8, 2, 30), repeated = local(11, 1, 1, 30);
    assert_int_equal(zone_utc_s(zone, local_seconds(&skipped)) * US_PER_S, us("2026-03-08T07:00:00Z"));
    assert_int_equal(zone_utc_s(zone, local_seconds(&repeated)) * US_PER_S, us("2026-11-01T05:30:00Z"));
}

static void unknown_zones_are_named_with_the_nearest(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(timezone_check("America/New_York", &err), 0);
    assert_int_equal(timezone_check("US/Eastern", &err), 0);
    assert_int_equal(timezone_check("UTC", &err), 0);
    assert_int_equal(timezone_check("America/New_Yrok", &err), -1);
    assert_non_null(strstr(err.text, "\"America/New_York\""));
    static const char *const hostile[] = {"",          "/etc/passwd", "../zoneinfo/UTC", "Europe/../UTC",
                                          "right/UTC", "Europe"};
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        assert_int_equal(timezone_check(hostile[i], &err), -1);
}

static const char *const zones[] = {"America/New_York",  "Europe/Berlin",    "Europe/Dublin",
                                    "Africa/Casablanca", "America/Santiago", "Australia/Lord_Howe",
                                    "Asia/Kolkata",      "Pacific/Chatham",  "Pacific/Apia",
                                    "America/St_Johns",  "Africa/Cairo",     "UTC"};
enum { N_ZONES = sizeof zones / sizeof *zones };

/* Over all of 2026: every hand-over falls on its wall time, or on the change that skips it, and the order of
 * wall times is the order of moments. */
static void every_wall_time_of_the_year_keeps_its_place(void **state)
{
    (void)state;
    for (size_t z = 0; z < N_ZONES; z++) {
        const struct zone *zone = zone_find(zones[z]);
        assert_non_null(zone);
        struct local_time first = local(1, 1, 0, 0);
        int64_t start = local_seconds(&first), before = INT64_MIN;
        for (int64_t local_s = start; local_s < start + 365 * INT64_C(86400); local_s += 900) {
            int64_t utc_s = zone_utc_s(zone, local_s), shown = zone_local_s(zone, utc_s);
            assert_true(utc_s >= before);
            if (shown != local_s) { /* skipped: the change itself */
                assert_true(shown > local_s);
                assert_true(zone_local_s(zone, utc_s - 1) < local_s);
            } else { /* and the first of two */
                assert_true(zone_local_s(zone, utc_s - 1) <= local_s);
                assert_true(zone_local_s(zone, utc_s - 3600) != local_s);
            }
            before = utc_s;
        }
    }
}

/* Somebody is on call at every moment, "until" is exactly where the answer changes, and every hand-over of
 * every start hour, 02:30 of the changes among them, shows its wall time. */
static void a_rotation_has_no_hole_and_until_is_exact(void **state)
{
    (void)state;
    static const int starts[][2] = {{0, 0}, {1, 30}, {2, 30}, {9, 0}, {23, 59}};
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < N_ZONES * 5; i++) {
        struct schedule *schedule = weekly(arena, zones[i / 5]);
        schedule->layers.at[0].rotation.period_s = 86400;
        schedule->layers.at[0].start = local(3, 1, starts[i % 5][0], starts[i % 5][1]);
        const struct zone *zone = zone_find(schedule->timezone);
        int64_t wall_s = local_seconds(&schedule->layers.at[0].start);
        int64_t at = zone_utc_s(zone, wall_s) * US_PER_S, until;
        for (int turn = 0; turn < 300; turn++, at = until) {
            struct strings people, last;
            schedule_people_at(arena, schedule, at, &people, &until);
            assert_int_equal(people.n, 1);
            assert_string_equal(people.at[0], turn % 2 ? "ben" : "ana");
            schedule_people_at(arena, schedule, until - 1, &last, NULL);
            assert_string_equal(last.at[0], people.at[0]);
            wall_s += 86400;
            assert_true(zone_local_s(zone, until / US_PER_S) >= wall_s);
            assert_true(zone_local_s(zone, until / US_PER_S - 1) < wall_s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_on_call_before_the_rotation_starts),
        cmocka_unit_test(a_hand_over_keeps_its_wall_time_when_clocks_change),
        cmocka_unit_test(an_override_stands_alone_and_the_last_of_two_wins),
        cmocka_unit_test(whoever_takes_over_stands_above_the_overrides_of_the_file),
        cmocka_unit_test(business_hours_open_and_close_in_local_time),
        cmocka_unit_test(a_window_may_reach_over_midnight),
        cmocka_unit_test(each_layer_gives_one_person_and_nobody_twice),
        cmocka_unit_test(the_same_person_for_ever_is_one_stretch_of_sixty_days),
        cmocka_unit_test(a_wall_time_that_is_skipped_or_repeated_has_one_moment),
        cmocka_unit_test(unknown_zones_are_named_with_the_nearest),
        cmocka_unit_test(every_wall_time_of_the_year_keeps_its_place),
        cmocka_unit_test(a_rotation_has_no_hole_and_until_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
