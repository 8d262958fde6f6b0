#include <string.h>

#include "base/clock.h"
#include "base/testing.h"
#include "roster/roster.h"

static int64_t us(const char *rfc3339)
{
    int64_t t = 0;
    assert_int_equal(time_parse_rfc3339(rfc3339, strlen(rfc3339), &t), 0);
    return t;
}

/* ana, ben and eve by that rotation, from Monday 2026-03-02 09:00 in New York. */
static struct schedule *rotating(struct arena *arena, const char *rotation)
{
    struct schedule *schedule = arena_alloc(arena, sizeof *schedule);
    struct err err = {0};
    *schedule = (struct schedule){.id = "primary", .timezone = "America/New_York"};
    struct roster_layer *layer = list_push(arena, &schedule->layers);
    layer->start = (struct local_time){2026, 3, 2, 9, 0};
    strings_add(arena, &layer->people, "ana");
    strings_add(arena, &layer->people, "ben");
    strings_add(arena, &layer->people, "eve");
    assert_int_equal(rotation_parse(arena, rotation, &layer->rotation, &err), 0);
    assert_int_equal(layer_prepare(arena, layer, &err), 0);
    return schedule;
}

static const char *on_call(const struct schedule *schedule, const char *at)
{
    scoped_arena struct arena *arena = arena_new();
    struct strings people;
    schedule_people_at(arena, schedule, us(at), &people, NULL);
    static const char *const all[] = {"ana", "ben", "eve"};
    for (size_t i = 0; i < 3; i++) {
        if (people.n == 1 && strcmp(people.at[0], all[i]) == 0)
            return all[i];
    }
    return people.n ? "several" : "";
}

static void a_turn_of_twelve_hours_hands_over_morning_and_evening(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = rotating(arena, "12h");
    assert_string_equal(on_call(schedule, "2026-03-02T20:59:59-05:00"), "ana");
    assert_string_equal(on_call(schedule, "2026-03-02T21:00:00-05:00"), "ben");
    assert_string_equal(on_call(schedule, "2026-03-03T09:00:00-05:00"), "eve");
    /* the clocks go forward on the 8th: 12 turns of the wall clock lie between, whatever the hours */
    assert_string_equal(on_call(schedule, "2026-03-08T08:59:59-04:00"), "eve");
    assert_string_equal(on_call(schedule, "2026-03-08T09:00:00-04:00"), "ana");
}

static void a_rule_hands_over_on_its_days_at_the_time_of_the_start(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = rotating(arena, "FREQ=WEEKLY;BYDAY=MO,FR");
    assert_string_equal(on_call(schedule, "2026-03-06T08:59:59-05:00"), "ana");
    assert_string_equal(on_call(schedule, "2026-03-06T09:00:00-05:00"), "ben");
    assert_string_equal(on_call(schedule, "2026-03-09T08:59:59-04:00"), "ben");
    assert_string_equal(on_call(schedule, "2026-03-09T09:00:00-04:00"), "eve");
    assert_string_equal(on_call(schedule, "2026-03-13T09:00:00-04:00"), "ana");
}

static void a_monthly_rule_keeps_to_the_calendar(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = rotating(arena, "FREQ=MONTHLY;BYDAY=1MO");
    assert_string_equal(on_call(schedule, "2026-04-06T08:59:59-04:00"), "ana");
    assert_string_equal(on_call(schedule, "2026-04-06T09:00:00-04:00"), "ben");
    assert_string_equal(on_call(schedule, "2026-05-04T09:00:00-04:00"), "eve");
}

static void the_last_turn_of_a_rule_that_ends_goes_on(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = rotating(arena, "FREQ=DAILY;COUNT=3");
    assert_string_equal(on_call(schedule, "2026-03-04T09:00:00-05:00"), "eve");
    assert_string_equal(on_call(schedule, "2027-01-01T00:00:00-05:00"), "eve");
}

static void a_layer_is_over_at_its_end(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct schedule *schedule = rotating(arena, "weekly");
    schedule->layers.at[0].until = (struct local_time){2026, 3, 20, 9, 0};
    assert_string_equal(on_call(schedule, "2026-03-20T08:59:59-04:00"), "eve");
    assert_string_equal(on_call(schedule, "2026-03-20T09:00:00-04:00"), "");
    struct strings people;
    int64_t until_us;
    schedule_people_at(arena, schedule, us("2026-03-17T00:00:00-04:00"), &people, &until_us);
    assert_int_equal(until_us, us("2026-03-20T09:00:00-04:00"));
}

static void what_is_no_rotation_is_refused_with_what_to_write(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "monthly",
                                        "0d",
                                        "5",
                                        "12m",
                                        "99999w",
                                        "-1d",
                                        "FREQ=",
                                        "FREQ=HOURLY",
                                        "FREQ=WEEKLY;BYDAY=XX",
                                        "RRULE:FREQ=DAILY",
                                        "FREQ=SECONDLY"};
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct rotation rotation = {.period_s = 1};
        struct err err = {0};
        assert_int_equal(rotation_parse(arena, wrong[i], &rotation, &err), -1);
        assert_int_equal(rotation.period_s, 1);
        assert_non_null(strstr(err.text, "write"));
    }
}

static void a_rule_that_never_or_always_comes_true_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;COUNT=1",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23"};
    scoped_arena struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct roster_layer layer = {.start = {2026, 3, 2, 9, 0}};
        struct err err = {0};
        assert_int_equal(rotation_parse(arena, wrong[i], &layer.rotation, &err), 0);
        assert_int_equal(layer_prepare(arena, &layer, &err), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_of_twelve_hours_hands_over_morning_and_evening),
        cmocka_unit_test(a_rule_hands_over_on_its_days_at_the_time_of_the_start),
        cmocka_unit_test(a_monthly_rule_keeps_to_the_calendar),
        cmocka_unit_test(the_last_turn_of_a_rule_that_ends_goes_on),
        cmocka_unit_test(a_layer_is_over_at_its_end),
        cmocka_unit_test(what_is_no_rotation_is_refused_with_what_to_write),
        cmocka_unit_test(a_rule_that_never_or_always_comes_true_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
